"""Pictures from outside: judged by their bytes and made anew, so that nothing hidden in the file is kept.

Where it was taken, by which telephone, a thumbnail of what was cut away: none of it outlives the decoding.
"""

import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from koumen.kit.errors import Invalid

# A telephone's photo has two to six million bytes and some twelve million points.
MOST_BYTES = 8 * 1024 * 1024
MOST_POINTS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# Small print on a paper at arm's length can still be read.
LONGEST_SIDE = 1600
PORTRAIT_SIZE = (480, 640)
# A line drawn by a finger; fewer dark points are a touch by mistake.
DRAWING_SIZE, LEAST_INK, DARK = (900, 450), 120, 128
# What a file that is broken, or made to harm, may raise while it is read; a warning where warnings are errors.
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept."""

    content: bytes
    media_type: str


def photo(content: bytes) -> Picture:
    """A photo as JPEG, upright. Raises Invalid("picture-too-large" | "picture-unreadable")."""
    return _jpeg(_plain(content))


def portrait(content: bytes) -> Picture:
    """The middle of a photo, three wide and four high. Raises as photo."""
    return _jpeg(ImageOps.fit(_plain(content), PORTRAIT_SIZE))


def drawing(content: bytes) -> Picture:
    """A signature drawn on a screen, black on white. Raises as photo, and Invalid("signature-empty")."""
    drawn = _plain(content).convert("L")
    drawn.thumbnail(DRAWING_SIZE)
    if sum(drawn.histogram()[:DARK]) < LEAST_INK:
        raise Invalid("signature-empty", field="drawn")
    made = BytesIO()
    drawn.save(made, format="PNG", optimize=True)
    return Picture(made.getvalue(), "image/png")


def _plain(content: bytes) -> Image.Image:
    """Only the points, upright, on white ground, and no more of them than are kept."""
    opened = _opened(content)
    try:
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than it is needed
        ImageOps.exif_transpose(opened, in_place=True)
        opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        clear = opened.convert("RGBA")
    except BROKEN:
        raise Invalid("picture-unreadable", field="picture") from None
    plain = Image.new("RGB", clear.size, "white")  # a new one: the notes of the file stay with the file
    plain.paste(clear, mask=clear.getchannel("A"))
    return plain


def _opened(content: bytes) -> Image.Image:
    """The head of the file alone: what is too large is never decoded."""
    if len(content) > MOST_BYTES:
        raise Invalid("picture-too-large", field="picture")
    try:
        opened = Image.open(BytesIO(content), formats=FORMATS)
    except BOMBS:
        raise Invalid("picture-too-large", field="picture") from None
    except BROKEN:
        raise Invalid("picture-unreadable", field="picture") from None
    if opened.width * opened.height > MOST_POINTS:
        raise Invalid("picture-too-large", field="picture")
    return opened


def _jpeg(image: Image.Image) -> Picture:
    made = BytesIO()
    image.save(made, format="JPEG", quality=80)
    return Picture(made.getvalue(), "image/jpeg")
