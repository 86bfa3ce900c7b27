"""What happens to loans that are asked for, payouts, the bank accounts they go to, and merchants."""

from dataclasses import dataclass
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class BankAccountEntered(Event):
    """A bank account that money may be paid out to was entered; the subject is the bank account."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class BankAccountVerified(Event):
    """A second person made sure that a bank account is the customer's own; the subject is the bank account."""

    customer_id: UUID
    how: str


@dataclass(frozen=True, kw_only=True)
class LoanAsked(Event):
    """A customer asks for a loan, all its costs confirmed; the subject is the request."""

    credit_account_id: UUID
    sheet_id: UUID
    amount_minor: int
    instalments: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class LoanLookedAt(Event):
    """One person agreed to a loan that needs two; the subject is the request."""

    credit_account_id: UUID


@dataclass(frozen=True, kw_only=True)
class LoanBegun(Event):
    """A loan was agreed to and is paid out; the subject is the request."""

    credit_account_id: UUID
    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class LoanRequestEnded(Event):
    """A loan was refused, or is not wanted any more; the subject is the request."""

    credit_account_id: UUID
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PayoutAsked(Event):
    """The bank is to pay a customer out; the subject is the payout."""

    credit_account_id: UUID
    bank_account_id: UUID
    purpose: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PayoutSent(Event):
    """The bank has paid a customer out; the subject is the payout."""

    credit_account_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PayoutReturned(Event):
    """The money of a payout came back, or never left; the subject is the payout."""

    credit_account_id: UUID
    purpose: str
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MerchantRegistered(Event):
    """A merchant's program may enter purchases; the subject is the merchant."""


@dataclass(frozen=True, kw_only=True)
class MerchantKeyRenewed(Event):
    """A merchant has another key, or none any more; the subject is the merchant."""

    generation: int
    is_active: bool
