"""The account statement as a paper: three languages, large letters, whatever a place is called."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from koumen.documents.rules.receipt import Language, LenderLines, Paper
from koumen.documents.rules.statement import StatementContent, StatementItem, StatementLine
from koumen.documents.rules.statement_page import statement_page
from koumen.documents.rules.typeset import typeset_statement
from koumen.kit.errors import Invalid
from koumen.kit.money import Money

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


CONTENT = StatementContent(
    number="QH000001",
    language=Language.HANS,
    lender=LenderLines(
        name="清河消费金融有限公司",
        address="清河市中山区人民路1号",
        registration_number="L0001",
        help_phone="400-000-0000",
        complaints="清河市中山区人民路1号",
    ),
    debtor="李秀英",
    issued=date(2026, 11, 20),
    due=date(2026, 12, 8),
    balance=cny(1_286_40),
    minimum=cny(228_64),
    future=cny(400_00),
    lines=(
        StatementLine("before", cny(500_00)),
        StatementLine("bought", cny(1_500_00)),
        StatementLine("given_back", cny(-58_00)),
        StatementLine("paid", cny(-300_00)),
        StatementLine("interest", cny(4_20)),
        StatementLine("late", cny(20)),
        StatementLine("into_plans", cny(-400_00)),
        StatementLine("corrections", cny(40_00)),
    ),
    items=(
        StatementItem(date(2026, 10, 25), "online", "电器城", cny(1_500_00)),
        StatementItem(date(2026, 10, 28), "refund", "服装店", cny(-58_00)),
        StatementItem(date(2026, 11, 1), "repayment", "", cny(-300_00)),
        StatementItem(date(2026, 10, 2), "utility", "供电公司", cny(40_00), is_late=True),
    ),
)


def words_of(content: StatementContent) -> str:
    """All that the template sets, once it is known that it sets it."""
    assert typeset_statement(content, AT).startswith(b"%PDF")
    return "".join(json.dumps(statement_page(content), ensure_ascii=False).split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.HANS,
            ("账单", "2026年12月8日星期二", "至少要还¥228.64", "退货", "−¥58.00", "后来才告诉我们"),
        ),
        (Language.HANT, ("帳單", "至少要繳¥228.64", "更正以前的帳單", "網路購物")),
        (Language.EN, ("Bill", "byTuesday,8December2026", "Atleast¥228.64", "Correctionsofearlierbills")),
    ],
)
@pytest.mark.parametrize("paper", [Paper.A4, Paper.LARGE])
def test_it_says_what_is_to_be_paid_and_how_it_came_about(
    language: Language, said: tuple[str, ...], paper: Paper
) -> None:
    words = words_of(replace(CONTENT, language=language, paper=paper))
    for one in (*said, "¥1,286.40", "¥400.00", "QH000001", "400-000-0000"):
        assert one in words, one


def test_who_is_owed_money_is_asked_for_nothing() -> None:
    owed = replace(
        CONTENT, balance=cny(-50_00), minimum=cny(0), lines=(StatementLine("before", cny(-50_00)),), items=()
    )
    words = words_of(owed)
    assert "您多付的钱" in words
    assert "请还" not in words


def test_nothing_is_promised_to_be_free_while_an_earlier_bill_is_unpaid() -> None:
    assert "不收任何利息" not in words_of(CONTENT)
    paid = (StatementLine("before", cny(300_00)), StatementLine("paid", cny(-300_00)))
    assert "不收任何利息" in words_of(
        replace(CONTENT, lines=(*paid, StatementLine("bought", cny(1_286_40))), items=())
    )


def test_lines_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(Invalid):
        replace(CONTENT, balance=cny(1))


def test_a_place_that_cannot_be_printed_or_is_long_is_said_to_be_so() -> None:
    item = StatementItem(date(2026, 10, 25), "shop", "\U000323af" + "长" * 300, cny(0))
    words = words_of(replace(CONTENT, items=(item,)))
    assert "字库中没有的字" in words
    assert "过长的名称" in words


def test_the_same_bill_is_the_same_file() -> None:
    assert typeset_statement(CONTENT, AT) == typeset_statement(CONTENT, AT)
