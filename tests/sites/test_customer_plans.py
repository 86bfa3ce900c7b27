"""Instalments on the customer's pages: true cost in one line, all costs, then a plan; ending one; another due day."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from koumen.credit import queries
from koumen.credit.models import InstalmentPlan
from koumen.credit.queries.due_day import due_day_choice
from koumen.credit.queries.plans import plan_today, plans_today
from koumen.credit.rules.parameters import Parameters
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from tests import builders
from tests.credit.stories import Line, a_line
from tests.sites.doors import as_customer, key_in, nobody, text
from tests.sites.test_customer_credit import buys, local

pytestmark = pytest.mark.django_db

Counted = Callable[[int], AbstractContextManager[Any]]
READ = timedelta(seconds=10)
NOW = (11, 4)


class Home:
    """Somebody with a bill of 1,000.00 and a fridge of 1,200.00 that is on no bill yet."""

    def __init__(self, at: datetime, parameters: Parameters) -> None:
        self.line: Line = a_line(at, parameters=parameters)
        buys(self.line, 1_000_00, local(10, 5), "电器城")
        self.bill = self.line.is_billed(date(2026, 11, 1), local(11, 1))
        self.fridge = buys(self.line, 1_200_00, local(11, 2), "家具城")
        account = queries.credit_account(actor=SYSTEM, account_id=self.line.account_id)
        self.actor = builders.themselves(account.customer)
        self.browser: Client = as_customer(account.customer.person_id)

    def gets(self, path: str, *, at: datetime, status: int = 200) -> Any:
        with clock.stopped_at(at):
            answered = self.browser.get(path)
        assert answered.status_code == status, text(answered)[:800]
        return answered

    def posts(self, path: str, data: dict[str, str], *, at: datetime, status: int = 302) -> Any:
        with clock.stopped_at(at):
            answered = self.browser.post(path, data)
        assert answered.status_code == status, text(answered)[:800]
        return answered

    def reads_all_costs(self, terms: int, *, purchase: bool, at: datetime) -> str:
        """Chooses, reads and says yes; the address at which the plan begins."""
        about = f"?purchase={self.fridge}" if purchase else ""
        costs = self.posts(f"/instalments/{about}", {"terms": str(terms)}, at=at)["Location"]
        page = self.gets(costs, at=at)
        begins: str = costs.split("next=")[1].replace("%2F", "/")
        following = {"once": key_in(page), "next": begins}
        answered = self.posts(costs.split("?")[0], following, at=at + READ)
        assert answered["Location"] == begins
        return begins

    def splits(self, terms: int = 6, *, purchase: bool = True) -> UUID:
        """The whole way to a plan."""
        begins = self.reads_all_costs(terms, purchase=purchase, at=local(*NOW))
        key = key_in(self.gets(begins, at=local(*NOW) + READ))
        plan = self.posts(begins, {"once": key}, at=local(*NOW) + READ)["Location"]
        return UUID(plan.split("/")[2])


@pytest.fixture
def home(at: datetime) -> Home:
    return Home(at, Parameters())


def test_each_number_of_months_says_its_true_cost_in_one_line(home: Home) -> None:
    page = text(home.gets(f"/instalments/?purchase={home.fridge}", at=local(*NOW))).replace("\u00a0", " ")
    assert "You split this purchase: ¥ 1,200.00" in page
    for said in ("3 months", "¥ 410.00 a month", "12 months", "% a year", "¥30.00 more"):
        assert said in page, said
    assert page.index("3 months") < page.index("12 months")


def test_where_the_whole_fee_comes_first_the_first_month_is_told_apart(at: datetime) -> None:
    home = Home(at, Parameters(instalment_fee_mode="first"))
    page = text(home.gets(f"/instalments/?purchase={home.fridge}", at=local(*NOW))).replace("\u00a0", " ")
    assert "The first month ¥ 430.00." in page
    assert "¥ 400.00 a month" in page


def test_a_plan_begins_only_after_all_costs_were_read(home: Home) -> None:
    costs = home.posts(f"/instalments/?purchase={home.fridge}", {"terms": "6"}, at=local(*NOW))["Location"]
    begins = costs.split("next=")[1].replace("%2F", "/")
    assert home.gets(begins, at=local(*NOW), status=302)["Location"] == costs.split("?")[0]
    refused = home.posts(begins, {"once": str(uuid4())}, at=local(*NOW), status=409)
    assert "First all costs must be read" in text(refused)
    assert not InstalmentPlan.objects.exists()


def test_a_purchase_becomes_a_plan_that_says_what_comes_when(home: Home) -> None:
    plan_id = home.splits(6)
    page = text(home.gets(f"/plans/{plan_id}/", at=local(11, 5))).replace("\u00a0", " ")
    assert "A purchase in 6 instalments" in page
    assert "1. Pay by Thursday 10 December" in page
    assert "6. Pay by Monday 10 May 2027" in page
    assert "¥ 209.00" in page
    assert "Paid in 6 instalments" in text(home.gets("/purchases/", at=local(11, 5)))
    assert "Running" in text(home.gets("/plans/", at=local(11, 5)))
    assert "Instalments to come" in text(home.gets("/", at=local(11, 5)))


def test_what_is_billed_moves_on_month_by_month(home: Home) -> None:
    plan_id = home.splits(6)
    page = text(home.gets(f"/plans/{plan_id}/", at=local(12, 3)))
    assert "1. On an earlier bill" in page
    assert "2. Pay by Sunday 10 January" in page
    newer = home.line.is_billed(date(2026, 12, 1), local(12, 1))
    bill = text(home.gets(f"/bills/{newer.id}/", at=local(12, 3)))
    for said in (
        "Put into instalments, for later bills",
        "Instalments that are due",
        "Fees of instalment plans",
    ):
        assert said in bill, said


def test_the_same_yes_twice_is_one_plan(home: Home) -> None:
    begins = home.reads_all_costs(3, purchase=True, at=local(*NOW))
    key = key_in(home.gets(begins, at=local(*NOW) + READ))
    first = home.posts(begins, {"once": key}, at=local(*NOW) + READ)["Location"]
    again = home.posts(begins, {"once": key}, at=local(*NOW) + READ)["Location"]
    assert first == again
    assert InstalmentPlan.objects.count() == 1


def test_a_bill_can_be_split_until_it_is_due(home: Home) -> None:
    assert "Pay this bill in instalments" in text(home.gets(f"/bills/{home.bill.id}/", at=local(*NOW)))
    plan_id = home.splits(3, purchase=False)
    assert "A bill in 3 instalments" in text(home.gets(f"/plans/{plan_id}/", at=local(11, 5)))
    assert "A part of its bill is paid in instalments" in text(home.gets("/purchases/", at=local(11, 5)))


def test_after_the_due_day_a_bill_is_split_no_more(home: Home) -> None:
    assert "Pay this bill in instalments" not in text(home.gets(f"/bills/{home.bill.id}/", at=local(11, 12)))
    refused = home.gets("/instalments/", at=local(11, 12), status=409)
    assert "until the due day of the bill" in text(refused)


def test_something_small_is_not_split(home: Home, at: datetime) -> None:
    sweets = buys(home.line, 12_00, local(11, 3), "清河超市")
    page = text(home.gets("/purchases/", at=local(*NOW)))
    assert f"purchase={home.fridge}" in page
    assert f"purchase={sweets}" not in page
    assert "too little for instalments" in text(
        home.gets(f"/instalments/?purchase={sweets}", at=local(*NOW), status=409)
    )


def test_no_number_chosen_is_said_at_the_field(home: Home) -> None:
    answered = home.posts(f"/instalments/?purchase={home.fridge}", {"terms": "5"}, at=local(*NOW), status=200)
    assert 'id="id_terms-error"' in text(answered)


def test_ending_a_plan_early_says_what_is_paid_and_saved(home: Home) -> None:
    plan_id = home.splits(6)
    page = home.gets(f"/plans/{plan_id}/end/", at=local(12, 3))
    said = text(page).replace("\u00a0", " ")
    assert "You pay today" in said
    assert "one thousand yuan" in said
    assert "You save ¥ 45.00." in said
    assert "is due on Sunday 10 January" in said
    home.posts(f"/plans/{plan_id}/end/", {"once": key_in(page)}, at=local(12, 3))
    assert "Nothing is still to come." in text(home.gets(f"/plans/{plan_id}/", at=local(12, 3)))
    assert home.gets(f"/plans/{plan_id}/end/", at=local(12, 4), status=404)
    assert home.line.owed(local(12, 3)).future_minor == 0


def test_the_due_day_is_changed_once_in_twelve_months(home: Home) -> None:
    page = home.gets("/due-day/", at=local(*NOW))
    assert "day 10 of the month" in text(page)
    home.posts("/due-day/", {"day": "20", "once": key_in(page)}, at=local(*NOW))
    assert "Your due day is day 20 of the month." in text(home.gets("/due-day/", at=local(*NOW)))
    assert "Tuesday 10 November" in text(home.gets(f"/bills/{home.bill.id}/", at=local(*NOW)))
    again = home.gets("/due-day/", at=local(11, 6))
    assert "once in twelve months: again from Thursday 4 November 2027" in text(again)
    refused = home.posts("/due-day/", {"day": "15", "once": str(uuid4())}, at=local(11, 6), status=409)
    assert "once in twelve months" in text(refused)


def test_a_due_day_that_is_not_offered_is_said_at_the_field(home: Home) -> None:
    for day in ("31", "10", "x", ""):
        answered = home.posts("/due-day/", {"day": day, "once": str(uuid4())}, at=local(*NOW), status=200)
        assert 'id="id_day-error"' in text(answered)


def test_while_something_is_late_the_due_day_stays(home: Home) -> None:
    assert "While something is late" in text(home.gets("/due-day/", at=local(11, 20)))
    home.posts("/due-day/", {"day": "20", "once": str(uuid4())}, at=local(11, 20), status=409)


def test_another_customers_plan_is_not_there(home: Home, at: datetime) -> None:
    plan_id = home.splits(6)
    sheet_id = InstalmentPlan.objects.get(id=plan_id).sheet_id
    stranger = as_customer(builders.a_customer(at).person_id)
    for path in (
        f"/plans/{plan_id}/",
        f"/plans/{plan_id}/end/",
        f"/instalments/{sheet_id}/",
        f"/instalments/?account={home.line.account_id}",
        f"/due-day/?account={home.line.account_id}",
    ):
        assert stranger.get(path).status_code == 404, path
        sent = stranger.post(path, {"once": str(uuid4()), "terms": "6", "day": "20"})
        assert sent.status_code in {404, 405}, path
        assert nobody().get(path)["Location"].startswith("/sign-in/"), path
    assert home.line.owed(local(11, 5)).future_minor == 1_200_00


def test_reading_plans_asks_as_few_queries_as_it_says(home: Home, django_assert_num_queries: Counted) -> None:
    plan_id, at = home.splits(6), local(11, 5)
    with django_assert_num_queries(2):
        plan_today(actor=home.actor, plan_id=plan_id, at=at)
    with django_assert_num_queries(2):
        plans_today(actor=home.actor, account_id=home.line.account_id, at=at)
    with django_assert_num_queries(2):
        due_day_choice(actor=home.actor, account_id=home.line.account_id, at=at)


def test_of_a_bill_somebody_splits_some_purchases_or_an_amount(at: datetime) -> None:
    home = Home(at, Parameters())
    page = text(home.gets("/instalments/part/", at=local(*NOW))).replace("\u00a0", " ")
    for said in ("What of this bill?", "¥ 1,000.00", "电器城", "Another amount"):
        assert said in page, said
    bought = page.split('name="chosen" value="')[1].split('"')[0]
    chosen = {"part": "some", "chosen": bought}
    following = home.posts("/instalments/part/", chosen, at=local(*NOW))["Location"]
    assert f"chosen={bought}" in following
    assert "You split a part of this bill: ¥ 1,000.00" in text(home.gets(following, at=local(*NOW))).replace(
        "\u00a0", " "
    )
    amount = {"part": "other", "other": "300"}
    following = home.posts("/instalments/part/", amount, at=local(*NOW))["Location"]
    assert "You split a part of this bill: ¥ 300.00" in text(home.gets(following, at=local(*NOW))).replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"part": ""}, "Please choose one."),
        ({"part": "some"}, "Please choose at least one purchase."),
        ({"part": "other", "other": "2000"}, "There is not that much left to split."),
        ({"part": "other", "other": "0"}, "The amount must be more than zero."),
    ],
)
def test_a_part_that_makes_no_sense_is_said_at_its_field(home: Home, sent: dict[str, str], said: str) -> None:
    page = text(home.posts("/instalments/part/", sent, at=local(*NOW), status=200))
    assert said in page


@pytest.mark.parametrize("query", ["amount=x", "amount=-5", "chosen=x", "amount=99999999999"])
def test_an_address_that_asks_for_nonsense_is_refused(home: Home, query: str) -> None:
    with clock.stopped_at(local(*NOW)):
        assert home.browser.get(f"/instalments/?{query}").status_code in {409, 422}


def test_after_the_due_day_no_part_of_a_bill_is_split(home: Home) -> None:
    refused = home.gets("/instalments/part/", at=local(11, 12), status=409)
    assert "until the due day of the bill" in text(refused)
