"""Money has arrived: the debt falls."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.credit.commands.dues import lock_account, next_version, reduce_dues
from koumen.credit.events import BalanceReduced
from koumen.credit.models import CreditAccount, Repayment
from koumen.credit.permissions import may_take_payment
from koumen.credit.queries import debts_of
from koumen.credit.rules.allocation import Allocation, Bucket, allocate_payment
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.commands import accounts_for, post_entry
from koumen.ledger.models import Account
from koumen.ledger.queries import balance_minor
from koumen.ledger.rules.chart import MONEY, AccountKind
from koumen.ledger.rules.posting import Line, check_amount


@dataclass(frozen=True, kw_only=True)
class Received:
    """Money that has arrived: how much, in which ledger account it lies now, and when it was given.

    ``keep_as_credit`` touches no debt: money that nobody meant to give (any more) stays the customer's.
    """

    payment_id: UUID
    amount_minor: int
    debit_account_id: int
    entry_kind: str
    tendered_at: datetime
    keep_as_credit: bool = False


@command
def apply_payment(*, account_id: UUID, received: Received, actor: Actor, at: datetime) -> Repayment:
    """Spread a payment over the debts of an account; what is more than owed becomes credit balance.

    The entry counts from ``received.tendered_at``. Records BalanceReduced. Raises Denied("credit-not-yours"),
    Missing("account-not-found" | "debit-account-not-found"), Invalid("amount-not-positive" |
    "amount-too-large" | "currencies-differ" | "debit-account-holds-no-money" | "tendered-in-the-future") or
    Conflict("payment-already-applied"); then nothing has moved.
    """
    require(may_take_payment(actor), "credit-not-yours")
    account = lock_account(actor, account_id)
    _require_acceptable(account, received, at)
    debts = debts_of(account)
    split = allocate_payment([] if received.keep_as_credit else debts, received.amount_minor)
    entry = post_entry(
        kind=received.entry_kind,
        lines=_lines(account, split, received.debit_account_id),
        source_id=received.payment_id,
        effective_at=received.tendered_at,
        actor=actor,
        at=at,
    )
    reduce_dues(split.by_debt)
    next_version(account)
    owed_before = sum(debt.unpaid_minor for debt in debts)
    repayment = _kept(account, received, split, entry_id=entry.entry_id, owed_before_minor=owed_before)
    record(
        BalanceReduced(
            subject_id=account.id,
            payment_id=received.payment_id,
            amount_minor=received.amount_minor,
            currency=account.product.currency,
            balance_after_minor=repayment.balance_after_minor,
        ),
        actor=actor,
        at=at,
    )
    return repayment


def _require_acceptable(account: CreditAccount, received: Received, at: datetime) -> None:
    """A positive amount, given by now, lying where money lies, and not yet applied."""
    check_amount(received.amount_minor)
    if received.tendered_at > at:
        raise Invalid("tendered-in-the-future", field="tendered_at")
    _require_money_account(account, received.debit_account_id)
    if Repayment.objects.filter(payment_id=received.payment_id).exists():
        raise Conflict("payment-already-applied")


def _kept(
    account: CreditAccount, received: Received, split: Allocation, *, entry_id: UUID, owed_before_minor: int
) -> Repayment:
    """The split that the receipt prints."""
    return Repayment.objects.create(
        id=new_id(),
        account=account,
        payment_id=received.payment_id,
        entry_id=entry_id,
        principal_minor=split.by_bucket.get(Bucket.PRINCIPAL, 0),
        interest_minor=split.by_bucket.get(Bucket.INTEREST, 0),
        late_minor=split.by_bucket.get(Bucket.LATE, 0),
        fee_minor=split.by_bucket.get(Bucket.FEE, 0),
        credit_minor=split.surplus_minor,
        balance_after_minor=_balance_after(account, owed_before_minor, split),
        tendered_at=received.tendered_at,
    )


def _require_money_account(account: CreditAccount, debit_account_id: int) -> None:
    """The money must lie where money can lie, and be counted as the account is."""
    money = Account.objects.filter(id=debit_account_id).first()
    if money is None:
        raise Missing("debit-account-not-found")
    if AccountKind(money.kind) not in MONEY:
        raise Invalid("debit-account-holds-no-money", field="debit_account_id", kind=money.kind)
    if money.currency != account.product.currency:
        raise Invalid("currencies-differ", field="currency", value=money.currency)


def _lines(account: CreditAccount, split: Allocation, debit_id: int) -> list[Line]:
    parts = {AccountKind(bucket.value): part for bucket, part in split.by_bucket.items()}
    if split.surplus_minor:
        parts[AccountKind.CREDIT_BALANCE] = split.surplus_minor
    own = accounts_for(kinds=parts, owner_id=account.id, currency=account.product.currency)
    return [Line(debit_id, own[kind].id, part) for kind, part in parts.items()]


def _balance_after(account: CreditAccount, owed_before_minor: int, split: Allocation) -> int:
    """Debts minus credit balance after the payment; negative: the lender owes the customer."""
    credit = balance_minor(
        kind=AccountKind.CREDIT_BALANCE, owner_id=account.id, currency=account.product.currency
    )
    return owed_before_minor - sum(split.by_debt.values()) - credit
