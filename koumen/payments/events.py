"""What happens to payments, and to cash between the door and the bank."""

from dataclasses import dataclass
from datetime import datetime
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
class CashWitnessed(Event):
    """The second of a team said how much cash was counted at a visit; the subject is the visit."""

    amount_minor: int
    currency: str


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


@dataclass(frozen=True, kw_only=True)
class FloatOffered(Event):
    """The office counted change money out for an agent; the subject is the float."""

    agent_id: UUID
    shift_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class FloatTaken(Event):
    """The agent counted the same and has it in hand; the subject is the float."""

    agent_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class FloatWithdrawn(Event):
    """Change money was not taken and stays in the safe; the subject is the float."""

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class HandInDeclared(Event):
    """An agent said what they hand in; the subject is the hand-in."""

    agent_id: UUID
    shift_id: UUID
    is_final: bool
    declared_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class HandInCounted(Event):
    """Another person counted a hand-in and it is in the safe; the subject is the hand-in."""

    agent_id: UUID
    is_final: bool
    counted_minor: int
    difference_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class HandInWithdrawn(Event):
    """A hand-in that nobody had counted was taken back; the subject is the hand-in."""

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class CashFetched(Event):
    """Cash came from the bank into the safe; the subject is the fetch."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class DepositPrepared(Event):
    """Cash for the bank was counted and has the number of its slip; the subject is the deposit."""

    number: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class DepositSent(Event):
    """A second person counted the same, and the cash is on its way to the bank; the subject is the deposit."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class DepositArrived(Event):
    """The bank has the cash; the subject is the deposit."""

    arrived_minor: int
    difference_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class DepositWithdrawn(Event):
    """Cash for the bank stays in the safe; the number of the slip stays used. The subject is the deposit."""


@dataclass(frozen=True, kw_only=True)
class CashHeldTooLong(Event):
    """An agent has held cash for longer than the policy allows; the subject is the agent."""

    amount_minor: int
    currency: str
    held_since: datetime


@dataclass(frozen=True, kw_only=True)
class CashReturnOwed(Event):
    """Notes of a payment that was taken back are to be given back; the subject is the return."""

    payment_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class CashReturned(Event):
    """Notes were counted back to who gave them; the subject is the return."""

    payment_id: UUID
    amount_minor: int
    currency: str
    from_safe: bool


@dataclass(frozen=True, kw_only=True)
class NotesNeverCame(Event):
    """No notes came for a payment that was taken back; the subject is the return.

    Nobody had counted since (``hand_in_id`` is None), or that hand-in had missed them.
    """

    payment_id: UUID
    amount_minor: int
    currency: str
    hand_in_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class NotesClaimed(Event):
    """Somebody says that notes which were counted are nobody's; a second person decides. The subject is the return."""

    payment_id: UUID


@dataclass(frozen=True, kw_only=True)
class NotesClaimRefused(Event):
    """Notes are owed to who gave them after all; the subject is the return."""

    payment_id: UUID


@dataclass(frozen=True, kw_only=True)
class NotesKept(Event):
    """Two people say that notes are nobody's: they are a surplus. The subject is the return."""

    payment_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ForgedNoteSeen(Event):
    """A note looked forged and is no money; the subject is the note."""

    visit_id: UUID
    denomination_minor: int
    currency: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class TransferShown(Event):
    """A transfer was begun at a visit; nothing is credited before it is in the bank's file. The subject is the payment."""

    visit_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class SettlementImported(Event):
    """A file of the bank or of the card acquirer was taken; the subject is the file."""

    source: str
    lines: int


@dataclass(frozen=True, kw_only=True)
class SettlementMatched(Event):
    """A line of such a file was matched with what it belongs to; the subject is the line."""

    matched_with: str
    matched_id: UUID | None
    amount_minor: int
    currency: str
