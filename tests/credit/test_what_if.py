"""Looking ahead: what follows from paying an amount is what the engine does when it is paid."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity
from koumen.credit.rules.allocation import RECEIVABLE, Bucket
from koumen.credit.rules.applying import apply
from koumen.credit.rules.folding import fold
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Happened
from koumen.credit.rules.turning import advance
from koumen.credit.rules.what_if import cost_is_billed_on, outlook, outlooks, preview
from tests.credit.test_position import an_account, bought, paid

HERE = Parameters()


def held(story: Sequence[Activity], today: date, parameters: Parameters = HERE) -> HeldAccount:
    """An account after a story, at the beginning of today."""
    position = fold(an_account(), story, parameters, today).position
    return HeldAccount(
        account_id=UUID(int=1),
        number="1",
        customer_id=UUID(int=2),
        currency="CNY",
        parameters=parameters,
        limit_minor=10_000_00,
        state="active",
        version=1,
        opened_date=date(2026, 1, 2),
        reported_lateness=None,
        position=position,
        last_effective_at=None,
        due_rows={},
        plan_rows={},
    )


BILLED = [bought(date(2026, 11, 15), 5_000_00)]  # billed on 1 December, due on the 10th


def test_paying_the_bill_by_its_due_day_costs_nothing_and_paying_nothing_costs_both() -> None:
    now, due, never = outlooks(held(BILLED, date(2026, 12, 3)), 5_000_00, today=date(2026, 12, 3))
    assert (now.left_minor, now.cost_minor, now.bill is None or now.bill.minimum_minor) == (0, 0, 0)
    assert (due.paid_on, due.cost_minor) == (date(2026, 12, 10), 0)
    # 22 days from the due day to 1 January: interest on 4,500.00, a late charge on the minimum of 500.00
    assert (never.interest_minor, never.late_minor) == (49_50, 5_50)
    assert never.left_minor == 5_000_00
    assert never.bill
    assert never.bill.issued == date(2027, 1, 1)


def test_paying_the_minimum_leaves_interest_on_the_rest() -> None:
    now, due, never = outlooks(held(BILLED, date(2026, 12, 3)), 500_00, today=date(2026, 12, 3))
    assert (now.left_minor, now.interest_minor, now.late_minor) == (4_500_00, 49_50, 0)
    assert due.cost_minor == now.cost_minor < never.cost_minor
    assert now.bill
    assert now.bill.minimum_minor == 450_00 + 49_50


def test_after_the_due_day_there_is_only_now_or_never() -> None:
    ahead = outlooks(held(BILLED, date(2026, 12, 20)), 5_000_00, today=date(2026, 12, 20))
    assert [one.paid_on for one in ahead] == [date(2026, 12, 20), None]
    assert 0 < ahead[0].cost_minor < ahead[1].cost_minor


def test_where_the_grace_ends_after_the_next_bill_its_cost_stands_on_the_one_after() -> None:
    late_due = replace(HERE, due_day=28)
    story = [bought(date(2026, 10, 15), 1_000_00)]
    position = fold(an_account(due_day=28), story, late_due, date(2026, 11, 5)).position
    assert cost_is_billed_on(position, late_due) == date(2027, 1, 1)
    assert cost_is_billed_on(an_account(), HERE) == date(2026, 2, 1)


def test_an_amount_goes_to_the_oldest_bill_first_and_what_is_too_much_stays_the_customers() -> None:
    story = [*BILLED, bought(date(2026, 12, 5), 300_00)]
    account = held(story, date(2027, 1, 3))
    shown = preview(account.position, HERE, 6_000_00, date(2027, 1, 3))
    assert [part.issued for part in shown.parts][:2] == [date(2026, 12, 1), date(2027, 1, 1)]
    assert shown.parts[-1].issued is None, "the interest of the last days, on no bill yet"
    assert shown.parts[0].bucket is Bucket.PRINCIPAL
    assert sum(part.amount_minor for part in shown.parts) + shown.credit_minor == 6_000_00
    assert shown.credit_minor > 0


def test_looking_ahead_changes_nothing() -> None:
    account = held(BILLED, date(2026, 12, 3))
    before = repr(account.position)
    outlooks(account, 700_00, today=date(2026, 12, 3))
    preview(account.position, HERE, 9_000_00, date(2026, 12, 3))
    assert repr(account.position) == before


@given(
    amount=st.integers(1, 8_000_00),
    day=st.integers(0, 60),
    earlier=st.integers(0, 5_500_00),
    base=st.sampled_from(["unpaid_from_due", "all_from_posting"]),
)
def test_the_preview_and_the_outlook_are_what_the_engine_does(
    amount: int, day: int, earlier: int, base: str
) -> None:
    parameters = replace(HERE, revolving_base=base)
    today = date(2026, 12, 2) + timedelta(days=day)
    story = [*BILLED, bought(date(2026, 12, 1), 250_00)]
    if earlier:
        story.append(paid(date(2026, 12, 1), earlier, hour=20))
    account = held(story, today, parameters)
    shown = preview(account.position, parameters, amount, today)
    ahead = outlook(account, amount, today=today, paid_on=today, until=date(2027, 4, 1))
    position, happened = account.position, Happened(today)
    split = apply(position, parameters, paid(today, amount), happened)
    assert split
    by_kind: dict[object, int] = {}
    for part in shown.parts:
        kind = RECEIVABLE[part.bucket]
        by_kind[kind] = by_kind.get(kind, 0) + part.amount_minor
    assert by_kind == split.by_kind
    assert shown.credit_minor == split.credit_minor
    bills = advance(position, parameters, date(2027, 4, 1)).bills
    assert ahead.bill == (bills[-1] if bills else None)
    assert ahead.interest_minor == sum(bill.interest_minor for bill in bills)
