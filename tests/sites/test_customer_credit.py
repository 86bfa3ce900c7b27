"""The customer's credit pages: bills and their files, purchases, and what would be owed after paying."""

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from koumen.credit import commands, queries
from koumen.credit.models import Statement
from koumen.credit.rules.buying import Category
from koumen.credit.rules.parameters import Parameters
from koumen.documents.queries import verify_pdf
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor
from koumen.people.models import Customer, Person
from tests import builders
from tests.credit.stories import Line, a_line
from tests.sites.doors import as_customer, nobody, text

pytestmark = pytest.mark.django_db

Counted = Callable[[int], AbstractContextManager[Any]]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Home:
    """A customer with a bill of 1 November, due on the 10th, and something bought since."""

    line: Line
    customer: Customer
    browser: Client
    bill: Statement

    @property
    def actor(self) -> Actor:
        return builders.themselves(self.customer)

    def page(self, path: str, *, at: datetime) -> str:
        with clock.stopped_at(at):
            answered = self.browser.get(path)
        assert answered.status_code == 200, answered.status_code
        return text(answered)


def buys(line: Line, amount_minor: int, when: datetime, place: str, **more: Any) -> UUID:
    purchase = commands.PurchaseRequest(
        account_id=line.account_id,
        amount_minor=amount_minor,
        currency="CNY",
        description=place,
        purchased_at=when,
        **more,
    )
    return commands.record_purchase(
        purchase=purchase, actor=SYSTEM, at=max(when, more.get("posted_at") or when)
    ).id


def local(month: int, day: int, hour: int = 12) -> datetime:
    from koumen.branch.queries import this_branch

    return datetime(2026, month, day, hour, tzinfo=this_branch().zone)


@pytest.fixture
def home(at: datetime) -> Home:
    line = a_line(at, parameters=Parameters())
    first = buys(line, 900_00, local(10, 5), "电器城", category=Category.ONLINE)
    buys(line, 100_00, local(10, 20), "供电公司", category=Category.UTILITY)
    buys(line, -200_00, local(10, 25), "电器城", category=Category.ONLINE, refund_of=first)
    bill = line.is_billed(date(2026, 11, 1), local(11, 1))
    buys(line, 45_50, local(11, 3), "清河超市")
    account = queries.credit_account(actor=SYSTEM, account_id=line.account_id)
    return Home(line, account.customer, as_customer(account.customer.person_id), bill)


# --- bills ----------------------------------------------------------------------------------------------


def test_home_says_what_only_the_minimum_costs_and_when_something_is_late(home: Home) -> None:
    early = home.page("/", at=local(11, 4)).replace("\u00a0", " ")
    assert "please pay by Tuesday 10 November" in early
    # 720.00 for the 21 days from the due day to the next bill
    assert "interest and charges up to Tuesday 1 December</dt><dd>¥ 7.56" in early
    assert "Late" not in early
    late = home.page("/", at=local(11, 20)).replace("\u00a0", " ")
    assert "Late" in late
    assert "it was due on Tuesday 10 November" in late
    assert "Of it, interest and charges up to today" in late


def test_the_list_says_how_each_bill_stands(home: Home) -> None:
    assert "To be paid" in home.page("/bills/", at=local(11, 4))
    home.line.pays(800_00, local(11, 5))
    assert "Paid" in home.page("/bills/", at=local(11, 6))
    assert "unpaid" not in home.page("/bills/", at=local(11, 6))


def test_a_bill_tells_what_is_to_be_paid_by_when_and_how_it_came_about(home: Home) -> None:
    page = home.page(f"/bills/{home.bill.id}/", at=local(11, 4))
    for said in (
        "¥ 800.00",
        "eight hundred yuan",
        "Tuesday 10 November",
        "and nothing is added",
        "¥ 1,000.00",
        "−¥ 200.00",
        "电器城",
        "Online shop",
        "Electricity, water, telephone",
        "The minimum of this bill",
    ):
        assert said in page.replace("\u00a0", " "), said


@pytest.mark.parametrize(
    ("day", "paid", "said"),
    [
        (12, 0, "Please pay now"),
        (20, 0, "The minimum was not paid in time"),
        (20, 80_00, "On the rest interest is added"),
        (20, 800_00, "Paid"),
    ],
)
def test_a_bill_says_what_came_of_it(home: Home, day: int, paid: int, said: str) -> None:
    if paid:
        home.line.pays(paid, local(11, 6))
    assert said in home.page(f"/bills/{home.bill.id}/", at=local(11, day))


def test_what_was_not_paid_stands_on_the_newer_bill_with_its_interest(home: Home) -> None:
    newer = home.line.is_billed(date(2026, 12, 1), local(12, 1))
    assert "stands on the newer one" in home.page(f"/bills/{home.bill.id}/", at=local(12, 2))
    page = home.page(f"/bills/{newer.id}/", at=local(12, 2))
    assert "From the bill before" in page
    assert "For what was not paid by the due day" in page
    assert "For the minimum of an earlier bill" in page


def test_what_was_told_later_stands_on_the_next_bill_as_a_correction(home: Home) -> None:
    buys(home.line, 60_00, local(11, 2), "书店", posted_at=None)
    purchase = commands.PurchaseRequest(
        account_id=home.line.account_id,
        amount_minor=-50_00,
        currency="CNY",
        description="供电公司",
        purchased_at=local(10, 28),
    )
    commands.record_purchase(purchase=purchase, actor=SYSTEM, at=local(11, 20))
    newer = home.line.is_billed(date(2026, 12, 1), local(12, 1))
    page = home.page(f"/bills/{newer.id}/", at=local(12, 2))
    assert "Corrections of earlier bills" in page
    assert "told to us later" in page
    assert "told to us later" not in home.page(f"/bills/{home.bill.id}/", at=local(12, 2))


def test_the_lines_of_every_bill_add_up_to_it(home: Home) -> None:
    home.line.pays(80_00, local(11, 6))
    home.line.is_billed(date(2027, 2, 1), datetime(2027, 2, 1, 4, tzinfo=local(1, 1).tzinfo))
    for row in Statement.objects.filter(account_id=home.line.account_id):
        sheet = queries.bill(actor=home.actor, statement_id=row.id, at=local(12, 30))
        assert sum(line.amount_minor for line in sheet.lines) == row.balance_minor


def test_a_credit_balance_is_shown_and_explained(home: Home) -> None:
    home.line.pays(1_000_00, local(11, 5))
    assert "We owe you" in home.page("/bills/", at=local(11, 6))
    newer = home.line.is_billed(date(2026, 12, 1), local(12, 1))
    page = home.page(f"/bills/{newer.id}/", at=local(12, 2))
    assert "Nothing to pay" in page
    assert "We owed you" in page


def test_a_bill_can_be_printed_and_the_paper_is_genuine(home: Home) -> None:
    for elder in (False, True):
        Person.objects.filter(id=home.customer.person_id).update(elder_mode=elder)
        with clock.stopped_at(local(11, 4)):
            answered = home.browser.get(f"/bills/{home.bill.id}.pdf")
        assert answered["Content-Type"] == "application/pdf"
        assert verify_pdf(answered.content).is_genuine


def test_a_bill_as_a_file_has_its_lines_and_what_lies_behind_them(home: Home) -> None:
    with clock.stopped_at(local(11, 4)):
        answered: Any = home.browser.get(f"/bills/{home.bill.id}.csv")
    content = b"".join(answered.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(content)))
    assert rows[0] == ["Date", "Part", "What", "Where", "Amount (CNY)"]
    lines = [row for row in rows if row[1] == "Line"]
    items = [row for row in rows if row[1] == "Item"]
    assert lines[-1][2:] == ["This bill", "", "800.00"]
    assert [row[4] for row in items] == ["900.00", "100.00", "-200.00"]
    assert items[0][3] == "电器城"


# --- purchases ------------------------------------------------------------------------------------------


def test_purchases_stand_by_month_with_the_days_that_are_free(home: Home) -> None:
    page = home.page("/purchases/", at=local(11, 4))
    assert page.index("November 2026") < page.index("October 2026")
    assert "Free until Thursday 10 December: 36 days left." in page
    assert "Free until Tuesday 10 November: 6 days left." in page
    assert "¥ 200.00 of it was given back." in page.replace("\u00a0", " ")
    assert "Bought on Monday 5 October" in page


def test_purchases_say_when_interest_is_running(home: Home) -> None:
    page = home.page("/purchases/", at=local(11, 20))
    assert "Interest is running" in page
    assert "Its bill was due on Tuesday 10 November." in page


def test_earlier_months_are_one_link_away(home: Home) -> None:
    newest = home.page("/purchases/", at=datetime(2027, 1, 20, 4, tzinfo=local(1, 1).tzinfo))
    assert "电器城" not in newest
    assert "until=2026-11" in newest
    earlier = home.page("/purchases/?until=2026-11", at=datetime(2027, 1, 20, 4, tzinfo=local(1, 1).tzinfo))
    assert "电器城" in earlier
    assert "Earlier months" not in earlier


@pytest.mark.parametrize("until", ["", "2026", "2026-13", "0000-01", "9999-12", "<b>"])
def test_a_month_that_is_none_is_no_fault(home: Home, until: str) -> None:
    home.page(f"/purchases/?until={until}", at=local(11, 4))


# --- what if --------------------------------------------------------------------------------------------


def test_what_if_answers_with_what_is_left_and_what_it_costs(home: Home) -> None:
    page = home.page("/what-if/?amount=minimum", at=local(11, 4)).replace("\u00a0", " ")
    assert "If you pay ¥ 80.00" in page
    assert "765.50" in page
    assert "You pay on the due day, Tuesday 10 November" in page
    assert "Paying today spares you" in page
    assert "What you bought" in page
    assert "We assume that you buy nothing until then." in page


def test_what_if_with_more_than_is_owed_leaves_the_rest_to_the_customer(home: Home) -> None:
    page = home.page("/what-if/?amount=other&other=900", at=local(11, 4)).replace("\u00a0", " ")
    assert "Then you owe nothing." in page
    assert "¥ 54.50 is more than you owe." in page


def test_what_if_keeps_nothing(home: Home) -> None:
    before = (Statement.objects.count(), home.line.owed(local(11, 4)))
    home.page("/what-if/?amount=all", at=local(12, 4))
    assert (Statement.objects.count(), home.line.owed(local(11, 4))) == before


@pytest.mark.parametrize("written", ["0", "three", "-5", "1.234", "9" * 19, "", "<b>"])
def test_an_amount_that_is_none_is_said_at_its_field(home: Home, written: str) -> None:
    page = home.page(f"/what-if/?amount=other&other={written}", at=local(11, 4))
    assert 'id="id_other-error"' in page


# --- whose, and how many queries ------------------------------------------------------------------------


def test_another_customers_account_is_not_there(home: Home, at: datetime) -> None:
    stranger = as_customer(builders.a_customer(at).person_id)
    for path in (
        f"/bills/{home.bill.id}/",
        f"/bills/{home.bill.id}.pdf",
        f"/bills/{home.bill.id}.csv",
        f"/bills/{uuid4()}/",
        f"/purchases/?account={home.line.account_id}",
        f"/what-if/?account={home.line.account_id}&amount=all",
        "/what-if/?account=nonsense",
    ):
        assert stranger.get(path).status_code == 404, path
        assert nobody().get(path)["Location"].startswith("/sign-in/"), path


def test_reading_asks_as_few_queries_as_it_says(home: Home, django_assert_num_queries: Counted) -> None:
    at, actor = local(11, 4), home.actor
    with django_assert_num_queries(2):
        queries.bills_of(actor=actor, account_id=home.line.account_id, at=at)
    with django_assert_num_queries(5):
        queries.bill(actor=actor, statement_id=home.bill.id, at=at)
    with django_assert_num_queries(4):
        queries.bought(
            actor=actor,
            account_id=home.line.account_id,
            since=date(2026, 9, 1),
            until=date(2026, 12, 1),
            at=at,
        )
    with django_assert_num_queries(1):
        queries.what_if(actor=actor, account_id=home.line.account_id, amount_minor=100, at=at)
