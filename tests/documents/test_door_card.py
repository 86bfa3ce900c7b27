"""The door card as a paper: three languages, large letters, pictures with their names, and nobody's name."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from koumen.documents.rules.door_card import CardPair, CardPicture, DoorCardContent
from koumen.documents.rules.door_card_page import door_card_page
from koumen.documents.rules.receipt import Language
from koumen.documents.rules.typeset import TEMPLATES, typeset_door_card
from koumen.kit.pictures import PICTURES
from koumen.web.ui.picture_files import picture_svg
from tests.documents.pdf_rules import broken_rules

AT = datetime(2026, 11, 26, 4, tzinfo=UTC)


def a_line(number: int) -> CardPair:
    first, second = PICTURES[number], PICTURES[number + 20]
    return CardPair(
        number,
        CardPicture(picture_svg(first), first),
        CardPicture(picture_svg(second), second),
        f"{number:03}482",
    )


CONTENT = DoorCardContent(
    language=Language.HANS,
    lender="清河消费金融有限公司",
    help_phone="400-000-0000",
    customer_number="C000007",
    generation=2,
    issued=date(2026, 11, 26),
    lines=tuple(a_line(number) for number in range(1, 13)),
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.HANS, ("上门卡", "先不要开门", "绝不在电话里问您")),
        (Language.HANT, ("上門卡", "先不要開門", "絕不在電話裡問您")),
        (Language.EN, ("Door card", "Do not open yet", "We never ask for these digits")),
    ],
)
def test_it_says_how_it_is_used_and_whom_to_call(language: Language, said: tuple[str, ...]) -> None:
    content = replace(CONTENT, language=language)
    words = json.dumps(door_card_page(content), ensure_ascii=False)
    for one in (*said, "C000007", "400-000-0000", "012 482"):
        assert one in words
    pdf = typeset_door_card(content, AT)
    assert broken_rules(pdf) == []
    assert int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"]) <= 3


def test_nothing_on_it_is_below_18_points() -> None:
    sizes = [
        float(size)
        for size in re.findall(r"size: ([\d.]+)pt", (TEMPLATES / "door_card.typ").read_text("utf-8"))
    ]
    assert sizes
    assert min(sizes) >= 18


def test_every_picture_can_be_printed_and_stands_on_its_own() -> None:
    for key in PICTURES:
        svg = picture_svg(key)
        assert svg.startswith("<svg")
        assert "currentColor" not in svg
        assert "<use" not in svg
    assert len({picture_svg(key) for key in PICTURES}) == len(PICTURES)


def test_a_log_shows_no_line() -> None:
    assert repr(CONTENT.lines[0]) == "CardPair(1)"
