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
    """A bill was made for one account alone, before the night came to it; the subject is the credit account."""

    statement_id: UUID
    balance_minor: int
    minimum_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class GracesEnded(Event):
    """The night judged bills whose grace had ended; the subject is the chunk, and the source of its entries.

    One fact for thousands of accounts: what became of each bill is in its row, what was charged in the books.
    """

    on: date
    currency: str
    judged: int
    late: int
    late_minor: int


@dataclass(frozen=True, kw_only=True)
class BillsMade(Event):
    """The night made bills; the subject is the chunk, and the source of its entries.

    One fact for thousands of bills: each bill is a row that never changes. They are those of the day with this
    ``through_entry_id``; ``digest`` is SHA-256, hexadecimal, of a line "account balance minimum" for each, in the
    order of the accounts' ids.
    """

    on: date
    currency: str
    bills: int
    balance_minor: int
    minimum_minor: int
    interest_minor: int
    late_charges_minor: int
    plan_charges_minor: int
    through_entry_id: int
    digest: str


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
    signature_sha256: str | None


@dataclass(frozen=True, kw_only=True)
class CostSheetPrinted(Event):
    """A confirmed cost sheet was made as a document; the subject is the cost sheet."""

    document_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlanStarted(Event):
    """A debt became instalments, or a loan was paid out; the subject is the plan."""

    credit_account_id: UUID
    plan_kind: str
    amount_minor: int
    charge_minor: int
    instalments: int
    currency: str
    sheet_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlanSettled(Event):
    """All instalments to come are owed now; the subject is the plan."""

    credit_account_id: UUID
    pay_minor: int
    saved_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class DueDayChanged(Event):
    """Bills will be due on another day; the subject is the credit account."""

    due_day: int


@dataclass(frozen=True, kw_only=True)
class LateChargesPaused(Event):
    """Late charges rest until a day; the subject is the credit account."""

    until: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class CreditRefunded(Event):
    """A credit balance was paid out; the subject is the credit account."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ActivityReversed(Event):
    """Something on an account was taken back as if it had never been; the subject is what was taken back."""

    credit_account_id: UUID
    activity_kind: str
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChargeWaived(Event):
    """A charge was let go; the subject is the credit account."""

    bucket: str
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AccountWrittenOff(Event):
    """A debt was given up in the books; the subject is the credit account."""

    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class LimitChanged(Event):
    """How much an account may owe was changed; the subject is the credit account."""

    before_minor: int
    limit_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CreditAccountClosed(Event):
    """An account with nothing open was closed; the subject is the credit account."""


@dataclass(frozen=True, kw_only=True)
class ProposalMade(Event):
    """One person proposed what a second one must agree to; the subject is the proposal."""

    credit_account_id: UUID
    act: str
    amount_minor: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ProposalDecided(Event):
    """A second person agreed or refused; the subject is the proposal."""

    credit_account_id: UUID
    act: str
    is_approved: bool


@dataclass(frozen=True, kw_only=True)
class LimitReserved(Event):
    """A part of the limit is held for a purchase; the subject is the reservation."""

    credit_account_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ReservationReleased(Event):
    """A held part of the limit is free again; the subject is the reservation."""

    credit_account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RepaymentPlanProposed(Event):
    """A repayment plan was put before a customer; the subject is the plan. Its answers are named by version only."""

    credit_account_id: UUID
    answers_version: int
    owed_minor: int
    pay_minor: int
    months: int
    currency: str
    channel: str
    visit_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RepaymentPlanAgreed(Event):
    """A repayment plan was agreed, or mended (a later version); the subject is the plan."""

    credit_account_id: UUID
    version: int
    sheet_id: UUID
    total_minor: int
    pay_minor: int
    currency: str
    first_due: date
    last_due: date
    channel: str
    visit_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RepaymentPlanPaused(Event):
    """A repayment plan rests until a day; the subject is the plan."""

    credit_account_id: UUID
    version: int
    until: date


@dataclass(frozen=True, kw_only=True)
class RepaymentPlanResumed(Event):
    """The pause of a repayment plan is over; the subject is the plan."""

    credit_account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RepaymentPlanEnded(Event):
    """A repayment plan was paid, broken or withdrawn; the subject is the plan."""

    credit_account_id: UUID
    how: str


@dataclass(frozen=True, kw_only=True)
class RepaymentPlanRestored(Event):
    """A payment given in time arrived: the plan was kept after all; the subject is the plan."""

    credit_account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RepaymentReviewDue(Event):
    """It is time to look again whether a repayment plan fits; the subject is the plan."""

    credit_account_id: UUID
    days: int


@dataclass(frozen=True, kw_only=True)
class RepaymentReviewed(Event):
    """Somebody looked again whether a repayment plan fits; the subject is the plan."""

    credit_account_id: UUID
    days: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class RepaymentAnswersDeleted(Event):
    """The answers a repayment plan was made from are no longer kept; the subject is the plan."""

    credit_account_id: UUID
    versions: int
