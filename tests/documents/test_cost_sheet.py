"""The sheet of all costs on paper: every language, the year's rate before the day's, and its data attached."""

import hashlib
import re
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from koumen.documents.rules.cost_page import cost_page
from koumen.documents.rules.cost_sheet import Confirmation, CostLine, CostSheetContent
from koumen.documents.rules.cost_wording import COST_WORDING
from koumen.documents.rules.coverage import covered
from koumen.documents.rules.receipt import Language
from koumen.documents.rules.typeset import typeset_cost_sheet
from tests.documents.pdf_rules import broken_rules, given
from tests.documents.samples import AT, LENDER, yuan

RECORD = '{"sheet":"koumen.cost-sheet.1"}'
SHEET = CostSheetContent(
    language=Language.HANS,
    zone=ZoneInfo("Asia/Shanghai"),
    lender=LENDER,
    account_number="KM-2025-008812",
    purpose="instalments",
    principal=yuan(1_000_00),
    payments=(*(yuan(90_66),) * 11, yuan(90_74)),
    items=(
        CostLine(
            name="instalment_fee",
            how="with_each_instalment",
            rate=Decimal("0.088"),
            amount=yuan(88_00),
            annual=Decimal("0.158633"),
        ),
    ),
    contingent=(
        CostLine(
            name="late",
            how="each_day_late",
            rate=Decimal("0.0005"),
            most=yuan(100_00),
            annual=Decimal("0.1825"),
        ),
        CostLine(
            name="unpaid_interest", how="each_day_unpaid", rate=Decimal("0.0005"), annual=Decimal("0.1825")
        ),
        CostLine(name="prepayment", how="waive_unbilled"),
    ),
    annual=Decimal("0.158633"),
    effective=Decimal("0.170691"),
    shown_at=AT,
    digest=hashlib.sha256(RECORD.encode()).hexdigest(),
    record=RECORD,
)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("is_large", [False, True])
def test_every_language_in_both_sizes_keeps_the_rules(language: Language, is_large: bool) -> None:
    pdf = typeset_cost_sheet(replace(SHEET, language=language, is_large=is_large), AT)
    assert broken_rules(pdf) == []
    reader = PdfFileReader(BytesIO(pdf))
    assert int(reader.root["/Pages"]["/Count"]) <= (3 if is_large else 1)


@pytest.mark.parametrize("language", Language)
def test_every_purpose_every_cost_and_every_way_has_words_that_the_font_can_set(language: Language) -> None:
    words, english = COST_WORDING[language], COST_WORDING[Language.EN]
    for name in ("purposes", "starts", "names", "how", "confirmed"):
        assert getattr(words, name).keys() == getattr(english, name).keys()
    said = "".join(str(value) for value in vars(words).values())
    assert {character for character in said if ord(character) not in covered()} == set()


def test_the_data_attached_are_those_of_the_number_to_check() -> None:
    reader = PdfFileReader(BytesIO(typeset_cost_sheet(SHEET, AT)))
    (file,) = given(reader.root, "/AF")
    attached = file["/EF"]["/F"].data
    assert file["/UF"] == "cost-sheet.json"
    assert hashlib.sha256(attached).hexdigest() == SHEET.digest


def test_the_same_sheet_is_the_same_file() -> None:
    assert typeset_cost_sheet(SHEET, AT) == typeset_cost_sheet(SHEET, AT)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.HANS, "¥1,000.00 分期还，一共还 ¥1,088.00，多付 ¥88.00，一年相当于 15.86%。"),
        (Language.HANT, "¥1,000.00 分期還，一共還 ¥1,088.00，多付 ¥88.00，一年相當於 15.86%。"),
        (
            Language.EN,
            "You split ¥1,000.00 and pay back ¥1,088.00: ¥88.00 more, which is 15.86% a year.",
        ),
    ],
)
def test_what_it_costs_in_one_line(language: Language, said: str) -> None:
    assert cost_page(replace(SHEET, language=language))["one_line"] == said


def test_what_costs_nothing_is_said_so() -> None:
    free = replace(SHEET, payments=(yuan(1_000_00),), purpose="repayment_plan", language=Language.EN)
    assert cost_page(free)["one_line"] == "You owe ¥1,000.00 and pay back ¥1,000.00: nothing more."


def test_equal_payments_are_told_together() -> None:
    page = cost_page(replace(SHEET, language=Language.EN))
    assert page["payments"] == [
        "How you pay, month by month",
        ["Payments 1 to 11: ¥90.66 each", "Payment 12: ¥90.74"],
    ]


def test_a_bound_is_said_beside_its_charge() -> None:
    page = cost_page(replace(SHEET, language=Language.EN))
    contingent: Any = page["contingent"]
    lines = contingent[1]
    assert lines[0]["how"] == "for each day late, on what is late (at most ¥100.00)"
    assert (lines[0]["rate"], lines[0]["annual"]) == ("0.05%", "18.25%")
    assert (lines[2]["rate"], lines[2]["amount"], lines[2]["annual"]) == ("", "", "")


def test_a_confirmed_sheet_says_how_and_when() -> None:
    done = replace(SHEET, language=Language.EN, confirmation=Confirmation(how="tap", at=AT))
    assert ["Read and confirmed by a tap", "Monday, 9 March 2026, 10:32"] in cost_page(done)["facts"]  # type: ignore[operator]
    assert ["Not confirmed yet", ""] in cost_page(replace(SHEET, language=Language.EN))["facts"]  # type: ignore[operator]


def test_the_rate_of_a_year_is_larger_than_that_of_a_day(tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if not program:
        pytest.skip("pdftotext (poppler-utils) is not on this machine")
    file = tmp_path / "sheet.pdf"
    file.write_bytes(typeset_cost_sheet(SHEET, AT))
    boxes = subprocess.run([program, "-bbox", file, "-"], check=True, capture_output=True, text=True).stdout
    heights: dict[str, float] = {}
    for top, bottom, word in re.findall(r'yMin="([\d.]+)".*?yMax="([\d.]+)">([^<]+)</word>', boxes):
        heights[word] = max(heights.get(word, 0), float(bottom) - float(top))
    daily = max(height for word, height in heights.items() if "0.05%" in word)
    yearly = max(height for word, height in heights.items() if "15.86%" in word)
    late_yearly = max(height for word, height in heights.items() if "18.25%" in word)
    assert yearly > late_yearly > daily
