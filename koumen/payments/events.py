"""What happens to payments."""

from dataclasses import dataclass
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentOpened(Event):
    """A wallet payment waits for the provider; the subject is the payment."""

    visit_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentMade(Event):
    """Money was received; the subject is the payment."""

    visit_id: UUID
    credit_account_id: UUID
    receipt_id: UUID
    tender: str
    amount_minor: int
    currency: str
    is_late: bool = False  # a closed tender that succeeded after all: it became a credit balance


@dataclass(frozen=True, kw_only=True)
class WalletShown(Event):
    """The provider made a charge and the QR can be shown; the subject is the payment."""


@dataclass(frozen=True, kw_only=True)
class ReceiptPrinted(Event):
    """The PDF of a receipt was made and stored; the subject is the receipt."""

    document_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReceiptVoided(Event):
    """The payment of a receipt was taken back, so the receipt counts no more; the subject is the receipt."""

    payment_id: UUID
    credit_account_id: UUID
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PaymentLostSight(Event):
    """The provider's answer is unknown; it will be queried; the subject is the payment."""


@dataclass(frozen=True, kw_only=True)
class PaymentClosed(Event):
    """The tender came to nothing and is closed at the provider; the subject is the payment."""

    reason: str
