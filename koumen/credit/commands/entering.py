"""Letting an activity happen on an account that is held: forward, or late, or never."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import fact_row
from koumen.branch.queries import this_branch
from koumen.credit.commands.billing import statement_rows
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import INCOME, Change, keep, midnight, post_by_days
from koumen.credit.events import StatementIssued
from koumen.credit.permissions import may_keep_accounts
from koumen.credit.queries.past import activities_of, baseline, plan_rows
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.entering import Entered, Past, enter_forward, enter_late, is_newest, take_back
from koumen.credit.rules.position import IssuedBill, Move
from koumen.credit.rules.stored import details_of
from koumen.credit.rules.turning import advance
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.ledger.rules.entries import EntryKind


def begin(held: HeldAccount, *, actor: Actor, at: datetime) -> Change:
    """Bring the account to today: what the night has not done yet is done now, bills and all."""
    change = Change(held=held, at=at)
    today = local_date(at, this_branch().zone)
    if today > held.position.counted_to:
        happened = advance(held.position, held.parameters, today)
        post_by_days(change, happened.moves)
        _bill(change, happened.bills, actor)
    return change


# The entry of each kind of activity, but for a repayment, which says how its money came.
_ENTRY = {
    ActivityKind.DISBURSEMENT: EntryKind.DISBURSEMENT,
    ActivityKind.PURCHASE: EntryKind.PURCHASE,
    ActivityKind.REFUND: EntryKind.REFUND,
    ActivityKind.PLAN_SETTLE: EntryKind.PLAN_FEE,
    ActivityKind.WAIVER: EntryKind.WAIVER,
    ActivityKind.CREDIT_REFUND: EntryKind.CREDIT_REFUND,
    ActivityKind.WRITE_OFF: EntryKind.WRITE_OFF,
}


def enter(change: Change, activity: Activity, kind: EntryKind | None = None) -> Entered:
    """Let an activity happen; where it lies before something that is known already, everything is folded again.

    The entry of the activity is posted for it, what it brings by itself apart. Three queries more when it is late.
    """
    held = change.held
    kind = kind or _ENTRY.get(activity.kind, EntryKind.CORRECTION)
    if is_newest(held.position, held.last_effective_at, activity):
        entered = enter_forward(held.position, activity, held.parameters)
    else:
        entered = enter_late(past_of(held), activity, held.parameters)
    held.position = entered.position
    apart, own = _apart(entered.by_activity, kind)
    post_by_days(change, [*entered.by_days, *apart])
    entry_id = change.post(kind, own, source_id=activity.activity_id, effective_at=activity.effective_at)
    correct(change, entered.corrections, activity.activity_id)
    change.effective_at = activity.effective_at
    change.activity = {
        "id": activity.activity_id,
        "kind": activity.kind,
        "amount_minor": activity.amount_minor,
        "details": details_of(activity),
        "effective_at": activity.effective_at,
        "entry_id": entry_id,
        "reverses_id": None,
    }
    return entered


def forget(change: Change, activity_id: UUID, entry: Sequence[Move]) -> None:
    """Let an activity never have happened; ``entry`` is what it posted, which is turned round by the ledger."""
    held = change.held
    entered = take_back(past_of(held), activity_id, entry, held.parameters)
    held.position = entered.position
    correct(change, entered.corrections, activity_id)


def correct(change: Change, moves: Sequence[Move], source_id: UUID) -> None:
    """Post what a changed past changes in the books, today."""
    change.post(EntryKind.CORRECTION, moves, source_id=source_id, effective_at=change.at)


def past_of(held: HeldAccount) -> Past:
    """All that happened on an account; its plans that are over can come back to life. Three queries."""
    held.plan_rows = plan_rows(held.account_id)
    return Past(
        baseline=baseline(held),
        activities=activities_of(held.account_id, held.plan_rows),
        counted_to=held.position.counted_to,
    )


def _apart(moves: Sequence[Move], kind: EntryKind) -> tuple[list[Move], list[Move]]:
    """Charges that a repayment or waiver brought to light are entries of their own: its entry is what it did itself."""
    if kind is EntryKind.WAIVER:
        return [move for move in moves if move.credit in INCOME], [
            move for move in moves if move.credit not in INCOME
        ]
    if kind not in _MONEY_IN:
        return [], list(moves)
    return [move for move in moves if move.debit], [move for move in moves if not move.debit]


_MONEY_IN = {
    *(EntryKind.CASH_TENDER, EntryKind.WALLET_TENDER, EntryKind.CARD_TENDER),
    *(EntryKind.TRANSFER_IN, EntryKind.REPAYMENT),
}


def _bill(change: Change, bills: Sequence[IssuedBill], actor: Actor) -> None:
    """The bills that time has brought: frozen rows, each with its fact."""
    if not bills:
        return
    held = change.held
    change.statements = statement_rows(held, bills, entries_before=_entries_before(change, bills))
    for row in change.statements:
        event = StatementIssued(
            subject_id=held.account_id,
            statement_id=UUID(row["id"]),
            balance_minor=row["balance_minor"],
            minimum_minor=row["minimum_minor"],
            currency=held.currency,
        )
        change.facts.append(fact_row(event, actor=actor, at=change.at))


def _entries_before(change: Change, bills: Sequence[IssuedBill]) -> list[int]:
    """For each bill how many of the entries were posted by its day."""
    moments = [entry["effective_at"] for entry in change.entries]
    return [sum(moment <= midnight(bill.issued) for moment in moments) for bill in bills]


@command
def bring_forward(*, account_id: UUID, actor: Actor, at: datetime) -> Change:
    """Do for one account what the night does for all: judge, charge and bill up to today; nothing when it is done.

    Records StatementIssued for each bill. Raises Denied("credit-not-yours") or Missing("account-not-found").
    """
    require(may_keep_accounts(actor), "credit-not-yours")
    held = hold_account(actor, account_id)
    change = begin(held, actor=actor, at=at)
    keep(change)
    return change
