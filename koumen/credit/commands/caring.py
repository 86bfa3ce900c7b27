"""What makes paying easier: another due day, late charges that rest, a credit balance paid out."""

from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import fact_row, remember
from koumen.branch.queries import this_branch
from koumen.credit.commands.entering import begin, enter
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import keep
from koumen.credit.commands.payouts import instruct, require_bank_account
from koumen.credit.events import CreditRefunded, DueDayChanged, LateChargesPaused
from koumen.credit.permissions import may_arrange_instalments, may_pause_late_charges, may_record_repayment
from koumen.credit.queries.due_day import BETWEEN_CHANGES, due_day_free_from
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.mending import PAUSE_REASONS
from koumen.credit.rules.payout import PayoutPurpose
from koumen.credit.rules.position import Standing
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.ledger.rules.posting import check_amount


@command
def change_due_day(*, account_id: UUID, due_day: int, key: UUID, actor: Actor, at: datetime) -> date | None:
    """Let bills be due on another day, from the next bill on; once in twelve months, while nothing is late.

    The same key changes it once. Returns when it may be changed again. Records DueDayChanged. Raises
    Denied("credit-not-yours"), Missing("account-not-found"), Invalid("due-day-not-offered") or
    Conflict("due-day-changed-lately" | "due-day-while-late" | "key-reused").
    """
    require(may_arrange_instalments(actor), "credit-not-yours")
    inputs = {"account": account_id, "due_day": due_day}
    memory = remember("change_due_day", actor=actor, key=key, inputs=inputs, at=at)
    held = hold_account(actor, account_id)
    today = local_date(at, this_branch().zone)
    if memory.answer is not None:
        return today + BETWEEN_CHANGES
    change = begin(held, actor=actor, at=at)
    if due_day not in held.parameters.due_days or due_day == held.position.due_day:
        raise Invalid("due-day-not-offered", field="due_day", value=str(due_day)[:40])
    if any(bill.standing is Standing.LATE for bill in held.position.bills):
        raise Conflict("due-day-while-late")
    if again := due_day_free_from(account_id, today):
        raise Conflict("due-day-changed-lately", **{"from": again})
    activity = Activity(
        activity_id=new_id(), kind=ActivityKind.DUE_DAY, effective_at=at, on=today, due_day=due_day
    )
    enter(change, activity)
    change.facts.append(fact_row(DueDayChanged(subject_id=account_id, due_day=due_day), actor=actor, at=at))
    keep(change, memory, account=account_id)
    return today + BETWEEN_CHANGES


@command
def pause_late_charges(
    *, account_id: UUID, until: date, reason: str, key: UUID, actor: Actor, at: datetime
) -> date:
    """Let late charges rest until a day, as long as the product allows; the debt stays, and so does interest.

    The same key pauses once. Records LateChargesPaused. Raises Denied("credit-not-yours"),
    Missing("account-not-found"), Invalid("reason-unknown" | "pause-not-ahead") or
    Conflict("pause-too-long" | "key-reused").
    """
    require(may_pause_late_charges(actor), "credit-not-yours")
    if reason not in PAUSE_REASONS:
        raise Invalid("reason-unknown", field="reason", value=reason[:40])
    inputs = {"account": account_id, "until": until, "reason": reason}
    memory = remember("pause_late_charges", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return until
    held = hold_account(actor, account_id)
    today = local_date(at, this_branch().zone)
    if until <= today:
        raise Invalid("pause-not-ahead", field="until", value=until.isoformat())
    most = held.parameters.hardship_most_days
    if (until - today).days > most:
        raise Conflict("pause-too-long", days=most)
    change = begin(held, actor=actor, at=at)
    activity = Activity(
        activity_id=new_id(), kind=ActivityKind.HARDSHIP, effective_at=at, on=today, until=until
    )
    enter(change, activity)
    event = LateChargesPaused(subject_id=account_id, until=until, reason=reason)
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change, memory, account=account_id)
    return until


@command
def refund_credit(*, account_id: UUID, amount_minor: int, key: UUID, actor: Actor, at: datetime) -> int:
    """Have a credit balance, or a part of it, paid out by the bank; it never costs a fee. Returns what is left of it.

    The same key pays once. Records CreditRefunded and PayoutAsked. Raises Denied("credit-not-yours"),
    Missing("account-not-found"), Invalid("amount-not-positive") or Conflict("credit-balance-too-small" |
    "bank-account-not-verified" | "key-reused").
    """
    require(may_record_repayment(actor), "credit-not-yours")
    check_amount(amount_minor)
    inputs = {"account": account_id, "amount_minor": amount_minor}
    memory = remember("refund_credit", actor=actor, key=key, inputs=inputs, at=at)
    held = hold_account(actor, account_id)
    if memory.answer is not None:
        return held.position.credit_minor
    to = require_bank_account(held)
    change = begin(held, actor=actor, at=at)
    if amount_minor > held.position.credit_minor:
        raise Conflict("credit-balance-too-small", left=Money(held.position.credit_minor, held.currency))
    activity = Activity(
        activity_id=new_id(),
        kind=ActivityKind.CREDIT_REFUND,
        effective_at=at,
        on=local_date(at, this_branch().zone),
        amount_minor=amount_minor,
    )
    enter(change, activity)
    event = CreditRefunded(subject_id=account_id, amount_minor=amount_minor, currency=held.currency)
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change, memory, account=account_id)
    instruct(held, activity, PayoutPurpose.CREDIT_BALANCE, to, actor=actor, at=at)
    return held.position.credit_minor
