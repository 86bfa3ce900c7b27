"""A month of a credit account, from the first purchase to the trial balance."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from koumen.credit.books import check_books
from koumen.kit.actor import SYSTEM
from koumen.ledger.queries import cash_by_agent, trial_balance
from tests.credit.stories import a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 12, tzinfo=ZONE)


def test_a_month_of_a_credit_account_ends_in_the_trial_balance() -> None:
    line = a_line(day(9, 1))

    # September: a coat, medicine, and a pan that goes back.
    line.buys(420_00, day(9, 5))
    line.buys(80_00, day(9, 12))
    line.buys(150_00, day(9, 20))
    line.buys(-150_00, day(9, 22))
    first = line.is_billed(date(2026, 10, 1), day(10, 1))
    assert (first.balance_minor, first.minimum_minor, first.due_date) == (500_00, 50_00, date(2026, 10, 10))
    assert line.owed(day(10, 1)).interest_free_until == date(2026, 10, 10)

    # October: the agent collects 200.00 on the 9th; a radio; the coat was too small and goes back.
    paid = line.pays(200_00, day(10, 9))
    assert paid.balance_after_minor == 300_00
    line.buys(260_00, day(10, 15))
    line.buys(-420_00, day(10, 20))
    owed = line.owed(day(10, 20))
    assert (owed.bill_minor, owed.all_minor, owed.minimum_minor) == (140_00, 140_00, 0)
    second = line.is_billed(date(2026, 11, 1), day(11, 1))
    assert (second.balance_minor, second.minimum_minor) == (140_00, 20_00)
    assert line.owed(day(11, 1)).interest_free_until is None, "the older bill is late already"

    # November: 150.00 in cash, ten too many, by the customer's wish; they pay for the next purchase.
    surplus = line.pays(150_00, day(11, 8))
    assert (surplus.principal_minor, surplus.credit_minor, surplus.balance_after_minor) == (
        140_00,
        10_00,
        -10_00,
    )
    line.buys(35_00, day(11, 9))
    assert line.owed(day(11, 9)).all_minor == 25_00

    assert {entry.kind.value: entry.balance_minor for entry in trial_balance(actor=SYSTEM)} == {
        "principal": 25_00,  # what the customer owes
        "credit_balance": 0,
        "agent_cash": 350_00,  # what the agent has to hand in
        "merchant": -375_00,  # what the shops are owed: 945.00 bought, 570.00 given back
    }
    assert cash_by_agent(actor=SYSTEM) == [(line.agent_id, "CNY", 350_00)]
    assert check_books().is_right
