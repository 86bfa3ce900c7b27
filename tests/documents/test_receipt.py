import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from koumen.documents.rules.page import amount_text, receipt_page
from koumen.documents.rules.receipt import CashCount, Language, Method, Paper, ReceiptContent, Split, Tendered
from koumen.documents.rules.record import receipt_json, receipt_record
from koumen.documents.rules.typeset import typeset_receipt
from koumen.documents.rules.wording import WORDING
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from tests.documents.pdf_rules import broken_rules, given
from tests.documents.samples import AT, CONTRACT, LENDER, RECEIPT, receipt, receipt_for, yuan


def attached(pdf: bytes) -> tuple[str, bytes]:
    reader = PdfFileReader(BytesIO(pdf))
    (file,) = given(reader.root, "/AF")
    return str(file["/UF"]), file["/EF"]["/F"].data


def pages(pdf: bytes) -> int:
    return int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"])


def read(pdf: bytes, tmp_path: Path) -> str:
    """The text as a reading program finds it, without white space."""
    program = shutil.which("pdftotext")
    if not program:
        pytest.skip("pdftotext (poppler-utils) is not on this machine")
    file = tmp_path / "receipt.pdf"
    file.write_bytes(pdf)
    text = subprocess.run([program, "-layout", file, "-"], check=True, capture_output=True, text=True).stdout
    return re.sub(r"\s", "", text)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("paper", Paper)
def test_every_language_on_every_paper_keeps_the_rules(language: Language, paper: Paper) -> None:
    pdf = typeset_receipt(receipt(language=language, paper=paper), AT)
    assert broken_rules(pdf) == []
    assert pages(pdf) == (2 if paper is Paper.LARGE else 1)


@pytest.mark.parametrize("language", Language)
def test_the_document_says_its_language_and_its_title(language: Language) -> None:
    root = PdfFileReader(BytesIO(typeset_receipt(receipt(language=language), AT))).root
    assert str(root["/Lang"]).split("-")[0] == language.split("-")[0]
    assert RECEIPT.number in root["/Metadata"].data.decode()


def test_hong_kong_reads_its_own_shapes_of_characters() -> None:
    def dollars(minor: int) -> Money:
        return Money(minor, "HKD")

    content = receipt(
        language=Language.HANT,
        amount=dollars(500_00),
        split=Split(
            **{name: dollars(0) for name in ("interest", "late", "fees", "credit_balance")},
            principal=dollars(500_00),
        ),
        balance_after=dollars(0),
        tendered=Tendered(method=Method.WALLET, reference="FPS-1"),
    )
    assert receipt_page(content)["region"] == "HK"
    assert receipt_page(receipt(language=Language.HANT))["region"] == "TW"


def test_the_attached_record_is_the_content() -> None:
    name, data = attached(typeset_receipt(RECEIPT, AT))
    assert name == "receipt.json"
    assert data.decode() == receipt_json(RECEIPT)
    assert json.loads(data) == receipt_record(RECEIPT)


def test_the_record_carries_every_field_of_article_18_and_ours() -> None:
    record = receipt_record(receipt(payer="王小明"))
    assert record["lender"] == {
        "name": LENDER.name,
        "address": LENDER.address,
        "registration_number": "L0001",
        "help_phone": "400-000-0000",
        "complaints": "complaints@qinghe.example",
    }
    assert record["contract"] == {
        "number": "KM-2025-008812",
        "signed_on": "2025-03-18",
        "credit_limit": "20000.00",
        "debtor": "陈国华",
    }
    assert record["payer"] == "王小明"
    assert record["amount"] == "1286.40"
    assert record["split"] == {
        "fees": "0.00",
        "late": "12.00",
        "interest": "42.10",
        "principal": "1232.30",
        "credit_balance": "0.00",
    }
    assert record["balance_after"] == "6343.18"
    assert record["received_at"] == "2026-03-09T10:32:00+08:00"
    assert record["cash"] == {
        "counted": [
            {"denomination": "100.00", "pieces": 12},
            {"denomination": "50.00", "pieces": 1},
            {"denomination": "20.00", "pieces": 2},
        ],
        "handed_over": "1290.00",
        "change": "3.60",
    }


@pytest.mark.parametrize("language", Language)
def test_the_page_shows_what_the_law_asks(language: Language, tmp_path: Path) -> None:
    words = WORDING[language]
    text = read(typeset_receipt(receipt(language=language, payer="王小明"), AT), tmp_path)
    shown = [
        *(LENDER.name, LENDER.address, LENDER.registration_number, LENDER.help_phone, LENDER.complaints),
        *("陈国华", "王小明", "KM-2025-008812", "R2026-000137", "V-20260309-0042", "A-1027", "Q-7F3K-9021"),
        *(
            "¥1,286.40",
            "¥42.10",
            "¥12.00",
            "¥0.00",
            "¥1,232.30",
            "¥6,343.18",
            "¥20,000.00",
            "¥3.60",
            "¥100×12",
        ),
        *(words.weekdays[0], "10:32", "7QX4-M2KD", words.title, words.methods[Method.CASH]),
    ]
    assert [field for field in shown if re.sub(r"\s", "", field) not in text] == []


@pytest.mark.parametrize(
    "name",
    [
        "王\U0002cc56",
        "王\U000323af",
        "😀👨‍👩‍👧",
        "\ue000\uf8ff",
        "\x00\x07\u202e陈",
        "陈" * 10_000,
        "W" * 10_000,
        "\U000323af" * 10_000,
        "محمد بن سلمان",
        "אברהם",
        "葛\U000e0100",
        "각하",
        "\ud800",
        '#[*_`$\\"<br>',
        "",
        "Nguyễn Thị Minh Khai",
    ],
)
def test_no_name_is_ever_an_error(name: str) -> None:
    pdf = typeset_receipt(receipt_for(name, payer=name), AT)
    assert broken_rules(pdf) == []
    record = json.loads(attached(pdf)[1])
    assert record["contract"]["debtor"] == name.replace("\ud800", "\ufffd"), "spelled exactly"


def test_a_note_explains_the_geta_only_when_one_is_shown() -> None:
    spelling = WORDING[Language.HANS].spelling
    assert spelling in set(texts(receipt_page(receipt_for("王\U000323af"))))
    assert spelling not in set(texts(receipt_page(RECEIPT)))


def test_a_shortened_name_is_told_too() -> None:
    assert WORDING[Language.HANS].shortened in set(texts(receipt_page(receipt_for("陈" * 500))))


def test_the_same_receipt_gives_the_same_bytes() -> None:
    assert typeset_receipt(RECEIPT, AT) == typeset_receipt(receipt(), AT)


def test_a_credit_balance_is_shown_only_when_there_is_one() -> None:
    over = receipt(split=replace(RECEIPT.split, principal=yuan(1200_00), credit_balance=yuan(32_30)))
    label = WORDING[Language.HANS].split["credit_balance"]
    assert label in set(texts(receipt_page(over)))
    assert label not in set(texts(receipt_page(RECEIPT)))


def test_nothing_owed_is_said_in_words() -> None:
    page = receipt_page(receipt(balance_after=yuan(0)))
    assert WORDING[Language.HANS].balance_credit in set(texts(page))


def test_a_wallet_shows_its_reference_and_no_notes() -> None:
    content = receipt(tendered=Tendered(method=Method.WALLET, reference="WX-20260309-1"))
    shown = set(texts(receipt_page(content)))
    assert "WX-20260309-1" in shown
    assert WORDING[Language.HANS].counted not in shown


def test_the_weekday_is_that_of_the_branch() -> None:
    late = datetime.fromisoformat("2026-03-08T17:30:00+00:00")  # Monday 01:30 in Shanghai
    shown = "".join(texts(receipt_page(receipt(received_at=late))))
    assert "2026 年 3 月 9 日 星期一 01:30" in shown


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": yuan(1286_41)}, "receipt-split-differs"),
        ({"amount": yuan(0)}, "receipt-split-differs"),
        ({"tendered": Tendered(method=Method.CASH)}, "receipt-cash-differs"),
        (
            {
                "tendered": Tendered(
                    method=Method.CASH, cash=CashCount(counted=((100_00, 13),), change=yuan(0))
                )
            },
            "receipt-cash-differs",
        ),
        ({"received_at": AT.replace(tzinfo=None)}, "receipt-time-without-zone"),
    ],
)
def test_sums_that_do_not_agree_are_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        receipt(**changes)


@pytest.mark.parametrize(("first", "second"), list(pairwise(Language)))
def test_every_language_has_every_word(first: Language, second: Language) -> None:
    one, other = vars(WORDING[first]), vars(WORDING[second])
    assert all(other.values())
    for name, said in one.items():
        if isinstance(said, str):
            assert sorted(re.findall(r"{\w+}", said)) == sorted(re.findall(r"{\w+}", other[name]))
        else:
            assert len(said) == len(other[name])


def test_amounts_have_the_decimals_of_their_currency() -> None:
    assert amount_text(Money(128640, "CNY")) == "¥1,286.40"
    assert amount_text(Money(1286, "TWD")) == "NT$1,286"


def test_the_contract_is_named_by_number_and_day() -> None:
    content: ReceiptContent = receipt(contract=replace(CONTRACT, number="KM-1"))
    assert "KM-1" in set(texts(receipt_page(content)))


def test_nobody_copies_an_invisible_character(tmp_path: Path) -> None:
    reference = "4200001234202603091234567890123456"
    content = receipt(tendered=Tendered(method=Method.WALLET, reference=reference))
    text = read(typeset_receipt(content, AT), tmp_path)
    assert "\u200b" not in text
    assert RECEIPT.proof.verify_url in text
