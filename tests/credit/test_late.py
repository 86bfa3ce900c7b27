"""What arrives late, twice, or is taken back: balances as if everything had been known in time (R14, R15, V9–V11)."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from koumen.audit.models import Fact
from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.commands.mending import reverse_activity
from koumen.credit.models import Activity, Repayment, Statement
from koumen.credit.queries.reading import read_account
from koumen.credit.rules.parameters import LateMode, Parameters, RevolvingBase
from koumen.credit.rules.position import Position
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from koumen.ledger.models import Entry, Movement
from koumen.ledger.queries import trial_balance
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
HERE = Parameters()


def day(month: int, number: int, hour: int = 12, *, year: int = 2026) -> datetime:
    return datetime(year, month, number, hour, tzinfo=ZONE)


def position(line: Line, at: datetime) -> Position:
    commands.bring_forward(account_id=line.account_id, actor=SYSTEM, at=at)
    account = read_account(line.account_id)
    assert account is not None
    return account.position


@pytest.fixture
def billed() -> Line:
    """5,000.00 bought on 15 November, billed on 1 December, due on the 10th."""
    line = a_line(day(11, 1), parameters=HERE)
    line.buys(5_000_00, day(11, 15))
    line.is_billed(date(2026, 12, 1), day(12, 1))
    return line


def test_v9_cash_taken_offline_counts_from_its_moment(billed: Line) -> None:
    in_time = a_line(day(11, 1), parameters=HERE)
    in_time.buys(5_000_00, day(11, 15))
    in_time.pays(500_00, day(12, 9, 10))
    billed.pays(500_00, day(12, 9, 10), told_at=day(12, 16))
    assert position(billed, day(1, 2, year=2027)) == position(in_time, day(1, 2, year=2027))
    (bill,) = Statement.objects.filter(account_id=billed.account_id, issued_date=date(2027, 1, 1))
    assert (bill.late_minor, bill.interest_minor) == (0, 49_50), "the minimum was met in time"
    assert check_books().is_right


def test_v9_a_payment_told_after_the_next_bill_is_a_correction_on_the_one_after(billed: Line) -> None:
    january = billed.is_billed(date(2027, 1, 1), day(1, 1, year=2027))
    assert january.late_minor == 5_50, "500.00 overdue for 22 days"
    billed.pays(500_00, day(12, 9, 10), told_at=day(1, 5, year=2027))
    again = Statement.objects.get(id=january.id)
    assert (again.balance_minor, again.late_minor) == (january.balance_minor, 5_50), "an issued bill stands"
    february = billed.is_billed(date(2027, 2, 1), day(2, 1, year=2027))
    # the payment, and the late charge that was none; interest ran on the other 4,500.00 in both stories
    assert february.corrections_minor == -500_00 - 5_50
    assert february.payments_minor == 0
    assert check_books().is_right


def test_v10_the_same_receipt_uploaded_twice_is_one_payment(billed: Line) -> None:
    payment = new_id()
    billed.pays(500_00, day(12, 9), payment_id=payment)
    before = Movement.objects.count()
    with pytest.raises(Conflict) as refused:
        billed.pays(500_00, day(12, 9), told_at=day(12, 12), payment_id=payment)
    assert refused.value.code == "payment-already-applied"
    assert (Movement.objects.count(), Repayment.objects.count()) == (before, 1)


def test_v11_a_reversal_makes_the_account_late_as_if_nothing_had_been_paid(billed: Line) -> None:
    never = a_line(day(11, 1), parameters=HERE)
    never.buys(5_000_00, day(11, 15))
    never.is_billed(date(2026, 12, 1), day(12, 1))
    paid = billed.pays(500_00, day(12, 9, 10))
    assert position(billed, day(12, 14)).bills[0].standing == "revolving"
    reverse_activity(activity_id=paid.payment_id, reason="money_did_not_come", actor=SYSTEM, at=day(12, 14))
    assert position(billed, day(12, 14)) == position(never, day(12, 14))
    assert position(billed, day(12, 14)).bills[0].standing == "late"
    assert check_books().is_right


def test_v11_a_second_reversal_and_one_of_a_reversal_are_refused_and_nothing_moves(billed: Line) -> None:
    paid = billed.pays(500_00, day(12, 9, 10))
    reversal = reverse_activity(
        activity_id=paid.payment_id, reason="wrong_amount", actor=SYSTEM, at=day(12, 13)
    )
    counts = (Entry.objects.count(), Movement.objects.count(), Fact.objects.count(), Activity.objects.count())
    for again in (paid.payment_id, reversal):
        with pytest.raises(Conflict):
            reverse_activity(activity_id=again, reason="wrong_amount", actor=SYSTEM, at=day(12, 14))
    assert counts == (
        *(Entry.objects.count(), Movement.objects.count()),
        *(Fact.objects.count(), Activity.objects.count()),
    )


def test_a_reversal_after_the_next_bill_is_a_correction_on_the_one_after(billed: Line) -> None:
    paid = billed.pays(5_000_00, day(12, 9))
    january = billed.is_billed(date(2027, 1, 1), day(1, 1, year=2027))
    assert january.balance_minor == 0
    reverse_activity(activity_id=paid.payment_id, reason="told_twice", actor=SYSTEM, at=day(1, 3, year=2027))
    owed = billed.owed(day(1, 3, year=2027))
    assert owed.all_minor == 5_000_00 + 49_50 + 5_50 + 4_50 + 50
    february = billed.is_billed(date(2027, 2, 1), day(2, 1, year=2027))
    assert february.corrections_minor == 5_000_00 + 49_50 + 5_50
    assert check_books().is_right


def test_a_purchase_told_after_its_bill_counts_from_now_so_that_nobody_is_late_unbilled(billed: Line) -> None:
    purchase = commands.PurchaseRequest(
        account_id=billed.account_id,
        amount_minor=700_00,
        currency="CNY",
        description="电器城",
        purchased_at=day(11, 30, 23),
    )
    commands.record_purchase(purchase=purchase, actor=SYSTEM, at=day(12, 2))
    owed = billed.owed(day(12, 2))
    assert (owed.bill_minor, owed.all_minor) == (5_000_00, 5_700_00)


@dataclass(frozen=True)
class Told:
    """Something that happens at its moment and may be told in any order."""

    when: datetime
    do: Callable[[Line, datetime], object]


def a_story(seed: int) -> list[Told]:
    """Four months of purchases, refunds and payments, each with an id of its own."""
    chance = random.Random(seed)  # noqa: S311  (a story, not a secret)
    told = []
    for _ in range(chance.randint(6, 12)):
        when = day(8, 2) + timedelta(hours=chance.randrange(24 * 120))
        amount, kind, own = chance.randint(1, 900_00), chance.random(), UUID(int=chance.getrandbits(128))
        if kind < 0.5:
            told.append(Told(when, _buys(amount, when, own)))
        elif kind < 0.6:
            told.append(Told(when, _buys(-amount, when, own)))
        else:
            told.append(Told(when, _pays(amount, when, own)))
    return told


def _buys(amount_minor: int, when: datetime, own: UUID) -> Callable[[Line, datetime], object]:
    def do(line: Line, at: datetime) -> object:
        purchase = commands.PurchaseRequest(
            account_id=line.account_id,
            amount_minor=amount_minor,
            currency="CNY",
            description="市场",
            purchased_at=when,
            posted_at=when,
            purchase_id=own,
        )
        return commands.record_purchase(purchase=purchase, actor=SYSTEM, at=at)

    return do


def _pays(amount_minor: int, when: datetime, own: UUID) -> Callable[[Line, datetime], object]:
    return lambda line, at: line.pays(amount_minor, when, told_at=at, payment_id=own)


@pytest.mark.parametrize("seed", range(6))
def test_r14_any_order_of_arrival_gives_the_same_balances_in_debts_and_books(seed: int) -> None:
    chance, story = random.Random(seed), a_story(seed)  # noqa: S311
    parameters = Parameters(late_mode=list(LateMode)[seed % 3], revolving_base=list(RevolvingBase)[seed % 2])
    ends: list[tuple[object, object]] = []
    for number in range(4):
        order = sorted(story, key=lambda one: one.when) if number == 0 else chance.sample(story, len(story))
        ends.append(_told_in(order, parameters, day(8, 1)))
    assert all(end == ends[0] for end in ends)


def _told_in(order: list[Told], parameters: Parameters, opened: datetime) -> tuple[object, object]:
    """The position and the books of a branch of one account, told day by day from 1 December in this order."""
    with transaction.atomic():
        line = a_line(opened, parameters=parameters, limit_minor=10**9, opened=opened.date())
        at = max(one.when for one in order)
        for one in order:
            at += timedelta(hours=7)
            one.do(line, at)
        end = position(line, day(1, 15, year=2027))
        assert check_books().is_right
        books = {one.kind: one.balance_minor for one in trial_balance(actor=SYSTEM) if one.balance_minor}
        transaction.set_rollback(True)
    return end, books
