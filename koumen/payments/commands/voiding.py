"""A receipt that counts no more, because its payment was taken back."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.payments.events import ReceiptVoided
from koumen.payments.models import Receipt
from koumen.payments.permissions import may_void_receipt, receipts_visible_to


@command
def void_receipt(*, payment_id: UUID, reason: str, actor: Actor, at: datetime) -> Receipt:
    """Mark the receipt of a payment void, for good; its number stays used. A second time changes nothing.

    Records ReceiptVoided. Raises Denied("receipt-not-yours") or Missing("receipt-not-found").
    """
    require(may_void_receipt(actor), "receipt-not-yours")
    receipt = lock(receipts_visible_to(actor), missing="receipt-not-found", payment_id=payment_id)
    if receipt.voided_at is not None:
        return receipt
    receipt.voided_at, receipt.void_reason = at, reason
    receipt.save(update_fields=["voided_at", "void_reason"])
    payment = receipt.payment
    event = ReceiptVoided(
        subject_id=receipt.id,
        payment_id=payment.id,
        credit_account_id=payment.account_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        reason=reason,
    )
    record(event, actor=actor, at=at)
    return receipt
