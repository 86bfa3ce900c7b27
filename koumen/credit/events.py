"""What happens to credit accounts."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class CreditAccountOpened(Event):
    """A line was opened; the subject is the credit account."""

    customer_id: UUID
    limit_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PurchaseRecorded(Event):
    """Something was bought or given back; the subject is the credit account."""

    purchase_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ProductVersionStored(Event):
    """A product got a new version of its parameters; the subject is the version."""

    product: str
    version: int
    effective_from: date


@dataclass(frozen=True, kw_only=True)
class StatementIssued(Event):
    """A bill was made; the subject is the credit account."""

    statement_id: UUID
    balance_minor: int
    minimum_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class BalanceReduced(Event):
    """Money arrived on a credit account; the subject is the credit account."""

    payment_id: UUID
    amount_minor: int
    currency: str
    balance_after_minor: int


@dataclass(frozen=True, kw_only=True)
class QuoteMade(Event):
    """What is owed was put before a customer; the subject is the quote."""

    credit_account_id: UUID
    all_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class AccountsImported(Event):
    """A file of accounts was taken over; the subject is the batch."""

    file_digest: str
    accounts: int
    statements: int


@dataclass(frozen=True, kw_only=True)
class CostSheetShown(Event):
    """All costs of a borrowing were put before somebody; the subject is the cost sheet."""

    credit_account_id: UUID
    purpose: str
    principal_minor: int
    currency: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class CostSheetConfirmed(Event):
    """Somebody confirmed all costs of a borrowing; the subject is the cost sheet."""

    credit_account_id: UUID
    purpose: str
    how: str
    digest: str
    signature_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class CostSheetPrinted(Event):
    """A confirmed cost sheet was made as a document; the subject is the cost sheet."""

    document_id: UUID
