"""What can be offered to somebody for whom paying is hard: never more than they can, and what it truly costs."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koumen.credit.rules.activity import Activity, ActivityKind, PlanTerms
from koumen.credit.rules.affordable import Answers, affordable_minor
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.folding import fold
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Position
from koumen.credit.rules.repayment_plan import (
    Pace,
    PlanDue,
    PlanOption,
    dues_of,
    later,
    nothing_paid,
    owed_in_all,
    plain_dues,
    plan_options,
    plan_sheet,
    planned,
    rests_until,
    standing,
)
from koumen.credit.rules.schedule import flat_fee
from koumen.kit.errors import Invalid
from koumen.ledger.rules.chart import AccountKind

HERE = Parameters()
TODAY = date(2026, 11, 24)
YUAN = 100
HALF = Decimal("0.5")
INCOME = (AccountKind.INTEREST_INCOME, AccountKind.LATE_INCOME, AccountKind.FEE_INCOME)


def on(day: date, kind: ActivityKind, amount_minor: int = 0, **more: object) -> Activity:
    return Activity(
        activity_id=UUID(int=day.toordinal() * 1000 + amount_minor % 1000 + len(kind)),
        kind=kind,
        effective_at=datetime.combine(day, time(12), UTC),
        on=day,
        amount_minor=amount_minor,
        **more,  # type: ignore[arg-type]  # whatever else an activity says
    )


def somebody_who_owes(
    amount_minor: int, *, parameters: Parameters = HERE, in_parts: bool = False, today: date = TODAY
) -> Position:
    """Bought in August, billed, judged late, and nothing paid since."""
    story = [on(date(2026, 8, 5), ActivityKind.PURCHASE, amount_minor)]
    if in_parts:
        schedule = flat_fee(amount_minor // 2, 6, Decimal("0.045"), mode=parameters.instalment_fee_mode)
        terms = PlanTerms(plan_id=UUID(int=7), schedule=tuple(schedule), charge=Bucket.INSTALMENT_FEE)
        story.append(on(date(2026, 8, 6), ActivityKind.PLAN_START, amount_minor // 2, plan=terms))
    return fold(Position(date(2026, 8, 1), 10), story, parameters, today).position


def answers(**changed: int) -> Answers:
    said = {"income": 4_000_00, "housing": 1_200_00, "daily": 1_000_00, "care": 300_00, "others": 0} | changed
    return Answers(**{f"{name}_minor": amount for name, amount in said.items()})


# --- five questions -------------------------------------------------------------------------------------


def test_what_is_needed_to_live_and_an_amount_for_the_rest_of_life_are_left_alone() -> None:
    assert affordable_minor(answers(), living_minor=500_00, share=HALF) == 500_00
    assert affordable_minor(answers(care=1_300_00), living_minor=500_00, share=HALF) == 0


@given(
    said=st.lists(st.integers(0, 10**6), min_size=5, max_size=5),
    living=st.integers(0, 10**5),
    share=st.sampled_from(["0.1", "0.333", "0.5", "0.99"]),
)
def test_nobody_is_asked_for_all_that_is_left_nor_for_less_than_nothing(
    said: list[int], living: int, share: str
) -> None:
    five = Answers(**dict(zip(answers().plain(), said, strict=True)))
    affordable = affordable_minor(five, living_minor=living, share=Decimal(share))
    left = five.income_minor - five.needs_minor - living
    assert affordable >= 0
    assert Decimal(affordable) <= max(Decimal(0), left * Decimal(share))
    assert Answers.of(five.plain()) == five


def test_an_answer_below_nothing_is_no_answer() -> None:
    with pytest.raises(Invalid, match="parameter-out-of-range"):
        answers(income=-1)


def test_a_product_may_not_ask_for_all_that_is_left() -> None:
    for share in ("0", "1"):
        with pytest.raises(Invalid, match="parameter-out-of-range"):
            Parameters(plan_share=share)


# --- what is offered ------------------------------------------------------------------------------------


def offered(position: Position, affordable: int, parameters: Parameters = HERE) -> tuple[PlanOption, ...]:
    return plan_options(position, parameters, affordable_minor=affordable, unit_minor=YUAN)


def test_three_plans_from_quick_to_gentle_each_with_its_cost_against_doing_nothing() -> None:
    position = somebody_who_owes(3_000_00)
    options = offered(position, 500_00)
    assert [(one.pace, one.pay_minor) for one in options] == [
        (Pace.QUICK, 500_00),
        (Pace.STEADY, 375_00),
        (Pace.GENTLE, 250_00),
    ]
    assert [one.months for one in options] == sorted({one.months for one in options})
    for one in options:
        assert one.owed_minor == owed_in_all(position, HERE)
        assert 0 < one.cost_minor < one.nothing_cost_minor
        assert {due.amount_minor for due in one.dues[:-1]} == {one.pay_minor}
        assert 0 < one.dues[-1].amount_minor <= one.pay_minor
    assert options[0].dues[0].due == date(2026, 12, 10), "a due day, some days from now"


def test_the_first_payment_leaves_time_for_an_income_to_come_in() -> None:
    position = somebody_who_owes(3_000_00, today=date(2026, 12, 5))
    assert offered(position, 500_00)[0].dues[0].due == date(2027, 1, 10)


def test_who_could_pay_all_at_once_is_not_asked_to() -> None:
    for one in offered(somebody_who_owes(300_00), 10_000_00):
        assert one.months >= 2


def test_nothing_is_offered_where_nothing_is_affordable_or_owed_or_it_would_never_end() -> None:
    assert offered(somebody_who_owes(3_000_00), 0) == ()
    assert offered(somebody_who_owes(3_000_00), YUAN - 1) == ()
    assert offered(Position(TODAY, 10), 500_00) == ()
    assert offered(somebody_who_owes(90_000_00), 10_00) == ()


@settings(deadline=None, max_examples=60)  # each is a whole life of an account
@given(
    owed=st.integers(100_00, 20_000_00),
    affordable=st.integers(50_00, 3_000_00),
    late=st.sampled_from(["paused", "as_usual"]),
    late_mode=st.sampled_from(["daily_on_overdue", "pct_of_unpaid_min", "none"]),
    base=st.sampled_from(["unpaid_from_due", "all_from_posting"]),
    in_parts=st.booleans(),
)
def test_a_plan_never_asks_for_more_than_is_affordable_and_leaves_nothing_owed(
    owed: int, affordable: int, late: str, late_mode: str, base: str, *, in_parts: bool
) -> None:
    parameters = replace(HERE, plan_late=late, late_mode=late_mode, revolving_base=base)
    position = somebody_who_owes(owed, parameters=parameters, in_parts=in_parts)
    untouched = deepcopy(position)
    for one in offered(position, affordable, parameters):
        assert all(0 < due.amount_minor <= affordable for due in one.dues)
        assert all(due.amount_minor % YUAN == 0 for due in one.dues[:-1])
        kept = [on(due.due, ActivityKind.REPAYMENT, due.amount_minor) for due in one.dues]
        if late == "paused":
            until = rests_until(one.dues, parameters.plan_grace_days)
            kept.append(on(TODAY, ActivityKind.HARDSHIP, until=until))
        end = one.dues[-1].due + timedelta(days=400)
        after = fold(position, kept, parameters, end)
        assert owed_in_all(after.position, parameters) == 0, "kept to the day, it ends the debt exactly"
        charged = sum((move.amount_minor if move.credit in INCOME else 0) for move in after.happened.moves)
        accrued = owed_in_all(position, parameters) - position.balance_minor  # of today, posted later
        assert one.cost_minor == charged - accrued, "what it costs is what the engine charges"
        assert one.nothing_minor == nothing_paid(position, parameters, one.dues[-1].due)
    assert position == untouched


def test_a_plan_over_a_charge_free_product_costs_nothing_and_its_sheet_says_so() -> None:
    free = replace(HERE, revolving_daily_rate="0", late_mode="none")
    (option, *_) = offered(somebody_who_owes(900_00, parameters=free), 300_00, free)
    sheet = plan_sheet(option, free, currency="CNY", about={})
    assert (sheet.principal_minor, sheet.cost_minor, sheet.annual) == (900_00, 0, "0.000000")


def test_the_sheet_says_every_payment_and_what_doing_nothing_would_lead_to() -> None:
    (option, *_) = offered(somebody_who_owes(3_000_00), 500_00)
    sheet = plan_sheet(option, HERE, currency="CNY", about={"plan": "x"})
    assert sheet.payments == tuple(one.amount_minor for one in option.dues)
    assert sheet.cost_minor == option.cost_minor
    assert sheet.terms["nothing_minor"] == option.nothing_minor
    assert sheet.terms["dues"] == [one.due.isoformat() for one in option.dues]


def test_after_a_pause_the_first_payment_comes_after_it() -> None:
    position = somebody_who_owes(3_000_00)
    option = planned(position, HERE, pace=Pace.QUICK, pay_minor=500_00, after=date(2027, 2, 10))
    assert option is not None
    assert option.dues[0].due == date(2027, 3, 10)


# --- how a plan stands ----------------------------------------------------------------------------------

THREE = tuple(PlanDue(date(2026, month, 10), 100_00) for month in (9, 10, 11))


@pytest.mark.parametrize(
    ("paid", "today", "behind", "ahead", "following", "missed"),
    [
        (0, date(2026, 9, 10), 0, 0, PlanDue(date(2026, 9, 10), 100_00), None),
        (0, date(2026, 9, 11), 100_00, 0, PlanDue(date(2026, 9, 10), 100_00), date(2026, 9, 10)),
        (40_00, date(2026, 9, 11), 60_00, 0, PlanDue(date(2026, 9, 10), 60_00), date(2026, 9, 10)),
        (150_00, date(2026, 9, 11), 0, 50_00, PlanDue(date(2026, 10, 10), 50_00), None),
        (100_00, date(2026, 11, 11), 200_00, 0, PlanDue(date(2026, 10, 10), 100_00), date(2026, 10, 10)),
        (400_00, date(2026, 11, 11), 0, 0, None, None),
    ],
)
def test_a_plan_stands_by_what_was_paid_and_by_the_day(
    paid: int, today: date, behind: int, ahead: int, following: PlanDue | None, missed: date | None
) -> None:
    now = standing(THREE, paid, today)
    assert (now.behind_minor, now.ahead_minor, now.next, now.missed_since) == (
        behind,
        ahead,
        following,
        missed,
    )
    assert now.left_minor == max(0, 300_00 - paid)


def test_a_payment_is_missed_only_when_the_plan_has_waited_for_it() -> None:
    now = standing(THREE, 0, date(2026, 9, 17))
    assert not now.is_missed(date(2026, 9, 17), 7)
    assert now.is_missed(date(2026, 9, 18), 7)
    assert rests_until(THREE, 7) == date(2026, 11, 18)


def test_a_pause_moves_what_is_still_to_be_paid_and_nothing_else() -> None:
    moved = later(THREE, 100_00, after=date(2026, 11, 30), due_day=10)
    assert [one.due for one in moved] == [date(2026, 9, 10), date(2026, 12, 10), date(2027, 1, 10)]
    assert sum(one.amount_minor for one in moved) == 300_00
    assert dues_of(plain_dues(moved)) == moved
