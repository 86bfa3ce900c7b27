"""Paying customers out: an instruction to the bank, what became of it, and money that came back."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.mending import reverse_activity
from koumen.credit.events.lending import PayoutAsked, PayoutReturned, PayoutSent
from koumen.credit.models import Activity as ActivityRow
from koumen.credit.models import BankAccount, Payout
from koumen.credit.permissions import may_tell_payout
from koumen.credit.queries.lending import verified_account
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity
from koumen.credit.rules.payout import AtTheBank, BankAnswer, PayoutPurpose
from koumen.credit.states import PAYOUT, AccountState, PayoutState
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Missing
from koumen.kit.ids import new_id
from koumen.ledger.commands import accounts_for, post_entry, reverse_entry
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line

BOOKED_BACK = "payout_returned"  # why an activity was taken back


def require_bank_account(held: HeldAccount) -> BankAccount:
    """Where the customer is paid out to; one query. Raises Conflict("bank-account-not-verified")."""
    found = verified_account(held.customer_id)
    if found is None:
        raise Conflict("bank-account-not-verified")
    return found


def instruct(
    held: HeldAccount,
    activity: Activity,
    purpose: PayoutPurpose,
    to: BankAccount,
    *,
    actor: Actor,
    at: datetime,
) -> Payout:
    """Write the instruction for what an activity paid out; part of its command, after the activity is kept.

    Records PayoutAsked.
    """
    row = Payout.objects.create(
        id=new_id(),
        account_id=held.account_id,
        purpose=purpose,
        activity_id=activity.activity_id,
        bank_account=to,
        amount_minor=activity.amount_minor,
        state=PAYOUT.move(None, "ask"),
        asked_at=at,
    )
    event = PayoutAsked(
        subject_id=row.id,
        credit_account_id=held.account_id,
        bank_account_id=to.id,
        purpose=purpose,
        amount_minor=activity.amount_minor,
        currency=held.currency,
    )
    record(event, actor=actor, at=at)
    return row


@command
def tell_payout(*, answer: BankAnswer, actor: Actor, at: datetime) -> Payout:
    """Write down what the bank says of a payout; told again it changes nothing.

    Sent, the money has left our bank account; returned, it is there again, and ``book_back`` does the rest. Records
    PayoutSent or PayoutReturned. Raises Denied("payout-not-yours"), Missing("payout-not-found") or
    Conflict("payout-differs").
    """
    require(may_tell_payout(actor), "payout-not-yours")
    held, row = _held(answer.payout_id, actor)
    if (answer.amount_minor, answer.currency) != (row.amount_minor, held.currency):
        raise Conflict("payout-differs")
    if answer.state is AtTheBank.SENT and row.state == PayoutState.ASKED:
        _send(row, held, answer, actor, at)
    elif answer.state is AtTheBank.RETURNED and row.state != PayoutState.RETURNED:
        _return(row, held, answer, actor, at)
    return row


def _send(row: Payout, held: HeldAccount, answer: BankAnswer, actor: Actor, at: datetime) -> None:
    row.state = PAYOUT.move(PayoutState(row.state), "send")
    # never before it was asked for, never in the future, whatever the bank's clock says
    row.sent_at, row.reference = max(row.asked_at, min(answer.at or at, at)), answer.reference
    accounts = accounts_for(kinds=[AccountKind.PAYOUT, AccountKind.BANK], currency=held.currency)
    entry = post_entry(
        kind=EntryKind.PAYOUT_SENT,
        lines=[Line(accounts[AccountKind.PAYOUT].id, accounts[AccountKind.BANK].id, row.amount_minor)],
        source_id=row.id,
        effective_at=row.sent_at,
        actor=actor,
        at=at,
    )
    row.sent_entry_id = entry.entry_id
    row.save(update_fields=["state", "sent_at", "reference", "sent_entry_id"])
    event = PayoutSent(
        subject_id=row.id,
        credit_account_id=held.account_id,
        amount_minor=row.amount_minor,
        currency=held.currency,
    )
    record(event, actor=actor, at=at)


def _return(row: Payout, held: HeldAccount, answer: BankAnswer, actor: Actor, at: datetime) -> None:
    row.state = PAYOUT.move(PayoutState(row.state), "return")
    row.returned_at, row.return_reason = at, answer.reason or "other"
    row.save(update_fields=["state", "returned_at", "return_reason"])
    if row.sent_entry_id:
        reverse_entry(entry_id=row.sent_entry_id, actor=actor, at=at)
    event = PayoutReturned(
        subject_id=row.id,
        credit_account_id=held.account_id,
        purpose=row.purpose,
        amount_minor=row.amount_minor,
        currency=held.currency,
        reason=row.return_reason,
    )
    record(event, actor=actor, at=at)


@command
def book_back(*, payout_id: UUID, actor: Actor, at: datetime) -> Payout:
    """Take back what a payout that was returned had paid out: the loan was never lent, the credit balance is there again.

    A second time it changes nothing. On an account that was closed meanwhile the money waits where it is: a person
    decides. Records ActivityReversed. Raises Denied("payout-not-yours"), Missing("payout-not-found") or
    Conflict("payout-not-returned").
    """
    require(may_tell_payout(actor), "payout-not-yours")
    held, row = _held(payout_id, actor)
    if row.state != PayoutState.RETURNED:
        raise Conflict("payout-not-returned")
    is_done = ActivityRow.objects.filter(reverses_id=row.activity_id).exists()
    if not is_done and held.state != AccountState.CLOSED:
        reverse_activity(activity_id=row.activity_id, reason=BOOKED_BACK, actor=actor, at=at)
    return row


def _held(payout_id: UUID, actor: Actor) -> tuple[HeldAccount, Payout]:
    """The account and the payout, locked in the order of the house."""
    account_id = Payout.objects.filter(id=payout_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("payout-not-found")
    held = hold_account(actor, account_id)
    return held, lock(Payout.objects.all(), missing="payout-not-found", id=payout_id)
