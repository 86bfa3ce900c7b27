"""Posting the parts of a weighed file, in one session or side by side in several.

Parts have no account in common, so sessions meet only where the money lies, at the end of each part.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import IO
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection
from psycopg.errors import DeadlockDetected

from koumen.audit.command import command
from koumen.audit.reactions import jobs_after
from koumen.branch.queries import this_branch
from koumen.credit.commands import Received, record_repayment
from koumen.credit.events import BalanceReduced
from koumen.credit.importer import payable
from koumen.credit.models import Activity
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Refusal
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.staging import open_staging

MOST_TRIES = (
    3  # of a part that met another import at the same rows: the second time it sees what that one wrote
)
MOST_SESSIONS = 4  # all of them meet where the money lies


def sessions_here() -> int:
    """How many sessions of the database post a file on this machine."""
    return min(MOST_SESSIONS, os.cpu_count() or 1)


@dataclass(kw_only=True)
class Posting:
    """An import under way, which several sessions count together.

    ``refused`` are lines that turned bad meanwhile, with what was wrong.
    """

    into: AccountKind
    entry_kind: EntryKind
    money: Mapping[str, int]  # the ledger account where it lies, by currency
    actor: Actor
    at: datetime
    on_progress: Callable[[int], None]  # how many lines are done with
    at_once: int = 0
    one_by_one: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, *, at_once: int = 0, one_by_one: int = 0, known: int = 0) -> None:
        """Count lines that are done with."""
        with self._lock:
            self.at_once += at_once
            self.one_by_one += one_by_one
            self.known += known
            self._tell()

    def refuse(self, line: int, why: str) -> None:
        """Note a line that turned bad."""
        with self._lock:
            self.refused.append((line, why))
            self._tell()

    def _tell(self) -> None:
        self.on_progress(self.at_once + self.one_by_one + self.known + len(self.refused))


@dataclass(frozen=True)
class _Left:
    """A line of a part that was not posted with the others."""

    line: int
    account_id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str
    tendered_at: datetime


def post_parts(parts: int, posting: Posting, *, sessions: int) -> None:
    """Post all parts of the table ``payable``; every session but this one has a thread and a copy of its share."""
    sessions = max(1, min(sessions, parts))
    with ThreadPoolExecutor(sessions) as pool:
        others = [
            pool.submit(
                _post_apart, payable.hand_over(share, sessions), range(share, parts, sessions), posting
            )
            for share in range(1, sessions)
        ]
        _post(range(0, parts, sessions), posting)
        for other in others:
            other.result()


def _post_apart(share: IO[bytes], parts: Iterable[int], posting: Posting) -> None:
    """In a thread of its own, whose connection ends with it."""
    try:
        with share, payable.tables():
            payable.receive(share)
            _post(parts, posting)
    finally:
        connection.close()


def _post(parts: Iterable[int], posting: Posting) -> None:
    """Post parts, each many at once and then what is left of it one by one."""
    for part in parts:
        outcomes, left = _tried(part, posting)
        posting.add(at_once=outcomes.get("posted", 0), known=outcomes.get("known", 0))
        for line in left:
            _post_one(line, posting)


def _tried(part: int, posting: Posting) -> tuple[dict[str, int], list[_Left]]:
    for _ in range(1, MOST_TRIES):
        try:
            return _post_many(part, posting)
        except IntegrityError:
            continue
        except OperationalError as fault:
            if not isinstance(fault.__cause__, DeadlockDetected):
                raise
    return _post_many(part, posting)


@command
def _post_many(part: int, posting: Posting) -> tuple[dict[str, int], list[_Left]]:
    """Post what is simple of a part; returns how many lines came to what, and those that are left."""
    open_staging()
    jobs = [
        {"queue": job.queue, "task": job.task, "priority": job.priority}
        for job in jobs_after(BalanceReduced.kind())
    ]
    today = local_date(posting.at, this_branch().zone)
    with connection.cursor() as cursor:
        cursor.execute(
            "select post_repayments(%s, %s, %s, %s, %s, %s, %s)",
            [part, posting.into, posting.entry_kind, posting.actor.key, posting.at, today, json.dumps(jobs)],
        )
        cursor.execute(
            "select outcome, count(*) from hand_repayment where outcome in ('known', 'posted') group by outcome"
        )
        outcomes = dict(cursor.fetchall())
        cursor.execute(
            "select line, account_id, payment_id, amount_minor, currency, tendered_at from hand_repayment"
            " where outcome is null or outcome not in ('known', 'posted') order by account_id, tendered_at, line"
        )
        return outcomes, [_Left(*row) for row in cursor.fetchall()]


def _post_one(left: _Left, posting: Posting) -> None:
    """Post a line by the command; what was posted meanwhile is known, what is refused is a bad line."""
    received = Received(
        payment_id=left.payment_id,
        amount_minor=left.amount_minor,
        debit_account_id=posting.money[left.currency],
        entry_kind=posting.entry_kind,
        tendered_at=left.tendered_at,
    )
    try:
        record_repayment(
            account_id=left.account_id,
            received=received,
            key=left.payment_id,
            actor=posting.actor,
            at=posting.at,
        )
    except Refusal as refusal:
        if isinstance(refusal, Conflict) and _is_known(left):
            posting.add(known=1)
            return
        posting.refuse(left.line, f"was refused ({refusal.code})")
        return
    posting.add(one_by_one=1)


def _is_known(left: _Left) -> bool:
    """Whether this very payment has been posted."""
    return Activity.objects.filter(
        id=left.payment_id,
        account_id=left.account_id,
        amount_minor=left.amount_minor,
        effective_at=left.tendered_at,
    ).exists()
