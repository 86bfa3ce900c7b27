"""Pictures as tests send them: a photo with everything hidden in it, a signature, and files made to harm."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw

WHERE = b"31.2304,121.4737"


def a_photo(size: tuple[int, int] = (800, 600), *, form: str = "JPEG", orientation: int = 1) -> bytes:
    """Left half red, right half blue; the file says where it was taken and by whose telephone."""
    image = Image.new("RGB", size, "blue")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1]), fill="red")
    notes = image.getexif()
    notes[0x0112], notes[0x010F], notes[0x010E] = orientation, "Telephone of Chen", WHERE.decode()
    made = BytesIO()
    more: dict[str, object] = {"comment": WHERE} if form == "JPEG" else {}
    image.save(made, format=form, exif=notes, **more)
    return made.getvalue()


def a_signature(*, ink: bool = True) -> bytes:
    """What the page's script sends: a line on white."""
    image = Image.new("RGBA", (900, 300), "white")
    if ink:
        ImageDraw.Draw(image).line([(50, 200), (300, 80), (500, 220), (850, 100)], fill="#1c2430", width=5)
    made = BytesIO()
    image.save(made, format="PNG")
    return made.getvalue()


def a_bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is a square with sides of so many points."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )
