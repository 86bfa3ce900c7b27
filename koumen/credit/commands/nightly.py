"""The night: what a day brings by itself to all accounts, some thousands of them in each transaction.

It does what ``bring_forward`` does for one account, as sets (sql/night.sql). An account whose turn was made has its
next turn in the same transaction: whatever ends a night, the next one goes on where it was, and several share the work.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connection

from koumen.audit.command import command, require
from koumen.audit.commands import Plain, record
from koumen.branch.queries import this_branch
from koumen.credit.commands.keeping import midnight
from koumen.credit.events import BillsMade, GracesEnded
from koumen.credit.permissions import may_keep_accounts
from koumen.credit.queries.night import LentBy, oldest_turn, versions_lent_by
from koumen.credit.rules.night import due_dates, terms_of_turn
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Invalid
from koumen.kit.ids import new_id

AT_ONCE = 5_000  # accounts in one transaction: some hundred milliseconds, during which their payments wait
FIRST = UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One day on which something happens by itself, for the products of one currency."""

    on: date
    currency: str
    products: Sequence[Plain]
    most: int = AT_ONCE


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What was done with the accounts of one transaction; ``last`` is the id of the last one."""

    last: UUID
    accounts: int
    judged: int
    bills: int


@command
def turn_accounts(
    *, turn: Turn, past: UUID = FIRST, is_waiting: bool = False, actor: Actor, at: datetime
) -> Chunk | None:
    """Judge, charge and bill the next accounts whose turn it is, by id after ``past``; None when there are none.

    Accounts that somebody else holds are passed over, unless ``is_waiting``. Four queries and one a fact. Records
    GracesEnded and BillsMade. Raises Denied("credit-not-yours").
    """
    require(may_keep_accounts(actor), "credit-not-yours")
    ids = _ask(
        "select hold_turning(%s, %s, %s, %s, %s)",
        [turn.on, [UUID(one["id"]) for one in turn.products], past, turn.most, is_waiting],
    )
    if not ids:
        return None
    chunk_id = new_id()
    dates = due_dates(turn.on)
    done = json.loads(
        _ask(
            "select turn_accounts(%s, %s, %s, %s, %s, %s, %s)",
            [turn.on, ids, json.dumps(turn.products), dates, midnight(turn.on), chunk_id, at],
        )
    )
    _record(turn, chunk_id, done, actor=actor, at=at)
    _ask("select post_owned(%s, %s)", [turn.currency, at])
    return Chunk(last=ids[-1], accounts=len(ids), judged=done["judged"], bills=done["bills"])


def _ask(statement: str, parameters: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def _record(turn: Turn, chunk_id: UUID, done: Plain, *, actor: Actor, at: datetime) -> None:
    """One fact for all bills of a chunk, one for all graces that ended."""
    if done["judged"]:
        ended = GracesEnded(
            subject_id=chunk_id,
            on=turn.on,
            currency=turn.currency,
            **{name: done[name] for name in ("judged", "late", "late_minor")},
        )
        record(ended, actor=actor, at=at)
    if done["bills"]:
        figures = ("bills", "balance_minor", "minimum_minor", "interest_minor", "late_charges_minor")
        made = BillsMade(
            subject_id=chunk_id,
            on=turn.on,
            currency=turn.currency,
            **{name: done[name] for name in (*figures, "plan_charges_minor", "through_entry_id", "digest")},
        )
        record(made, actor=actor, at=at)


# --- the whole night ------------------------------------------------------------------------------------


@dataclass
class Night:
    """What a night has done so far; its workers add to it."""

    accounts: int = 0  # turns: an account that waited for days may have several
    judged: int = 0
    bills: int = 0
    lock: Lock = field(default_factory=Lock)

    def add(self, chunk: Chunk) -> None:
        """Count what a transaction did."""
        with self.lock:
            self.accounts += chunk.accounts
            self.judged += chunk.judged
            self.bills += chunk.bills


def run_night(
    *,
    until: date,
    actor: Actor,
    workers: int = 1,
    most: int = AT_ONCE,
    on_chunk: Callable[[Night], None] = lambda night: None,
) -> Night:
    """Bring every account whose turn has come to its last turn up to a day; nothing when it is done already.

    The oldest day first: what was missed is made up for as if it had not been. Raises Denied("credit-not-yours") or
    Invalid("night-in-the-future").
    """
    require(may_keep_accounts(actor), "credit-not-yours")
    if until > local_date(clock.now(), this_branch().zone):
        raise Invalid("night-in-the-future", field="until")
    night = Night()

    def work(turn: Turn) -> None:
        _work(turn, night, actor=actor, on_chunk=on_chunk)

    on: date | None = None
    while on := oldest_turn(after=on, until=until):
        for turn in _turns(on, versions_lent_by(), most):
            if workers == 1:
                work(turn)
            else:
                _side_by_side(work, turn, workers)
    return night


def _turns(on: date, versions: Sequence[LentBy], most: int) -> list[Turn]:
    """The products of each currency apart: an entry of the books has one."""
    return [
        Turn(
            on=on,
            currency=currency,
            products=[terms_of_turn(one.product_id, currency, one.parameters, on) for one in group],
            most=most,
        )
        for currency, group in groupby(versions, key=lambda one: one.currency)
    ]


def _side_by_side(work: Callable[[Turn], None], turn: Turn, workers: int) -> None:
    """Several connections share one turn; the first fault ends it."""

    def alone() -> None:
        try:
            work(turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers, thread_name_prefix="night") as pool:
        for running in [pool.submit(copy_context().run, alone) for _ in range(workers)]:
            running.result()


def _work(turn: Turn, night: Night, *, actor: Actor, on_chunk: Callable[[Night], None]) -> None:
    """Take chunk after chunk; in the end wait for those accounts that somebody else holds."""
    past, is_waiting = FIRST, False
    while True:
        chunk = turn_accounts(turn=turn, past=past, is_waiting=is_waiting, actor=actor, at=clock.now())
        if chunk is not None:
            night.add(chunk)
            on_chunk(night)
            past = chunk.last
        elif past != FIRST:
            past = FIRST
        elif not is_waiting:
            is_waiting = True
        else:
            return
