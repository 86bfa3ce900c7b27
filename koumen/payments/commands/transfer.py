"""A bank transfer that a customer shows at the door: nothing is credited before it is in the bank's file."""

from datetime import date, datetime, time
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.payments.commands.tendering import agreement_to_pay, begin_payment, lock_visit_of_money, receive
from koumen.payments.events import PaymentClosed, TransferShown
from koumen.payments.models import Payment
from koumen.payments.permissions import may_match_lines, may_take_money, visible_to
from koumen.payments.rules.codes import is_transfer_code, transfer_code
from koumen.payments.states import PAYMENT, PaymentState
from koumen.visits.models import Visit
from koumen.visits.permissions import visible_to as visits_visible_to


@command
def show_transfer(
    *, visit_id: UUID, amount_minor: int, key: UUID, actor: Actor, at: datetime, code: str = ""
) -> Payment:
    """Begin a transfer: the customer writes its code as the purpose. The debt stays until the bank has the money.

    ``code``: one that a phone without a signal has shown already; else a new one is made. What was shown counts
    against the agreed amount, so that it is not taken twice. The same key gives the same payment. Records
    TransferShown. Raises Missing("visit-not-found"), Denied("visit-not-yours"),
    Invalid("amount-not-positive" | "transfer-code-unreadable") or Conflict("code-not-accepted" | "tender-open" |
    "above-agreed" | "owed-less-now" | "transfer-code-used" | "key-reused").
    """
    inputs = {"visit": visit_id, "amount_minor": amount_minor, **({"code": code} if code else {})}
    memory = remember("show_transfer", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return visible_to(actor).get(id=memory.answer["payment"])
    visit = lock_visit_of_money(visit_id, actor)
    agreement = agreement_to_pay(visit, amount_minor, at)
    if code and not is_transfer_code(code):
        raise Invalid("transfer-code-unreadable", field="code")
    if code and Payment.objects.filter(transfer_code=code).exists():
        raise Conflict("transfer-code-used")
    payment = begin_payment(
        visit,
        agreement,
        tender="transfer",
        amount_minor=amount_minor,
        at=at,
        transfer_code=code or transfer_code(),
    )
    event = TransferShown(
        subject_id=payment.id, visit_id=visit.id, amount_minor=amount_minor, currency=payment.currency
    )
    record(event, actor=actor, at=at)
    memory.keep(payment=payment.id)
    return payment


@command
def drop_transfer(*, payment_id: UUID, actor: Actor, at: datetime) -> Payment:
    """A transfer did not happen: by the agent at the visit, or by finance when it never came. Twice changes nothing.

    Records PaymentClosed. Raises Missing("payment-not-found"), Denied("payment-not-yours") or
    Conflict("payment-cannot-close").
    """
    visit, payment = _locked(payment_id, actor)
    require(may_take_money(actor, visit) or may_match_lines(actor), "payment-not-yours")
    if payment.state == PaymentState.CLOSED:
        return payment
    if payment.tender != "transfer":
        raise Conflict("payment-cannot-close")
    payment.state = PAYMENT.move(PaymentState(payment.state), "close")
    payment.close_reason = "transfer_not_made"
    payment.save(update_fields=["state", "close_reason"])
    record(PaymentClosed(subject_id=payment.id, reason="transfer_not_made"), actor=actor, at=at)
    return payment


@command
def settle_transfer(
    *, payment_id: UUID, reference: str, arrived_on: date, actor: Actor, at: datetime
) -> Payment:
    """The bank has the money: the debt falls as of the day it arrived, and the receipt is issued now.

    An inner command of matching. Records PaymentMade (and BalanceReduced). Raises Denied("payment-not-yours"),
    Missing("payment-not-found") or Conflict("payment-cannot-settle" | "payment-paid-otherwise").
    """
    require(may_match_lines(actor), "payment-not-yours")
    _visit, payment = _locked(payment_id, actor)
    if payment.tender != "transfer" or payment.state == PaymentState.PAID:
        raise Conflict("payment-paid-otherwise")
    payment.state = PAYMENT.move(PaymentState(payment.state), "settle")
    # the whole of the day counts for the customer, but never a moment before the transfer was begun or after now
    noon = datetime.combine(arrived_on, time(12), this_branch().zone)
    payment.paid_at = max(payment.opened_at, min(noon, at))
    payment.provider_reference = reference
    payment.save(update_fields=["state", "paid_at", "provider_reference"])
    bank = account_for(kind=AccountKind.BANK, currency=payment.currency)
    return receive(
        payment,
        debit_account_id=bank.id,
        entry_kind=EntryKind.TRANSFER_IN,
        tendered_at=payment.paid_at,
        actor=actor,
        at=at,
    )


def _locked(payment_id: UUID, actor: Actor) -> tuple[Visit, Payment]:
    """Visit first, then payment: the order in which every command waits."""
    visit_id = visible_to(actor).filter(id=payment_id).values_list("visit_id", flat=True).first()
    if visit_id is None:
        raise Missing("payment-not-found")
    visit = lock(visits_visible_to(actor), missing="payment-not-found", id=visit_id)
    return visit, lock(visible_to(actor), missing="payment-not-found", id=payment_id)
