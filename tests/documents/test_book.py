"""Reports of the books on paper: every language, every figure, as many pages as it takes."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from koumen.documents.rules.book import BookHead, LedgerContent, LedgerRow, TrialContent, TrialRow
from koumen.documents.rules.book_page import figure, ledger_page, trial_page
from koumen.documents.rules.book_wording import BOOK_WORDING
from koumen.documents.rules.receipt import Language
from koumen.documents.rules.typeset import typeset_book
from koumen.kit.money import Money
from tests.documents.pdf_rules import broken_rules
from tests.documents.samples import yuan

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


def head(language: Language = Language.EN, /, **days: date) -> BookHead:
    return BookHead(
        language=language,
        lender="清河消费金融有限公司",
        branch="清河 𠮷",
        zone=ZoneInfo("Asia/Shanghai"),
        made_at=datetime(2026, 11, 24, 4, 0, tzinfo=UTC),
        **days,
    )


def ledger(language: Language, rows: int, owner: str = "") -> LedgerContent:
    return LedgerContent(
        head=head(language, from_date=FIRST, through=LAST, open_from=date(2026, 11, 1)),
        account="应收本金",
        owner=owner,
        opening=yuan(-5),
        rows=tuple(
            LedgerRow(FIRST + timedelta(days=n % 30), "消费", "商户", yuan(1), yuan(0), yuan(n - 4))
            for n in range(rows)
        ),
    )


@pytest.mark.parametrize("language", Language)
def test_every_report_keeps_the_rules_in_every_language(language: Language) -> None:
    rows = (TrialRow("Bank", yuan(3), yuan(1)), TrialRow("Bank", Money(70, "TWD"), Money(0, "TWD")))
    for content in (
        TrialContent(head=head(language, through=LAST), rows=rows),
        TrialContent(head=head(language), rows=()),
        ledger(language, 0),
        ledger(language, 3, owner="A0001"),
    ):
        assert [rule for rule in broken_rules(typeset_book(content)) if "sign" not in rule.lower()] == []


def test_a_long_report_takes_as_many_pages_as_it_needs_and_is_the_same_each_time() -> None:
    content = ledger(Language.HANS, 400)
    pdf = typeset_book(content)
    assert int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"]) > 5
    assert pdf == typeset_book(content)


def test_the_closing_balance_is_the_opening_one_and_all_that_moved() -> None:
    (table,) = ledger_page(ledger(Language.EN, 7))["tables"]
    assert table["rows"][0][-1] == "−0.05"
    assert table["sums"] == [["", "Closing balance", "", "0.07", "0.00", "0.02"]]


def test_each_currency_has_its_own_table_and_total() -> None:
    rows = (
        TrialRow("Bank", yuan(3), yuan(1)),
        TrialRow("Merchants", yuan(0), yuan(2)),
        TrialRow("Bank", Money(70, "TWD"), Money(0, "TWD")),
    )
    tables = trial_page(TrialContent(head=head(), rows=rows))["tables"]
    assert [(table["caption"], table["sums"]) for table in tables] == [
        ("Currency CNY", [["Total", "0.03", "0.03", "0.00"]]),
        ("Currency TWD", [["Total", "70", "0", "70"]]),
    ]


@pytest.mark.parametrize(
    ("days", "said", "is_final"),
    [
        ({}, "All", False),
        ({"through": LAST}, "up to 31 October 2026", False),
        ({"from_date": FIRST}, "from 1 October 2026", False),
        ({"from_date": FIRST, "through": LAST}, "1 October 2026 to 31 October 2026", False),
        ({"through": LAST, "open_from": date(2026, 11, 1)}, "up to 31 October 2026", True),
        ({"through": LAST, "open_from": LAST}, "up to 31 October 2026", False),
        ({"open_from": date(2026, 11, 1)}, "All", False),
    ],
)
def test_a_report_says_its_days_and_whether_they_can_still_change(
    days: dict[str, date], said: str, *, is_final: bool
) -> None:
    page = trial_page(TrialContent(head=head(**days), rows=()))
    assert dict(page["facts"])["Days"] == said
    words = BOOK_WORDING[Language.EN]
    assert page["fine"][0] == (words.final if is_final else words.not_final)


def test_a_figure_has_its_currencys_decimals() -> None:
    assert figure(Money(-123456789, "CNY")) == "−1,234,567.89"
    assert figure(Money(1234567, "TWD")) == "1,234,567"
