"""Posting a file of repayments: what is simple by a few statements for many, the rest by the command for one."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection
from psycopg.errors import DeadlockDetected

from koumen.audit.command import command, require
from koumen.audit.reactions import jobs_after
from koumen.branch.queries import this_branch
from koumen.credit.commands import Received, record_repayment
from koumen.credit.events import BalanceReduced
from koumen.credit.importer import payable
from koumen.credit.importer.faults import BadLine, FileFault
from koumen.credit.importer.rejects import FIRST_FAULTS, put_aside
from koumen.credit.models import Activity
from koumen.credit.permissions import may_record_repayment
from koumen.credit.rules.repayment_cells import Reading, source_named
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Refusal
from koumen.ledger.commands import accounts_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.staging import open_staging

# Where a file's money can lie: what the branch itself owns. An agent's cash comes receipt by receipt.
INTO = {
    AccountKind.BANK: EntryKind.TRANSFER_IN,
    AccountKind.WALLET: EntryKind.WALLET_TENDER,
    AccountKind.SAFE: EntryKind.CASH_TENDER,
    AccountKind.PAYMENTS_IN: EntryKind.REPAYMENT,
}
MOST_TRIES = (
    3  # of a part that met another import at the same rows: the second time it sees what that one wrote
)


@dataclass(frozen=True, kw_only=True)
class RepaymentFile:
    """Which file, in which account of the branch its money lies, who gave its references, where bad lines go.

    ``source`` and a line's reference are the payment's identity, in whatever file the line stands; without it the
    source is where the money lies. ``rejects`` None: then there may be no bad line.
    """

    file: Path
    into: AccountKind
    source: str = ""
    rejects: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What came of it: repayments posted many at once and one by one, lines known already, bad lines.

    ``refused`` are the first of those that turned bad while others were being posted.
    """

    at_once: int = 0
    one_by_one: int = 0
    known: int = 0
    rejected: int = 0
    refused: Sequence[BadLine] = ()


@dataclass(frozen=True)
class _Left:
    """A line of a part that was not posted with the others."""

    line: int
    account_id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str
    tendered_at: datetime


@dataclass(kw_only=True)
class _Work:
    """An import under way."""

    into: AccountKind
    money: dict[str, int]  # the ledger account where it lies, by currency
    actor: Actor
    at: datetime
    done: Posted
    refused: list[BadLine] = field(default_factory=list)

    def add(self, **more: int) -> None:
        """Count."""
        self.done = replace(self.done, **{name: getattr(self.done, name) + n for name, n in more.items()})


def _silently(done: int, of: int) -> None:
    """Nobody watches."""
    del done, of


def import_repayments(
    *,
    repayments: RepaymentFile,
    on_progress: Callable[[int, int], None] = _silently,
    actor: Actor,
    at: datetime,
) -> Posted:
    """Post a file of repayments; the same file again, or the same line in another file, posts nothing.

    Each part of the file is a transaction of its own, so that payments at the counter wait a second at most:
    after an interruption the same file posts what is missing. Streams: memory does not grow with the file.
    Records BalanceReduced for each repayment. Raises Denied("credit-not-yours"),
    Invalid("debit-account-holds-no-money"), FileFault, or LinesRefused when lines are bad and no place for them
    was given: then nothing of the file is kept.
    """
    require(may_record_repayment(actor), "credit-not-yours")
    if repayments.into not in INTO:
        raise Invalid("debit-account-holds-no-money", field="into", kind=repayments.into)
    reading = Reading(
        source=source_named(repayments.source or repayments.into),
        zone=this_branch().zone,
        at=at,
        amount=payable.amount_column(repayments.file),
    )
    with payable.tables():
        weighed = payable.stage(repayments.file, reading)
        if not (weighed.good or weighed.bad or weighed.known):
            raise FileFault(repayments.file, "has no repayments")
        if weighed.bad:
            put_aside(repayments.file, repayments.rejects, weighed.bad)
        work = _Work(
            into=repayments.into,
            money=_money(repayments.into, weighed.currencies),
            actor=actor,
            at=at,
            done=Posted(known=weighed.known, rejected=weighed.bad),
        )
        done = 0
        for part in range(weighed.parts):
            for more in _post(part, work):
                done += more
                on_progress(done, weighed.good)
        if work.refused and repayments.rejects:
            put_aside(repayments.file, repayments.rejects, work.done.rejected)
    return replace(work.done, refused=tuple(work.refused[:FIRST_FAULTS]))


@command
def _money(into: AccountKind, currencies: Sequence[str]) -> dict[str, int]:
    """The ledger account where the money lies, by currency; opened where there is none."""
    return {currency: accounts_for(kinds=[into], currency=currency)[into].id for currency in currencies}


def _post(part: int, work: _Work) -> Iterator[int]:
    """Post a part, many at once and then one by one; tells how many lines are done with, again and again."""
    outcomes, left = _tried(part, work)
    known, posted = outcomes.get("known", 0), outcomes.get("posted", 0)
    work.add(at_once=posted, known=known)
    yield known + posted
    for line in left:
        _post_one(line, work)
        yield 1


def _tried(part: int, work: _Work) -> tuple[dict[str, int], list[_Left]]:
    for _ in range(1, MOST_TRIES):
        try:
            return _post_many(part, work)
        except IntegrityError:
            continue
        except OperationalError as fault:
            if not isinstance(fault.__cause__, DeadlockDetected):
                raise
    return _post_many(part, work)


@command
def _post_many(part: int, work: _Work) -> tuple[dict[str, int], list[_Left]]:
    """Post what is simple of a part; returns how many lines came to what, and those that are left."""
    open_staging()
    jobs = [
        {"queue": job.queue, "task": job.task, "priority": job.priority}
        for job in jobs_after(BalanceReduced.kind())
    ]
    today = local_date(work.at, this_branch().zone)
    with connection.cursor() as cursor:
        cursor.execute(
            "select post_repayments(%s, %s, %s, %s, %s, %s, %s)",
            [part, work.into, INTO[work.into], work.actor.key, work.at, today, json.dumps(jobs)],
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


def _post_one(left: _Left, work: _Work) -> None:
    """Post a line by the command; what was posted meanwhile is known, what is refused is a bad line."""
    received = Received(
        payment_id=left.payment_id,
        amount_minor=left.amount_minor,
        debit_account_id=work.money[left.currency],
        entry_kind=INTO[work.into],
        tendered_at=left.tendered_at,
    )
    try:
        record_repayment(
            account_id=left.account_id, received=received, key=left.payment_id, actor=work.actor, at=work.at
        )
    except Refusal as refusal:
        if isinstance(refusal, Conflict) and _is_known(left):
            work.add(known=1)
            return
        work.refused.append(payable.turn_bad(left.line, f"was refused ({refusal.code})"))
        work.add(rejected=1)
        return
    work.add(one_by_one=1)


def _is_known(left: _Left) -> bool:
    """Whether this very payment has been posted."""
    return Activity.objects.filter(
        id=left.payment_id,
        account_id=left.account_id,
        amount_minor=left.amount_minor,
        effective_at=left.tendered_at,
    ).exists()
