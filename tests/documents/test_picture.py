"""Pictures from outside are made anew: what was hidden in the file is gone, and what is no picture is refused."""

from io import BytesIO

import pytest
from PIL import Image

from koumen.documents.rules import picture
from koumen.kit.errors import Invalid
from tests.documents.snapshots import WHERE, a_bomb, a_photo, a_signature


def opened(made: picture.Picture) -> Image.Image:
    return Image.open(BytesIO(made.content))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_as_jpeg_without_what_was_hidden_in_its_file(form: str) -> None:
    sent = a_photo(form=form)
    assert b"Telephone of Chen" in sent
    made = picture.photo(sent)
    assert made.media_type == "image/jpeg"
    assert opened(made).format == "JPEG"
    assert not opened(made).getexif()
    for hidden in (b"Telephone of Chen", WHERE):
        assert hidden not in made.content


def test_a_photo_stands_upright_and_is_no_larger_than_it_needs_to_be() -> None:
    made = opened(picture.photo(a_photo((4000, 3000), orientation=6)))  # held on its side
    assert made.size == (1200, 1600)
    red, blue = made.getpixel((600, 100)), made.getpixel((600, 1500))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] - red[2] > 150
    assert blue[2] - blue[0] > 150


def test_a_portrait_is_three_wide_and_four_high() -> None:
    assert opened(picture.portrait(a_photo((2000, 900)))).size == (480, 640)


def test_a_transparent_picture_stands_on_white() -> None:
    clear, sent = Image.new("RGBA", (60, 60), (0, 0, 0, 0)), BytesIO()
    clear.save(sent, format="PNG")
    assert opened(picture.photo(sent.getvalue())).getpixel((30, 30)) == (255, 255, 255)


def test_a_drawn_signature_is_kept_and_an_empty_one_is_none() -> None:
    made = picture.drawing(a_signature())
    assert (made.media_type, opened(made).mode) == ("image/png", "L")
    with pytest.raises(Invalid, match="signature-empty"):
        picture.drawing(a_signature(ink=False))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"hello",
        b"%PDF-1.7 something",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        a_photo()[:300],
        a_photo(form="PNG")[:-40],
        b"GIF89a" + bytes(200),
        b"\x89PNG\r\n\x1a\n" + bytes(200),
    ],
)
def test_what_is_no_picture_of_the_three_kinds_is_refused(sent: bytes) -> None:
    with pytest.raises(Invalid, match="picture-unreadable"):
        picture.photo(sent)


@pytest.mark.parametrize("side", [5001, 12_000, 60_000])
def test_a_small_file_that_would_unpack_to_something_huge_is_refused_by_its_head(side: int) -> None:
    with pytest.raises(Invalid, match="picture-too-large"):
        picture.photo(a_bomb(side))


def test_a_file_of_more_bytes_than_any_photo_is_refused_unread() -> None:
    with pytest.raises(Invalid, match="picture-too-large"):
        picture.photo(bytes(picture.MOST_BYTES + 1))
