"""The arithmetic of credit: dates, minimum, allocation, by worked examples."""

from datetime import date

import pytest

from koumen.credit.rules.allocation import Bucket, Debt, allocate_payment, allocate_refund
from koumen.credit.rules.calendar import billed_on, due_on
from koumen.credit.rules.minimum import minimum_payment, unpaid_minimum
from koumen.credit.rules.parameters import Parameters
from koumen.kit.errors import Invalid

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def test_interest_then_late_charge_then_principal_of_the_oldest_bill_first() -> None:
    """V13 without its instalment of 90.66: the same payment less that amount."""
    debts = [
        Debt(1, NOVEMBER, Bucket.PRINCIPAL, 300_00),
        Debt(2, OCTOBER, Bucket.PRINCIPAL, 400_00),
        Debt(3, OCTOBER, Bucket.LATE, 3_20),
        Debt(4, OCTOBER, Bucket.INTEREST, 12_50),
    ]
    split = allocate_payment(debts, 200_00 - 90_66)
    assert split.by_debt == {4: 12_50, 3: 3_20, 2: 93_64}
    assert split.by_bucket == {Bucket.INTEREST: 12_50, Bucket.LATE: 3_20, Bucket.PRINCIPAL: 93_64}
    assert 400_00 - split.by_debt[2] == 306_36
    assert split.surplus_minor == 0


def test_what_is_more_than_owed_is_left_over() -> None:
    """V12: 600 where 500 is owed."""
    split = allocate_payment([Debt(1, OCTOBER, Bucket.PRINCIPAL, 500_00)], 600_00)
    assert (split.by_debt, split.surplus_minor) == ({1: 500_00}, 100_00)


def test_what_is_not_billed_is_paid_last_and_given_back_first() -> None:
    debts = [Debt(1, None, Bucket.PRINCIPAL, 50), Debt(2, NOVEMBER, Bucket.PRINCIPAL, 50)]
    assert allocate_payment(debts, 60).by_debt == {2: 50, 1: 10}
    assert allocate_refund(debts, 60).by_debt == {1: 50, 2: 10}


def test_the_minimum_is_a_tenth_of_ordinary_debts_and_all_of_the_rest() -> None:
    """V7: 3,000 ordinary; instalment 341.67, an earlier minimum 100, interest 4.20."""
    assert minimum_payment(Parameters(), ordinary_minor=3_000_00, rest_minor=341_67 + 100_00 + 4_20) == 745_87


@pytest.mark.parametrize(
    ("owed", "minimum"), [(0, 0), (1, 1), (20_00, 20_00), (20_01, 20_00), (200_00, 20_00), (200_05, 20_01)]
)
def test_the_minimum_never_falls_under_the_floor_nor_passes_what_is_owed(owed: int, minimum: int) -> None:
    assert minimum_payment(Parameters(), ordinary_minor=owed, rest_minor=0) == minimum


def test_all_that_came_in_since_the_bill_counts_for_its_minimum() -> None:
    assert unpaid_minimum(minimum_minor=50, balance_minor=500, unpaid_minor=500) == 50
    assert unpaid_minimum(minimum_minor=50, balance_minor=500, unpaid_minor=470) == 20
    assert unpaid_minimum(minimum_minor=50, balance_minor=500, unpaid_minor=10) == 0


@pytest.mark.parametrize(
    ("purchased", "due_day", "days"),
    [
        (date(2026, 11, 1), 10, 39),  # the first of a month of 30 days
        (date(2026, 10, 1), 10, 40),  # of one of 31
        (date(2026, 10, 31), 10, 10),  # its last day
        (date(2026, 11, 1), 20, 49),
        (date(2026, 10, 1), 20, 50),
        (date(2028, 2, 1), 10, 38),  # a leap year
        (date(2028, 2, 29), 10, 10),
        (date(2026, 12, 31), 10, 10),
    ],
)
def test_days_that_cost_nothing(purchased: date, due_day: int, days: int) -> None:
    assert (due_on(billed_on(purchased, 1), due_day) - purchased).days == days


def test_a_purchase_on_the_bill_day_belongs_to_the_next_bill() -> None:
    assert billed_on(date(2026, 10, 31), 1) == date(2026, 11, 1)
    assert billed_on(date(2026, 11, 1), 1) == date(2026, 12, 1)
    assert due_on(date(2005, 4, 28), 15) == date(2005, 5, 15)


@pytest.mark.parametrize(
    "plain",
    [
        {"bill_day": 0},
        {"bill_day": 29},
        {"bill_day": "1"},
        {"due_day": 31},
        {"minimum_rate": "0"},
        {"minimum_rate": "1.1"},
        {"minimum_rate": "NaN"},
        {"minimum_rate": "ten"},
        {"rounding": "DOWN"},
        {"colour": "red"},
    ],
)
def test_parameters_that_make_no_sense_are_refused(plain: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Parameters.of(plain)


def test_parameters_come_back_as_they_were_stored() -> None:
    wanted = Parameters(bill_day=28, due_day=15, minimum_floor_minor=1_000)
    assert Parameters.of(wanted.plain()) == wanted
