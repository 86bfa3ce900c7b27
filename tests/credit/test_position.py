"""The arithmetic of an account: the vectors of the field, and that the order of arrival changes nothing."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koumen.credit.rules.activity import Activity, ActivityKind, PlanTerms
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.folding import fold, net_by_account
from koumen.credit.rules.parameters import LateMode, Parameters, RevolvingBase
from koumen.credit.rules.position import Bill, Happened, Position, Standing
from koumen.credit.rules.schedule import flat_fee
from koumen.credit.rules.turning import issue
from koumen.ledger.rules.chart import AccountKind

ZONE = ZoneInfo("Asia/Shanghai")
HERE = Parameters()


def an_account(opened: date = date(2026, 1, 2), due_day: int = 10) -> Position:
    return Position(counted_to=opened, due_day=due_day)


def on(
    day: date, kind: ActivityKind, amount_minor: int = 0, *, hour: int = 12, no: int = 0, **more: Any
) -> Activity:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
    number = no or hash((day, kind, amount_minor, hour)) % 10**12
    return Activity(
        activity_id=UUID(int=number), kind=kind, effective_at=at, on=day, amount_minor=amount_minor, **more
    )


def folded(
    baseline: Position, story: list[Activity], parameters: Parameters, until: date
) -> tuple[Position, Happened]:
    result = fold(baseline, story, parameters, until)
    return result.position, result.happened


def bought(day: date, amount_minor: int, **more: Any) -> Activity:
    return on(day, ActivityKind.PURCHASE, amount_minor, **more)


def paid(day: date, amount_minor: int, **more: Any) -> Activity:
    return on(day, ActivityKind.REPAYMENT, amount_minor, **more)


@pytest.mark.parametrize(
    ("revolving_base", "interest"), [("unpaid_from_due", 49_50), ("all_from_posting", 112_00)]
)
def test_v8_interest_runs_on_what_is_unpaid_or_on_all_from_its_posting(
    revolving_base: str, interest: int
) -> None:
    parameters = replace(HERE, revolving_base=revolving_base)
    story = [bought(date(2026, 11, 15), 5_000_00), paid(date(2026, 12, 10), 500_00)]
    position, happened = folded(an_account(), story, parameters, date(2027, 1, 1))
    assert [(bill.balance_minor, bill.minimum_minor) for bill in happened.bills[:1]] == [(5_000_00, 500_00)]
    assert happened.bills[1].interest_minor == interest
    assert happened.bills[1].late_minor == 0
    assert position.posted_minor == 4_500_00 + interest


def test_a_bill_paid_within_its_grace_costs_nothing() -> None:
    story = [bought(date(2026, 11, 15), 5_000_00), paid(date(2026, 12, 13), 5_000_00)]
    for base in ("unpaid_from_due", "all_from_posting"):
        position, happened = folded(an_account(), story, replace(HERE, revolving_base=base), date(2027, 2, 1))
        assert position.posted_minor == 0
        assert [bill.interest_minor + bill.late_minor for bill in happened.bills] == [0, 0]


def test_a_day_after_its_grace_interest_runs_from_the_due_day_and_what_was_overdue_bears_a_late_charge() -> (
    None
):
    story = [bought(date(2026, 11, 15), 5_000_00), paid(date(2026, 12, 14), 5_000_00)]
    position, happened = folded(an_account(), story, HERE, date(2027, 1, 1))
    # four days: 4,500.00 bear interest, the minimum of 500.00 a late charge; never both
    assert (happened.bills[1].interest_minor, happened.bills[1].late_minor) == (9_00, 1_00)
    assert position.posted_minor == 10_00


def test_v5_what_is_overdue_bears_a_charge_a_day() -> None:
    parameters = replace(HERE, minimum_rate="1")
    story = [bought(date(2026, 11, 15), 2_000_00), paid(date(2026, 12, 17), 2_000_00)]
    _, happened = folded(an_account(), story, parameters, date(2027, 1, 1))
    assert (happened.bills[1].interest_minor, happened.bills[1].late_minor) == (0, 7_00)


def test_v6_days_are_rounded_once_where_they_are_posted() -> None:
    parameters = replace(HERE, minimum_floor_minor=0)
    story = [bought(date(2026, 10, 15), 123_45), paid(date(2026, 11, 10), 12_35, no=1)]
    _, happened = folded(an_account(), story, parameters, date(2026, 12, 1))
    assert happened.bills[1].interest_minor == 1_17  # 111.10 x 21 days x 0.0005 = 1.16655


def test_v7_the_minimum_adds_all_that_is_not_ordinary() -> None:
    position = an_account(date(2026, 12, 1))
    old = Bill(
        date(2026, 11, 1),
        date(2026, 11, 10),
        date(2026, 11, 14),
        {Bucket.PRINCIPAL: 1_000_00},
        100_00,
        Standing.LATE,
    )
    position.bills = [old]
    position.unbilled.unpaid = {
        Bucket.PRINCIPAL: 2_100_00,
        Bucket.INSTALMENT: 333_33,
        Bucket.INSTALMENT_FEE: 8_34,
        Bucket.INTEREST: 4_20,
    }
    happened = Happened(date(2026, 12, 1))
    issue(position, HERE, happened)
    assert happened.bills[0].minimum_minor == 745_87


def test_v13_a_payment_goes_through_instalment_interest_late_charge_and_purchases() -> None:
    position = an_account(date(2026, 11, 20))
    october = {
        Bucket.INSTALMENT: 83_33,
        Bucket.INSTALMENT_FEE: 7_33,
        Bucket.INTEREST: 12_50,
        Bucket.LATE: 3_20,
        Bucket.PRINCIPAL: 400_00,
    }
    position.bills = [
        Bill(date(2026, 10, 1), date(2026, 10, 10), date(2026, 10, 14), october, 100_00, Standing.LATE),
        Bill(
            date(2026, 11, 1),
            date(2026, 11, 10),
            date(2026, 11, 14),
            {Bucket.PRINCIPAL: 300_00},
            130_00,
            Standing.LATE,
        ),
    ]
    after, happened = folded(position, [paid(date(2026, 11, 20), 200_00)], HERE, date(2026, 11, 20))
    assert [bill.unpaid for bill in after.bills] == [{Bucket.PRINCIPAL: 306_36}, {Bucket.PRINCIPAL: 300_00}]
    assert after.credit_minor == 0
    assert {
        move.credit: move.amount_minor for move in happened.moves if move.credit != AccountKind.PRINCIPAL
    } == {AccountKind.FEE: 7_33, AccountKind.INTEREST: 12_50, AccountKind.LATE: 3_20}


def test_paying_more_than_is_billed_pays_the_interest_that_runs_and_the_rest_is_the_customers() -> None:
    story = [
        bought(date(2026, 11, 15), 5_000_00),
        paid(date(2026, 12, 10), 500_00),
        paid(date(2026, 12, 20), 5_000_00),
    ]
    position, happened = folded(an_account(), story, HERE, date(2027, 1, 1))
    assert position.credit_minor == 500_00 - 22_50
    assert happened.bills[1].interest_minor == 22_50, (
        "ten days on 4,500.00, named on the bill though paid already"
    )
    assert happened.bills[1].balance_minor == -(500_00 - 22_50)


def test_a_plan_of_instalments_comes_back_bill_by_bill_with_its_fee() -> None:
    schedule = flat_fee(1_000_00, 3, HERE.fee_rate(3), mode="spread")
    terms = PlanTerms(plan_id=UUID(int=7), schedule=schedule, charge=Bucket.INSTALMENT_FEE)
    story = [
        bought(date(2026, 9, 5), 1_000_00),
        on(date(2026, 9, 6), ActivityKind.PLAN_START, 1_000_00, plan=terms),
        *(paid(date(2026, month, 9), 341_66 + (month == 12) * 2) for month in (10, 11, 12)),
    ]
    position, happened = folded(an_account(), story, HERE, date(2026, 12, 20))
    assert [bill.balance_minor for bill in happened.bills] == [341_66, 341_66, 341_68]
    assert [bill.future_minor for bill in happened.bills] == [666_67, 333_34, 0]
    assert [bill.minimum_minor for bill in happened.bills] == [341_66, 341_66, 341_68]
    assert position.posted_minor == position.future_minor == position.credit_minor == 0


def a_year(seed: int) -> list[Activity]:
    """A year at random: purchases, refunds, payments, plans, a waiver, a pause, a due day."""
    chance = random.Random(seed)  # noqa: S311  (a story, not a secret)
    story: list[Activity] = []
    for no in range(1, chance.randint(5, 40)):
        day = date(2026, 1, 5) + timedelta(days=chance.randrange(330))
        hour = chance.randrange(24)
        amount = chance.randint(1, 2_000_00)
        kind = chance.choice(
            [ActivityKind.PURCHASE] * 4
            + [ActivityKind.REPAYMENT] * 4
            + [ActivityKind.REFUND, ActivityKind.WAIVER, ActivityKind.PLAN_START, ActivityKind.HARDSHIP]
            + [ActivityKind.DUE_DAY, ActivityKind.PLAN_SETTLE, ActivityKind.CREDIT_REFUND]
        )
        more: dict[str, object] = {}
        if kind is ActivityKind.PLAN_START:
            schedule = flat_fee(amount + 300_00, 6, HERE.fee_rate(6), mode=chance.choice(["spread", "first"]))
            more["plan"] = PlanTerms(
                plan_id=UUID(int=no),
                schedule=schedule,
                charge=Bucket.INSTALMENT_FEE,
                from_bill=chance.random() < 0.5,
            )
            amount += 300_00
        if kind is ActivityKind.PLAN_SETTLE or (kind is ActivityKind.REPAYMENT and chance.random() < 0.2):
            more["plan_id"] = UUID(int=chance.randint(1, no))
        if kind is ActivityKind.WAIVER:
            more["bucket"] = chance.choice([Bucket.INTEREST, Bucket.LATE])
        if kind is ActivityKind.HARDSHIP:
            more["until"] = day + timedelta(days=30)
        if kind is ActivityKind.DUE_DAY:
            more["due_day"] = chance.choice(HERE.due_days)
        story.append(on(day, kind, amount, hour=hour, no=no, **more))
    return story


@pytest.mark.parametrize("seed", range(60))
def test_whatever_happens_debts_and_books_say_the_same(seed: int) -> None:
    parameters = replace(
        HERE,
        late_mode=list(LateMode)[seed % 3],
        revolving_base=list(RevolvingBase)[seed % 2],
        late_cap_minor=(seed % 5) * 5_00,
    )
    position, happened = folded(an_account(), a_year(seed), parameters, date(2027, 1, 15))
    booked = net_by_account(happened.moves)
    wanted = position.receivables()
    for kind in (AccountKind.PRINCIPAL, AccountKind.INTEREST, AccountKind.LATE, AccountKind.FEE):
        assert booked.get(kind, 0) == wanted.get(kind, 0)
    assert -booked.get(AccountKind.CREDIT_BALANCE, 0) == wanted.get(AccountKind.CREDIT_BALANCE, 0)
    assert all(move.amount_minor > 0 for move in happened.moves)
    judged = [bill for bill in position.bills if bill.standing is not Standing.OPEN]
    for group in (judged, *([bill] for bill in position.bills if bill.standing is Standing.OPEN)):
        principal, relieved, overdue = (
            sum(getattr(bill, days) for bill in group)
            for days in ("principal_days", "relieved_days", "overdue_days")
        )
        assert principal >= relieved >= overdue >= 0


@pytest.mark.parametrize("seed", range(40))
def test_going_forward_step_by_step_is_the_same_as_folding_everything(seed: int) -> None:
    story = sorted(a_year(seed), key=lambda one: one.order)
    step = an_account()
    for one in story:
        step, _ = folded(step, [one], HERE, one.on)
    step, _ = folded(step, [], HERE, date(2027, 1, 15))
    assert step == folded(an_account(), story, HERE, date(2027, 1, 15))[0]


@given(st.integers(0, 10_000), st.randoms())
def test_any_order_of_arrival_gives_the_same_position(seed: int, chance: random.Random) -> None:
    story = a_year(seed)
    shuffled = list(story)
    chance.shuffle(shuffled)
    assert folded(an_account(), story, HERE, date(2027, 1, 15)) == folded(
        an_account(), shuffled, HERE, date(2027, 1, 15)
    )
