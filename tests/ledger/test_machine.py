"""The ledger under any order of posting, replaying and reversing: a machine that Hypothesis drives."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from koumen.audit.command import command
from koumen.audit.commands import remember
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for, post_entry, reverse_entry
from koumen.ledger.models import Account, Entry, Movement
from koumen.ledger.queries import check_books, trial_balance
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line

AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
KINDS = (AccountKind.BANK, AccountKind.MERCHANT, AccountKind.OPENING)
PAIRS = st.tuples(st.sampled_from(range(3)), st.sampled_from(range(3))).filter(
    lambda pair: pair[0] != pair[1]
)
LINES = st.lists(st.tuples(PAIRS, st.integers(1, 10**12)), min_size=1, max_size=4)


@command
def post_once(*, key: UUID, lines: list[Line], at: datetime) -> Entry:
    """Post under a key, as every money command of the product does."""
    inputs = {
        str(place): f"{line.debit_id}>{line.credit_id}:{line.amount_minor}"
        for place, line in enumerate(lines)
    }
    memory = remember("post_once", actor=SYSTEM, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return Entry.objects.get(entry_id=memory.answer["entry"])
    entry = post_entry(
        kind=EntryKind.CORRECTION, lines=lines, source_id=key, effective_at=at, actor=SYSTEM, at=at
    )
    memory.keep(entry=entry.entry_id)
    return entry


@contextmanager
def taken_back() -> Iterator[None]:
    """Append-only rows cannot be deleted, so each example is a transaction that never commits."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Books(RuleBasedStateMachine):
    """A model of three accounts beside the real ones."""

    posted = Bundle("posted")
    reversed_once = Bundle("reversed_once")

    def __init__(self) -> None:
        super().__init__()
        self.around = taken_back()
        self.around.__enter__()
        self.model: Counter[int] = Counter()

    def teardown(self) -> None:
        self.around.__exit__(None, None, None)

    @initialize()
    def open_accounts(self) -> None:
        self.ids = [account_for(kind=kind, currency="CNY").id for kind in KINDS]
        self.before = self._balances()

    def _balances(self) -> dict[int, int]:
        rows = Account.objects.filter(id__in=self.ids).values_list("id", "debit_minor", "credit_minor")
        return {key: debit - credit for key, debit, credit in rows}

    def _lines(self, plan: list[tuple[tuple[int, int], int]]) -> list[Line]:
        return [Line(self.ids[debit], self.ids[credit], amount) for (debit, credit), amount in plan]

    def _apply(self, plan: list[tuple[tuple[int, int], int]], sign: int) -> None:
        for (debit, credit), amount in plan:
            self.model[self.ids[debit]] += sign * amount
            self.model[self.ids[credit]] -= sign * amount

    @rule(target=posted, plan=LINES)
    def post(
        self, plan: list[tuple[tuple[int, int], int]]
    ) -> tuple[UUID, UUID, list[tuple[tuple[int, int], int]]]:
        key = new_id()
        entry = post_once(key=key, lines=self._lines(plan), at=AT)
        self._apply(plan, 1)
        return key, entry.entry_id, plan

    @rule(one=posted)
    def replay(self, one: tuple[UUID, UUID, list[tuple[tuple[int, int], int]]]) -> None:
        key, entry_id, plan = one
        assert post_once(key=key, lines=self._lines(plan), at=AT).entry_id == entry_id

    @rule(one=posted)
    def replay_with_other_lines(self, one: tuple[UUID, UUID, list[tuple[tuple[int, int], int]]]) -> None:
        key, _, plan = one
        (pair, amount), *rest = plan
        with pytest.raises(Conflict):
            post_once(key=key, lines=self._lines([(pair, amount + 1), *rest]), at=AT)

    @rule(target=reversed_once, one=consumes(posted))
    def reverse(self, one: tuple[UUID, UUID, list[tuple[tuple[int, int], int]]]) -> tuple[UUID, UUID]:
        _, entry_id, plan = one
        undone = reverse_entry(entry_id=entry_id, actor=SYSTEM, at=AT)
        self._apply(plan, -1)
        return entry_id, undone.entry_id

    @rule(one=reversed_once)
    def reverse_again(self, one: tuple[UUID, UUID]) -> None:
        movements = Movement.objects.count()
        for entry_id in one:  # the entry a second time, and its reversal
            with pytest.raises(Conflict):
                reverse_entry(entry_id=entry_id, actor=SYSTEM, at=AT)
        assert Movement.objects.count() == movements, "a refused reversal moves nothing"

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        if hasattr(self, "ids"):
            moved = {key: balance - self.before[key] for key, balance in self._balances().items()}
            assert moved == {key: self.model[key] for key in self.ids}
            assert sum(line.balance_minor for line in trial_balance(actor=SYSTEM)) == 0
            assert check_books().is_right


@pytest.mark.django_db
@pytest.mark.slow
def test_no_order_of_posting_replaying_and_reversing_breaks_the_books() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
