"""Taking back, letting go, giving up, another limit, closing. Inner commands of what two people decide, or the system's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from koumen.audit.command import command, require
from koumen.audit.commands import fact_row, record
from koumen.branch.queries import this_branch
from koumen.credit.commands.entering import begin, enter, forget
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import keep
from koumen.credit.events import (
    AccountWrittenOff,
    ActivityReversed,
    ChargeWaived,
    CreditAccountClosed,
    LimitChanged,
)
from koumen.credit.models import Activity as ActivityRow
from koumen.credit.models import CreditAccount, Payout
from koumen.credit.permissions import may_mend_accounts, visible_to
from koumen.credit.queries.buying import reserved_minor
from koumen.credit.queries.past import REVERSAL
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.mending import FINAL, require_new_limit
from koumen.credit.rules.position import Move
from koumen.credit.states import CREDIT_ACCOUNT, AccountState, PayoutState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Missing
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.ledger.commands import lock_with_entry, owe_notes, reverse_entry
from koumen.ledger.queries import EntryMove, moves_of_entry
from koumen.ledger.rules.chart import MONEY, AccountKind


@command
def reverse_activity(*, activity_id: UUID, reason: str, actor: Actor, at: datetime) -> UUID:
    """Take something back as if it had never been: its entry turned round, everything after it reckoned again.

    Bills that were issued stay; the next one carries the correction. Notes that an agent counted for a payment stay in
    custody and are owed (``payments`` settles them). Once: a second reversal, and one of a reversal, is refused and
    nothing moves. Returns the id of the reversal. Records ActivityReversed. Raises
    Denied("credit-not-yours"), Missing("activity-not-found") or Conflict("activity-already-reversed" |
    "account-closed" | "activity-not-reversible").
    """
    require(may_mend_accounts(actor), "credit-not-yours")
    account_id = (
        ActivityRow.objects.filter(id=activity_id, account__in=visible_to(actor))
        .values_list("account_id", flat=True)
        .first()
    )
    if account_id is None:
        raise Missing("activity-not-found")
    held = hold_account(actor, account_id)
    row = ActivityRow.objects.get(id=activity_id)
    _require_reversible(held, row)
    change = begin(held, actor=actor, at=at)
    lines = moves_of_entry(row.entry_id) if row.entry_id else []
    forget(change, activity_id, _moved(row, lines, held.position.counted_to))
    if row.entry_id:
        touched = {kind for entry in change.entries for kind in (*entry["debits"], *entry["credits"])}
        if any(line.debit is AccountKind.AGENT_CASH for line in lines):
            touched.add(AccountKind.CASH_TO_RETURN)
        lock_with_entry(entry_id=row.entry_id, kinds=touched, owner_id=account_id, currency=held.currency)
        reversal = reverse_entry(entry_id=row.entry_id, actor=actor, at=at)
        owe_notes(reversal=reversal, actor=actor, at=at)
    reversal_id = new_id()
    change.activity = {
        "id": str(reversal_id),
        "kind": REVERSAL,
        "amount_minor": row.amount_minor,
        "details": {"reason": reason},
        "effective_at": row.effective_at.isoformat(),
        "entry_id": None,
        "reverses_id": str(row.id),
    }
    event = ActivityReversed(
        subject_id=row.id,
        credit_account_id=account_id,
        activity_kind=row.kind,
        amount_minor=row.amount_minor,
        currency=held.currency,
        reason=reason,
    )
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change)
    return reversal_id


def _moved(row: ActivityRow, lines: Sequence[EntryMove], on: date) -> list[Move]:
    """What an activity posted; of a payment the rules do not say where its money lies."""
    is_payment = row.kind == ActivityKind.REPAYMENT
    return [
        Move(
            None if is_payment and line.debit in MONEY else line.debit,
            None if is_payment and line.credit in MONEY else line.credit,
            line.amount_minor,
            on,
        )
        for line in lines
    ]


def _require_reversible(held: HeldAccount, row: ActivityRow) -> None:
    if row.kind == REVERSAL or row.kind in FINAL:
        raise Conflict("activity-not-reversible")
    if ActivityRow.objects.filter(reverses=row).exists():
        raise Conflict("activity-already-reversed")
    if held.state == AccountState.CLOSED:
        raise Conflict("account-closed")


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A charge to let go; ``plan_id``: by which repayment plan, which may also give back what was paid of it."""

    account_id: UUID
    bucket: Bucket
    amount_minor: int
    reason: str
    plan_id: UUID | None = None
    as_credit: bool = False


@command
def waive_charge(*, waiver: Waiver, actor: Actor, at: datetime) -> None:
    """Let interest, a late charge or a fee go, as far as it is owed.

    Records ChargeWaived. Raises Denied("credit-not-yours"), Missing("account-not-found") or
    Conflict("waiver-too-large").
    """
    require(may_mend_accounts(actor), "credit-not-yours")
    held = hold_account(actor, waiver.account_id)
    change = begin(held, actor=actor, at=at)
    owed = sum(bill.unpaid.get(waiver.bucket, 0) for bill in held.position.every_bill)
    if waiver.amount_minor > owed and not waiver.as_credit:
        raise Conflict("waiver-too-large", left=Money(owed, held.currency))
    activity = Activity(
        activity_id=new_id(),
        kind=ActivityKind.WAIVER,
        effective_at=at,
        on=local_date(at, this_branch().zone),
        amount_minor=waiver.amount_minor,
        bucket=waiver.bucket,
        plan_id=waiver.plan_id,
        as_credit=waiver.as_credit,
    )
    enter(change, activity)
    event = ChargeWaived(
        subject_id=waiver.account_id,
        bucket=waiver.bucket,
        amount_minor=waiver.amount_minor,
        currency=held.currency,
        reason=waiver.reason,
    )
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change)


@command
def write_off_account(*, account_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Give a debt up in the books; what comes in later is a recovery, and nothing more accrues.

    Records AccountWrittenOff. Raises Denied("credit-not-yours"), Missing("account-not-found") or
    Conflict("nothing-owed" | "credit_account-cannot-write_off").
    """
    require(may_mend_accounts(actor), "credit-not-yours")
    held = hold_account(actor, account_id)
    change = begin(held, actor=actor, at=at)
    owed = held.position.posted_minor + held.position.future_minor
    if not owed:
        raise Conflict("nothing-owed")
    change.state = CREDIT_ACCOUNT.move(AccountState(held.state), "write_off")
    activity = Activity(
        activity_id=new_id(),
        kind=ActivityKind.WRITE_OFF,
        effective_at=at,
        on=local_date(at, this_branch().zone),
        amount_minor=owed,
    )
    enter(change, activity)
    event = AccountWrittenOff(subject_id=account_id, amount_minor=owed, currency=held.currency, reason=reason)
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change)


@command
def change_limit(*, account_id: UUID, limit_minor: int, reason: str, actor: Actor, at: datetime) -> None:
    """Let an account owe more, or less: what is owed already stays, only new purchases ask the new limit.

    Records LimitChanged. Raises Denied("credit-not-yours"), Missing("account-not-found"),
    Invalid("amount-not-positive" | "amount-too-large") or Conflict("account-not-active" | "limit-unchanged").
    """
    require(may_mend_accounts(actor), "credit-not-yours")
    held = hold_account(actor, account_id)
    require_new_limit(held, limit_minor)
    CreditAccount.objects.filter(id=account_id).update(limit_minor=limit_minor, version=F("version") + 1)
    event = LimitChanged(
        subject_id=account_id,
        before_minor=held.limit_minor,
        limit_minor=limit_minor,
        currency=held.currency,
        reason=reason,
    )
    record(event, actor=actor, at=at)


@command
def close_account(*, account_id: UUID, actor: Actor, at: datetime) -> None:
    """Close an account on which nothing is open: no debt, plan, credit, interest, reservation, payout under way.

    Records CreditAccountClosed. Raises Denied("credit-not-yours"), Missing("account-not-found") or
    Conflict("account-still-open" | "credit_account-cannot-close").
    """
    require(may_mend_accounts(actor), "credit-not-yours")
    held = hold_account(actor, account_id)
    change = begin(held, actor=actor, at=at)
    position = held.position
    if (
        position.posted_minor
        or position.credit_minor
        or position.plans
        or any(bill.principal_days or bill.overdue_days for bill in position.bills)
        or reserved_minor(account_id)
        or Payout.objects.filter(account_id=account_id, state=PayoutState.ASKED).exists()
    ):
        raise Conflict("account-still-open")
    change.state = CREDIT_ACCOUNT.move(AccountState(held.state), "close")
    change.facts.append(fact_row(CreditAccountClosed(subject_id=account_id), actor=actor, at=at))
    keep(change)
