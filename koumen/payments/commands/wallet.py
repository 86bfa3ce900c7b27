"""Payment by wallet QR: pending until paid, or closed at the provider; never guessed."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Missing
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.payments.commands.tendering import agreement_to_pay, begin_payment, lock_visit_of_money, receive
from koumen.payments.events import PaymentClosed, PaymentLostSight, PaymentOpened, WalletShown
from koumen.payments.models import Payment
from koumen.payments.permissions import may_settle_payment, visible_to
from koumen.payments.queries import remaining_minor
from koumen.payments.rules.wallet import QR_LIVES, Charge
from koumen.payments.states import PAYMENT, PaymentState
from koumen.visits.models import Visit
from koumen.visits.permissions import visible_to as visits_visible_to
from koumen.visits.states import VISIT, VisitState


@command
def open_wallet(*, visit_id: UUID, amount_minor: int, key: UUID, actor: Actor, at: datetime) -> Payment:
    """Begin a wallet payment; the provider is asked for its QR afterwards (``jobs.start_wallet``).

    While it is open no other tender can begin. The same key gives the same payment. Records PaymentOpened. Raises
    Missing("visit-not-found"), Denied("visit-not-yours"), Invalid("amount-not-positive") or
    Conflict("code-not-accepted" | "tender-open" | "above-agreed" | "owed-less-now" | "key-reused").
    """
    inputs = {"visit": visit_id, "amount_minor": amount_minor}
    memory = remember("open_wallet", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return visible_to(actor).get(id=memory.answer["payment"])
    visit = lock_visit_of_money(visit_id, actor)
    agreement = agreement_to_pay(visit, amount_minor, at)
    payment = begin_payment(
        visit,
        agreement,
        tender="wallet",
        amount_minor=amount_minor,
        at=at,
        expires_at=at + QR_LIVES,
    )
    record(
        PaymentOpened(
            subject_id=payment.id, visit_id=visit.id, amount_minor=amount_minor, currency=payment.currency
        ),
        actor=actor,
        at=at,
    )
    memory.keep(payment=payment.id)
    return payment


@command
def show_wallet(*, charge: Charge, actor: Actor, at: datetime) -> Payment:
    """The provider has made the charge: its QR can be shown. A second time changes nothing.

    Records WalletShown. Raises Missing("payment-not-found") or Denied("payment-not-yours").
    """
    require(may_settle_payment(actor), "payment-not-yours")
    payment = lock(visible_to(actor), missing="payment-not-found", id=charge.payment_id)
    if payment.qr_text or payment.state not in (PaymentState.PENDING, PaymentState.UNKNOWN):
        return payment
    payment.provider_reference, payment.qr_text = charge.reference, charge.qr_text
    payment.save(update_fields=["provider_reference", "qr_text"])
    record(WalletShown(subject_id=payment.id), actor=actor, at=at)
    return payment


@command
def settle_wallet(*, charge: Charge, actor: Actor, at: datetime) -> Payment:
    """The provider says paid: the debt falls and a receipt is issued; told twice, once.

    A success after the tender was closed, or beyond what is still agreed, is money all the same: it is kept as
    the customer's credit balance (``is_late``), and the visit does not change. Records PaymentMade. Raises
    Denied("payment-not-yours"), Missing("payment-not-found"), Conflict("charge-differs" | "payment-paid-otherwise").
    """
    require(may_settle_payment(actor), "payment-not-yours")
    visit, payment = _locked(charge.payment_id, actor)
    if payment.state == PaymentState.PAID:
        if payment.provider_reference != charge.reference:
            raise Conflict("payment-paid-otherwise")
        return payment
    _require_same(payment, charge)
    payment.is_late = not _is_in_time(visit, payment)
    payment.state = PAYMENT.move(PaymentState(payment.state), "settle")
    # never before the tender was opened, never in the future, whatever the provider's clock says
    tendered_at = max(payment.opened_at, min(charge.paid_at or at, at))
    payment.paid_at, payment.provider_reference = tendered_at, charge.reference
    payment.save(update_fields=["state", "paid_at", "provider_reference", "is_late"])
    wallet = account_for(kind=AccountKind.WALLET, currency=payment.currency)
    return receive(
        payment,
        debit_account_id=wallet.id,
        entry_kind=EntryKind.WALLET_TENDER,
        tendered_at=tendered_at,
        actor=actor,
        at=at,
    )


@command
def close_wallet(*, payment_id: UUID, reason: str, actor: Actor, at: datetime) -> Payment:
    """The tender came to nothing and the provider has closed it; a second time changes nothing.

    Records PaymentClosed. Raises Denied("payment-not-yours"), Missing("payment-not-found") or
    Conflict("payment-cannot-close").
    """
    require(may_settle_payment(actor), "payment-not-yours")
    _visit, payment = _locked(payment_id, actor)
    if payment.state == PaymentState.CLOSED:
        return payment
    payment.state = PAYMENT.move(PaymentState(payment.state), "close")
    payment.close_reason = reason
    payment.save(update_fields=["state", "close_reason"])
    record(PaymentClosed(subject_id=payment.id, reason=reason), actor=actor, at=at)
    return payment


@command
def lose_sight(*, payment_id: UUID, actor: Actor, at: datetime) -> Payment:
    """The provider did not answer: nothing is assumed, nothing else is tendered, it will be asked again.

    Records PaymentLostSight, the first time. Raises Denied("payment-not-yours"), Missing("payment-not-found") or
    Conflict("payment-cannot-lose_sight").
    """
    require(may_settle_payment(actor), "payment-not-yours")
    _visit, payment = _locked(payment_id, actor)
    if payment.state == PaymentState.UNKNOWN:
        return payment
    payment.state = PAYMENT.move(PaymentState(payment.state), "lose_sight")
    payment.save(update_fields=["state"])
    record(PaymentLostSight(subject_id=payment.id), actor=actor, at=at)
    return payment


def _locked(payment_id: UUID, actor: Actor) -> tuple[Visit, Payment]:
    """Visit first, then payment: the order in which every command waits."""
    visit_id = visible_to(actor).filter(id=payment_id).values_list("visit_id", flat=True).first()
    if visit_id is None:
        raise Missing("payment-not-found")
    visit = lock(visits_visible_to(actor), missing="payment-not-found", id=visit_id)
    return visit, lock(visible_to(actor), missing="payment-not-found", id=payment_id)


def _require_same(payment: Payment, charge: Charge) -> None:
    """Another amount than the one on the QR is nobody's payment until a person has looked."""
    if (charge.amount_minor, charge.currency) != (payment.amount_minor, payment.currency):
        raise Conflict("charge-differs")


def _is_in_time(visit: Visit, payment: Payment) -> bool:
    return VISIT.can(VisitState(visit.state), "pay") and payment.amount_minor <= remaining_minor(visit)
