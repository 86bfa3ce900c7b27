"""Importing a file of repayments: what is simple is posted by a few statements for many, the rest one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from koumen.audit.command import command, require
from koumen.branch.queries import this_branch
from koumen.credit.importer import payable
from koumen.credit.importer.faults import BadLine, FileFault
from koumen.credit.importer.posting import Posting, post_parts
from koumen.credit.importer.rejects import FIRST_FAULTS, put_aside
from koumen.credit.permissions import may_record_repayment
from koumen.credit.rules.repayment_cells import Reading, source_named
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.ledger.commands import accounts_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind

# Where a file's money can lie: what the branch itself owns. An agent's cash comes receipt by receipt.
INTO = {
    AccountKind.BANK: EntryKind.TRANSFER_IN,
    AccountKind.WALLET: EntryKind.WALLET_TENDER,
    AccountKind.SAFE: EntryKind.CASH_TENDER,
    AccountKind.PAYMENTS_IN: EntryKind.REPAYMENT,
}


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


def _silently(done: int, of: int) -> None:
    """Nobody watches."""
    del done, of


def import_repayments(
    *,
    repayments: RepaymentFile,
    on_progress: Callable[[int, int], None] = _silently,
    sessions: int = 1,
    actor: Actor,
    at: datetime,
) -> Posted:
    """Post a file of repayments; the same file again, or the same line in another file, posts nothing.

    Each part of the file is a transaction of its own, so that payments at the counter wait a second at most:
    after an interruption the same file posts what is missing. Several ``sessions`` of the database post parts side by
    side. Streams: memory does not grow with the file.
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
        posting = Posting(
            into=repayments.into,
            entry_kind=INTO[repayments.into],
            money=_money(repayments.into, weighed.currencies),
            actor=actor,
            at=at,
            on_progress=lambda done: on_progress(done, weighed.good),
        )
        post_parts(weighed.parts, posting, sessions=sessions)
        refused = [payable.turn_bad(line, why) for line, why in posting.refused]
        rejected = weighed.bad + len(refused)
        if refused and repayments.rejects:
            put_aside(repayments.file, repayments.rejects, rejected)
    return Posted(
        at_once=posting.at_once,
        one_by_one=posting.one_by_one,
        known=weighed.known + posting.known,
        rejected=rejected,
        refused=tuple(refused[:FIRST_FAULTS]),
    )


@command
def _money(into: AccountKind, currencies: Sequence[str]) -> dict[str, int]:
    """The ledger account where the money lies, by currency; opened where there is none."""
    return {currency: accounts_for(kinds=[into], currency=currency)[into].id for currency in currencies}
