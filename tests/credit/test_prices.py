"""What instalments and loans cost: schedules, true annual rates and stored prices, by worked examples."""

import json
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koumen.credit.rules import irr
from koumen.credit.rules.parameters import FeeMode, LateMode, LoanMethod, Parameters
from koumen.credit.rules.schedule import (
    Instalment,
    bullet,
    equal_instalments,
    equal_principal,
    flat_fee,
    loan,
)
from koumen.kit.errors import Invalid
from koumen.kit.rate import half_up, share


def percent(rate: Decimal) -> str:
    return str((rate * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def columns(plan: tuple[Instalment, ...]) -> tuple[list[int], list[int], list[int]]:
    return (
        [one.principal_minor for one in plan],
        [one.charge_minor for one in plan],
        [one.pay_minor for one in plan],
    )


def annual(principal_minor: int, plan: tuple[Instalment, ...]) -> tuple[str, str]:
    rate = irr.monthly_irr(principal_minor, [one.pay_minor for one in plan])
    return percent(irr.simple_annual(rate)), percent(irr.effective_annual(rate))


def test_v1_a_thousand_in_three_parts() -> None:
    plan = flat_fee(1_000_00, 3, Decimal("0.025"), mode="spread")
    assert columns(plan) == ([333_33, 333_33, 333_34], [8_33, 8_33, 8_34], [341_66, 341_66, 341_68])
    assert sum(one.pay_minor for one in plan) == 1_025_00
    assert [one.no for one in plan] == [1, 2, 3]


def test_v2_a_thousand_in_twelve_parts() -> None:
    plan = flat_fee(1_000_00, 12, Decimal("0.088"), mode="spread")
    assert columns(plan) == (
        [83_33] * 11 + [83_37],
        [7_33] * 11 + [7_37],
        [90_66] * 11 + [90_74],
    )
    assert sum(one.pay_minor for one in plan) == 1_088_00
    assert annual(1_000_00, plan)[0] == "15.86"


def test_v3_a_fee_is_rounded_once_as_a_whole() -> None:
    plan = flat_fee(999_99, 6, Decimal("0.045"), mode="spread")
    principal, fee, pay = columns(plan)
    assert sum(fee) == 45_00
    assert principal == [166_66] * 5 + [166_69]
    assert pay == [174_16] * 5 + [174_19]
    assert sum(pay) == 1_044_99


def test_v4_nine_parts() -> None:
    principal, fee, pay = columns(flat_fee(3_288_50, 9, Decimal("0.065"), mode="spread"))
    assert principal == [365_38] * 8 + [365_46]
    assert fee == [23_75] * 9
    assert (sum(fee), sum(pay)) == (213_75, 3_502_25)


def test_v5_a_week_late() -> None:
    assert share(2_000_00 * 7, Parameters().daily_late) == 7_00


def test_v6_interest_is_rounded_where_it_is_posted_not_each_day() -> None:
    accrued = Decimal(123_45 * 30) * Parameters().daily_interest
    assert accrued == Decimal("185.175")
    assert half_up(accrued) == 1_85
    assert share(123_45, Parameters().daily_interest) * 30 == 1_80, "what rounding every day would take"


@pytest.mark.parametrize(
    ("terms", "spread", "effective", "first"),
    [
        (3, "14.94", "16.00", "15.13"),
        (6, "15.27", "16.38", "15.76"),
        (9, "15.34", "16.47", "16.16"),
        (12, "15.86", "17.07", "17.10"),
    ],
)
def test_the_true_annual_cost_of_the_example_plans(
    terms: int, spread: str, effective: str, first: str
) -> None:
    fee = Parameters().fee_rate(terms)
    assert annual(1_000_00, flat_fee(1_000_00, terms, fee, mode=FeeMode.SPREAD)) == (spread, effective)
    assert annual(1_000_00, flat_fee(1_000_00, terms, fee, mode=FeeMode.FIRST))[0] == first


def test_a_daily_rate_as_a_years() -> None:
    daily = Parameters().daily_interest
    assert percent(daily * 365) == "18.25"
    assert percent((1 + daily) ** 365 - 1) == "20.02"


def test_rates_that_others_have_published() -> None:
    # numpy-financial's documentation of irr.
    assert float(irr.monthly_irr(100, [39, 59, 55, 20])) == pytest.approx(0.28095, abs=5e-6)


def test_a_rate_may_be_nothing_and_less() -> None:
    assert irr.monthly_irr(300, [100, 100, 100]) == 0
    assert irr.monthly_irr(300, [0, 0, 150]) < 0


@pytest.mark.parametrize("payments", [[], [0, 0], [-1, 500]])
def test_nothing_that_comes_back_has_no_rate(payments: list[int]) -> None:
    with pytest.raises(ValueError, match="a rate needs"):
        irr.monthly_irr(100, payments)


AMOUNTS = st.integers(1, 10**9)
TERMS = st.integers(1, 60)
RATES = st.decimals(0, 1, places=4)


@given(amount=AMOUNTS, terms=TERMS, rate=RATES, mode=st.sampled_from(FeeMode))
def test_a_split_loses_and_invents_nothing(amount: int, terms: int, rate: Decimal, mode: FeeMode) -> None:
    plan = flat_fee(amount, terms, rate, mode=mode)
    assert len(plan) == terms
    assert sum(one.principal_minor for one in plan) == amount
    assert sum(one.charge_minor for one in plan) == share(amount, rate)
    assert min(min(one.principal_minor, one.charge_minor) for one in plan) >= 0


@given(amount=AMOUNTS, terms=TERMS, rate=st.decimals(0, "0.05", places=6), method=st.sampled_from(LoanMethod))
def test_a_loan_is_paid_back_to_the_last_unit(
    amount: int, terms: int, rate: Decimal, method: LoanMethod
) -> None:
    plan = loan(amount, terms, rate, method=method)
    assert [one.no for one in plan] == list(range(1, terms + 1))
    assert sum(one.principal_minor for one in plan) == amount
    left = amount
    for one in plan:
        assert one.charge_minor == share(left, rate)
        assert 0 <= one.principal_minor <= left
        left -= one.principal_minor
    assert left == 0


@given(amount=st.integers(1_000_00, 10**9), terms=st.integers(2, 60), monthly=st.integers(1, 300))
def test_the_rate_of_a_loan_is_found_again(amount: int, terms: int, monthly: int) -> None:
    rate = Decimal(monthly) / 10_000
    for plan in (equal_instalments(amount, terms, rate), equal_principal(amount, terms, rate)):
        found = irr.monthly_irr(amount, [one.pay_minor for one in plan])
        assert abs(found - rate) < Decimal("0.0001")


def test_loans_by_each_method() -> None:
    rate = Decimal("0.01")
    assert columns(equal_instalments(1_000_00, 3, rate)) == (
        [330_02, 333_32, 336_66],
        [10_00, 6_70, 3_37],
        [340_02, 340_02, 340_03],
    )
    assert columns(equal_principal(1_000_00, 3, rate))[1] == [10_00, 6_67, 3_33]
    assert columns(bullet(1_000_00, 3, rate)) == (
        [0, 0, 1_000_00],
        [10_00, 10_00, 10_00],
        [10_00, 10_00, 1_010_00],
    )
    assert columns(equal_instalments(1_000_00, 3, Decimal(0)))[2] == [333_33, 333_33, 333_34]


def test_prices_come_back_from_json_as_they_were_stored() -> None:
    wanted = Parameters(instalment_terms={"24": "0.1298"}, due_days=(8, 20), late_mode="none")
    assert Parameters.of(json.loads(json.dumps(wanted.plain()))) == wanted
    assert wanted.terms == (24,)
    assert wanted.fee_rate(24) == Decimal("0.1298")
    with pytest.raises(Invalid, match="instalment-term-not-offered"):
        wanted.fee_rate(3)


def test_a_version_stored_before_there_were_prices_never_charges_any() -> None:
    old = Parameters.of(
        {
            "bill_day": 28,
            "due_day": 15,
            "grace_days": 3,
            "minimum_rate": "0.10",
            "minimum_floor_minor": 1000,
            "rounding": "HALF_UP",
        }
    )
    assert old.bill_day == 28
    assert old.daily_interest == 0
    assert old.late_mode == LateMode.NONE
    assert old.terms == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "gift"),
        ("due_days", [0]),
        ("due_days", 8),
        ("grace_days", 16),
        ("revolving_base", "everything"),
        ("revolving_daily_rate", "0.000000001"),
        ("revolving_daily_rate", "0.02"),
        ("revolving_daily_rate", 0.0005),
        ("late_mode", "both"),
        ("late_cap_minor", -1),
        ("instalment_terms", {"1": "0.01"}),
        ("instalment_terms", {"03": "0.01"}),
        ("instalment_terms", {"three": "0.01"}),
        ("instalment_terms", {"3": "-0.01"}),
        ("instalment_terms", {"3": "1e3"}),
        ("instalment_terms", [3]),
        ("instalment_minimum_minor", 11),
        ("apr_cap", "1.5"),
        ("apr_cap", "Infinity"),
        ("allocation", "mine"),
        ("loan_terms", [0]),
        ("forced_read_seconds", 0),
    ],
)
def test_prices_that_make_no_sense_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        Parameters.of({"kind": "line", name: value} if name != "kind" else {name: value})
    assert str(refused.value.params["field"]).startswith(name) or name == "instalment_minimum_minor"


def test_a_loan_says_for_how_long() -> None:
    with pytest.raises(Invalid):
        Parameters(kind="loan")
    assert Parameters(kind="loan", loan_terms=(6, 12)).loan_terms == (6, 12)
