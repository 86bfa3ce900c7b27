"""Loans: a customer asks with all costs confirmed; small ones begin at once, larger ones when two persons agreed."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.credit.commands.buying import require_room
from koumen.credit.commands.cost_sheets import require_confirmed
from koumen.credit.commands.entering import begin
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.instalments import begin_plan, require_possible
from koumen.credit.commands.keeping import keep
from koumen.credit.commands.payouts import instruct, require_bank_account
from koumen.credit.events.lending import LoanAsked, LoanBegun, LoanLookedAt, LoanRequestEnded
from koumen.credit.models import BankAccount, LoanRequest
from koumen.credit.permissions import may_ask_loan, may_decide_loan, visible_to
from koumen.credit.queries import cost_sheet
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.cost_sheet import Sheet
from koumen.credit.rules.mending import is_same_person
from koumen.credit.rules.payout import REFUSED_FOR, REQUEST_LIVES, PayoutPurpose
from koumen.credit.rules.plan import PlanKind, PlanRequest, request_of, sheet_for
from koumen.credit.states import LOAN_REQUEST, LoanRequestState
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id

OPEN = (LoanRequestState.ASKED, LoanRequestState.LOOKED)


@command
def ask_loan(*, sheet_id: UUID, key: UUID, actor: Actor, at: datetime) -> LoanRequest:
    """Ask for the loan of a sheet of costs that was confirmed; what the product lends alone begins at once.

    The same key asks once. Records LoanAsked, and LoanBegun, PlanStarted and PayoutAsked when it begins. Raises
    Missing("cost-sheet-not-found"), Denied("credit-not-yours"), Invalid("price-above-cap" |
    "instalment-term-not-offered") or Conflict("loan-not-offered" | "loan-while-late" | "loan-request-open" |
    "plan-too-small" | "limit-exceeded" | "account-not-active" | "bank-account-not-verified" |
    "cost-sheet-not-confirmed" | "cost-sheet-changed" | "cost-sheet-stale" | "key-reused"); then nothing has moved.
    """
    memory = remember("ask_loan", actor=actor, key=key, inputs={"sheet": sheet_id}, at=at)
    rows = LoanRequest.objects.filter(account__in=visible_to(actor))
    if memory.answer is not None:
        return rows.get(id=memory.answer["request"])
    shown = cost_sheet(actor=actor, sheet_id=sheet_id)
    held = hold_account(actor, shown.account_id)
    require(may_ask_loan(actor, held.customer_id), "credit-not-yours")
    wanted = request_of(held.account_id, Sheet.of(shown.content))
    if wanted.kind is not PlanKind.LOAN:
        raise Conflict("loan-not-offered")
    digest = sheet_for(wanted, held.parameters, held.currency).digest
    require_confirmed(sheet_id=sheet_id, account=held, digest=digest, at=at)
    _require_lendable(held, wanted, at)
    if rows.filter(account_id=held.account_id, state__in=OPEN).exists():
        raise Conflict("loan-request-open")
    row = LoanRequest.objects.create(
        id=new_id(),
        account_id=held.account_id,
        sheet_id=sheet_id,
        amount_minor=wanted.amount_minor,
        terms=wanted.terms,
        state=LOAN_REQUEST.move(None, "ask"),
        asked_by=actor.key,
        asked_at=at,
    )
    event = LoanAsked(
        subject_id=row.id,
        credit_account_id=held.account_id,
        sheet_id=sheet_id,
        amount_minor=row.amount_minor,
        instalments=row.terms,
        currency=held.currency,
    )
    record(event, actor=actor, at=at)
    if row.amount_minor <= held.parameters.loan_alone_most_minor:
        _lend(row, held, actor=actor, at=at)
    memory.keep(request=row.id)
    return row


@command
def agree_loan(*, request_id: UUID, key: UUID, actor: Actor, at: datetime) -> LoanRequest:
    """Agree to a loan; when the second person does so it begins and is paid out. The same key agrees once.

    Records LoanLookedAt, or LoanBegun, PlanStarted and PayoutAsked. Raises Denied("credit-not-yours" |
    "second-person-needed"), Missing("loan-request-not-found"), Conflict("loan_request-cannot-look" |
    "loan-request-too-old" | "key-reused") and what ask_loan does of the account; then nothing has moved.
    """
    require(may_decide_loan(actor), "credit-not-yours")
    memory = remember("agree_loan", actor=actor, key=key, inputs={"request": request_id}, at=at)
    if memory.answer is not None:
        return LoanRequest.objects.get(id=request_id)
    held, row = _held(request_id, actor)
    if at >= row.asked_at + REQUEST_LIVES:
        raise Conflict("loan-request-too-old")
    if row.state != LoanRequestState.LOOKED:
        row.state = LOAN_REQUEST.move(LoanRequestState(row.state), "look")
        row.looked_by, row.looked_at = actor.key, at
        row.save(update_fields=["state", "looked_by", "looked_at"])
        record(LoanLookedAt(subject_id=row.id, credit_account_id=held.account_id), actor=actor, at=at)
    elif is_same_person(row.looked_by or "", actor.key):
        raise Denied("second-person-needed")
    else:
        _lend(row, held, actor=actor, at=at)
    memory.keep(request=row.id)
    return row


@command
def refuse_loan(*, request_id: UUID, reason: str, key: UUID, actor: Actor, at: datetime) -> LoanRequest:
    """Refuse a loan, with a reason that the customer is told. The same key refuses once.

    Records LoanRequestEnded. Raises Denied("credit-not-yours"), Missing("loan-request-not-found"),
    Invalid("reason-unknown") or Conflict("loan_request-cannot-refuse" | "key-reused").
    """
    require(may_decide_loan(actor), "credit-not-yours")
    if reason not in REFUSED_FOR:
        raise Invalid("reason-unknown", field="reason", value=reason[:40])
    inputs = {"request": request_id, "reason": reason}
    memory = remember("refuse_loan", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return LoanRequest.objects.get(id=request_id)
    _held_account, row = _held(request_id, actor)
    _end(row, "refuse", reason, actor=actor, at=at)
    memory.keep(request=row.id)
    return row


@command
def withdraw_loan(*, request_id: UUID, actor: Actor, at: datetime) -> LoanRequest:
    """The customer does not want the loan any more, or nobody decided in time.

    Records LoanRequestEnded. Raises Denied("credit-not-yours"), Missing("loan-request-not-found") or
    Conflict("loan_request-cannot-withdraw").
    """
    held, row = _held(request_id, actor)
    require(may_ask_loan(actor, held.customer_id), "credit-not-yours")
    _end(row, "withdraw", "", actor=actor, at=at)
    return row


def _held(request_id: UUID, actor: Actor) -> tuple[HeldAccount, LoanRequest]:
    """The account and the request, locked in the order of the house."""
    rows = LoanRequest.objects.filter(account__in=visible_to(actor))
    account_id = rows.filter(id=request_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("loan-request-not-found")
    held = hold_account(actor, account_id)
    return held, lock(rows, missing="loan-request-not-found", id=request_id)


def _require_lendable(held: HeldAccount, wanted: PlanRequest, at: datetime) -> BankAccount:
    """Where the loan would be paid out to."""
    require_possible(held, wanted, at)
    require_room(held, wanted.amount_minor)
    return require_bank_account(held)


def _lend(row: LoanRequest, held: HeldAccount, *, actor: Actor, at: datetime) -> None:
    """Begin the loan and have it paid out; the costs are those that were confirmed."""
    change = begin(held, actor=actor, at=at)
    wanted = request_of(row.account_id, Sheet.of(row.sheet.content))
    to = _require_lendable(held, wanted, at)
    plan, activity = begin_plan(change, wanted, row.sheet_id, actor=actor)
    keep(change)
    instruct(held, activity, PayoutPurpose.LOAN, to, actor=actor, at=at)
    row.state = LOAN_REQUEST.move(LoanRequestState(row.state), "begin")
    row.plan, row.decided_by, row.decided_at = plan, actor.key, at
    row.save(update_fields=["state", "plan", "decided_by", "decided_at"])
    event = LoanBegun(subject_id=row.id, credit_account_id=held.account_id, plan_id=plan.id)
    record(event, actor=actor, at=at)


def _end(row: LoanRequest, verb: str, reason: str, *, actor: Actor, at: datetime) -> None:
    row.state = LOAN_REQUEST.move(LoanRequestState(row.state), verb)
    row.decided_by, row.decided_at, row.reason = actor.key, at, reason
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    event = LoanRequestEnded(
        subject_id=row.id, credit_account_id=row.account_id, state=row.state, reason=reason
    )
    record(event, actor=actor, at=at)
