"""R16 after any sequence of acts, and after many acts at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from random import Random

import pytest
from django.db import connections

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Refusal
from koumen.kit.ids import new_id
from koumen.ledger.rules.chart import AccountKind
from koumen.payments import commands, jobs
from koumen.payments.books import check_books, check_custody
from koumen.payments.models import CashReturn, HandIn, Payment
from koumen.payments.queries import custody
from koumen.visits import commands as visits
from tests import builders
from tests.payments.bags import Bag, a_bag, notes_worth, standing
from tests.payments.test_cash import pays
from tests.visits.stories import Story, a_visit

STEP = 1000  # ten yuan


class Day:
    """A working day on which anything may happen next; ``expected`` is R16 reckoned beside the product."""

    def __init__(self, at: datetime, chance: Random) -> None:
        self.chance = chance
        self.story: Story = a_visit(at, owed_minor=1_000_000).may_be_paid(1_000_000)
        self.bag: Bag = a_bag(at, agent=self.story.agent).fetched(2_000_000)
        self.bag.now = self.story.now
        self.expected = 0
        self.receipts: list[Payment] = []

    def amount(self, most: int) -> int:
        return STEP * self.chance.randint(1, max(1, most // STEP))

    def takes_change_money(self) -> None:
        self.expected += self.bag.taken(self.amount(20_000)).amount_minor

    def receives_cash(self) -> None:
        minor = self.amount(40_000)
        self.receipts.append(pays(self.story, notes_worth(minor)))
        self.expected += minor

    def gives_change(self) -> None:
        self.receipts.append(pays(self.story, {10000: 2}, {1000: 3}))
        self.expected += 17_000

    def is_taken_back(self) -> None:
        """Before the job has run the notes are still in custody; then they never came, unless a part was handed in."""
        if not self.receipts:
            return
        voided = self.receipts.pop(self.chance.randrange(len(self.receipts)))
        reason = self.chance.choice(("told_twice", "money_did_not_come", "wrong_amount"))
        owed = takes_back(voided, reason, self.story.now, settles=self.chance.random() < 0.7)
        if owed and reason != "wrong_amount" and voided.amount_minor <= self.expected:
            self.expected -= voided.amount_minor

    def gives_back(self) -> None:
        waiting = [row for row in custody.cash_returns(actor=self.bag.carrier) if row.state == "owed"]
        if waiting and waiting[0].payment.amount_minor <= self.expected:
            notes = notes_worth(waiting[0].payment.amount_minor)
            commands.return_cash(
                return_id=waiting[0].id, notes=notes, key=new_id(), actor=self.bag.carrier, at=self.bag.now
            )
            self.expected -= waiting[0].payment.amount_minor

    def hands_a_part_in(self) -> None:
        minor = self.amount(self.expected)
        counted = minor + STEP * self.chance.choice((-1, 0, 0, 0, 1))
        done = self.bag.handed_in(minor, counted=max(0, counted))
        self.expected += (done.difference_minor or 0) - max(0, counted)

    def thinks_better_of_it(self) -> None:
        declared = self.bag.declares(STEP)
        commands.withdraw_hand_in(hand_in_id=declared.id, actor=self.bag.carrier, at=self.bag.now)

    def ends(self) -> HandIn:
        visits.leave(visit_id=self.story.visit_id, actor=self.story.visitor, at=self.story.now)
        counted = max(0, self.expected + STEP * self.chance.choice((-1, 0, 1)))
        return self.bag.handed_in(self.expected, is_final=True, counted=counted)


def takes_back(payment: Payment, reason: str, at: datetime, *, settles: bool = True) -> CashReturn | None:
    """Two people have taken a payment back; the job that settles its notes has run, or has not yet."""
    credit.reverse_activity(activity_id=payment.id, reason=reason, actor=SYSTEM, at=at)
    assert check_custody().is_right, "between the reversal and the job"
    if settles:
        jobs.void_receipts(Fact.objects.filter(kind="ActivityReversed").latest("id").fact_id)
    return CashReturn.objects.filter(payment=payment).first()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_cash_in_hand_is_exact_after_every_step_of_any_day(at: datetime, seed: int) -> None:
    """R16: float + cash receipts − voids repaid − hand-ins ± booked differences."""
    builders.the_base_pack(at)
    day = Day(at, Random(seed))  # noqa: S311  (a seeded sequence, no secret)
    acts: tuple[Callable[[], None], ...] = (
        *(day.takes_change_money, day.receives_cash, day.receives_cash, day.gives_change),
        *(day.is_taken_back, day.gives_back, day.hands_a_part_in, day.thinks_better_of_it),
    )
    day.receives_cash()
    for _ in range(25):
        act = day.chance.choice(acts)
        try:
            act()
        except Refusal as refusal:
            assert refusal.code in {"cash-in-hand-ceiling", "above-agreed", "nothing-counted"}  # noqa: PT017
        assert day.bag.in_hand == day.expected, act.__name__
    last = day.ends()
    assert (day.bag.in_hand, last.shift.id) == (0, day.bag.shift.id)
    assert check_books().is_right
    owed = standing(AccountKind.AGENT_SHORT) + standing(AccountKind.CASH_OVER)
    differences = sum(row.difference_minor or 0 for row in HandIn.objects.all())
    assert owed == -differences, "every difference is booked, and nothing else"


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_what_is_taken_back_after_the_last_count_never_leaves_a_bag_below_zero(
    at: datetime, seed: int
) -> None:
    """R16 stays exact: notes that a count has seen are owed, those that it missed explain what was missing."""
    builders.the_base_pack(at)
    day = Day(at, Random(seed))  # noqa: S311  (a seeded sequence, no secret)
    for _ in range(8):
        day.chance.choice((day.receives_cash, day.gives_change, day.takes_change_money))()
    visits.leave(visit_id=day.story.visit_id, actor=day.story.visitor, at=day.story.now)
    never_came = sum(one.amount_minor for one in day.chance.sample(day.receipts, k=min(2, len(day.receipts))))
    ended = day.bag.handed_in(day.expected - never_came, is_final=True)
    assert (ended.difference_minor, day.bag.in_hand) == (-never_came, 0)
    explained = 0
    for payment in day.chance.sample(day.receipts, k=len(day.receipts)):
        reason = day.chance.choice(("told_twice", "money_did_not_come", "wrong_account"))
        row = takes_back(payment, reason, day.story.now)
        assert row is not None
        is_missed = reason != "wrong_account" and payment.amount_minor <= never_came - explained
        assert (row.state, row.missed_in_id) == (("absent", ended.id) if is_missed else ("owed", None))
        explained += payment.amount_minor if is_missed else 0
        assert (day.bag.in_hand, standing(AccountKind.AGENT_SHORT)) == (0, never_came - explained)
        assert check_books().is_right


@pytest.mark.usefixtures("committed")
def test_acts_of_one_agent_at_the_same_moment_lose_nothing_and_none_waits_for_ever(at: datetime) -> None:
    builders.the_base_pack(at)
    day = Day(at, Random(1))  # noqa: S311
    bag, story = day.bag, day.story
    bag.taken(50_000)
    declared = bag.declares(40_000)
    other = a_bag(at).fetched()
    other.taken(30_000)
    theirs, offered = other.declares(10_000), bag.offered(7_000)

    def safely(act: Callable[[], object]) -> str:
        try:
            act()
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    acts: list[Callable[[], object]] = [
        *[lambda: pays(story, {10000: 1})] * 6,
        *[lambda: bag.counts(declared, 40_000)] * 3,
        *[lambda: bag.takes(offered, notes_worth(7_000))] * 3,
        *[lambda: other.counts(theirs, 10_000)] * 2,
        *[lambda: commands.fetch_cash(notes={10000: 1}, key=story.visit_id, actor=bag.office, at=at)] * 2,
    ]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(safely, acts))
    assert outcomes[:6] == ["done"] * 6
    assert sorted(outcomes[6:9]) == ["done", "hand_in-cannot-count", "hand_in-cannot-count"]
    assert sorted(outcomes[9:12]) == ["cash_float-cannot-take", "cash_float-cannot-take", "done"]
    assert sorted(outcomes[12:]) == ["done", "done", "done", "hand_in-cannot-count"]
    assert bag.in_hand == 50_000 + 60_000 - 40_000 + 7_000
    assert check_custody().is_right
    held = {one.agent_id: one.holding.in_hand_minor for one in custody.cash_by_person(actor=SYSTEM, at=at)}
    assert held == {bag.agent.id: 77_000, other.agent.id: 20_000}
