"""Buying with the line, and giving back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.credit.commands.dues import add_unbilled, lock_account, next_version, reduce_dues
from koumen.credit.events import PurchaseRecorded
from koumen.credit.models import CreditAccount, Purchase
from koumen.credit.permissions import may_keep_accounts
from koumen.credit.queries import debts_of
from koumen.credit.rules.allocation import Bucket, allocate_refund
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id
from koumen.ledger.commands import accounts_for, post_entry
from koumen.ledger.models import Account
from koumen.ledger.queries import balance_minor
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.posting import Line, check_amount


@dataclass(frozen=True, kw_only=True)
class PurchaseRequest:
    """Something bought (positive) or given back (negative); the description names a merchant, never a person."""

    account_id: UUID
    amount_minor: int
    currency: str
    description: str
    purchased_at: datetime


@command
def record_purchase(*, purchase: PurchaseRequest, actor: Actor, at: datetime) -> Purchase:
    """Enter a purchase, or a refund, on an account.

    A purchase is taken from a credit balance first; a refund reduces what is not billed, then bills, and
    the rest becomes credit balance. Records PurchaseRecorded. Raises Denied("credit-not-yours"),
    Missing("account-not-found"), Invalid("amount-not-positive" (zero), "amount-too-large",
    "currencies-differ", "purchase-in-the-future") or Conflict("limit-exceeded").
    """
    require(may_keep_accounts(actor), "credit-not-yours")
    account = lock_account(actor, purchase.account_id)
    check_amount(abs(purchase.amount_minor))
    if purchase.currency != account.product.currency:
        raise Invalid("currencies-differ", field="currency", value=purchase.currency[:40])
    if purchase.purchased_at > at:
        raise Invalid("purchase-in-the-future", field="purchased_at")
    row = Purchase.objects.create(
        id=new_id(),
        account=account,
        amount_minor=purchase.amount_minor,
        description=purchase.description,
        purchased_at=purchase.purchased_at,
    )
    if purchase.amount_minor > 0:
        kind, lines = "purchase", _buy(account, purchase.amount_minor)
    else:
        kind, lines = "refund", _give_back(account, -purchase.amount_minor)
    post_entry(
        kind=kind, lines=lines, source_id=row.id, effective_at=purchase.purchased_at, actor=actor, at=at
    )
    next_version(account)
    record(
        PurchaseRecorded(
            subject_id=account.id,
            purchase_id=row.id,
            amount_minor=row.amount_minor,
            currency=purchase.currency,
        ),
        actor=actor,
        at=at,
    )
    return row


def _buy(account: CreditAccount, amount_minor: int) -> list[Line]:
    currency = account.product.currency
    credit = balance_minor(kind=AccountKind.CREDIT_BALANCE, owner_id=account.id, currency=currency)
    owed = sum(debt.unpaid_minor for debt in debts_of(account))
    if owed - credit + amount_minor > account.limit_minor:
        raise Conflict("limit-exceeded", room_minor=max(0, account.limit_minor - owed + credit))
    own = _own_accounts(account, {AccountKind.PRINCIPAL, AccountKind.CREDIT_BALANCE})
    from_credit = min(credit, amount_minor)
    lines = [
        Line(own[AccountKind.CREDIT_BALANCE].id, own[AccountKind.MERCHANT].id, from_credit),
        Line(own[AccountKind.PRINCIPAL].id, own[AccountKind.MERCHANT].id, amount_minor - from_credit),
    ]
    if amount_minor > from_credit:
        add_unbilled(account, Bucket.PRINCIPAL, amount_minor - from_credit)
    return [line for line in lines if line.amount_minor]


def _give_back(account: CreditAccount, amount_minor: int) -> list[Line]:
    given = allocate_refund(debts_of(account), amount_minor)
    kinds = {AccountKind(bucket.value) for bucket in given.by_bucket}
    own = _own_accounts(account, kinds | ({AccountKind.CREDIT_BALANCE} if given.surplus_minor else set()))
    merchant = own[AccountKind.MERCHANT].id
    lines = [
        Line(merchant, own[AccountKind(bucket.value)].id, part) for bucket, part in given.by_bucket.items()
    ]
    if given.surplus_minor:
        lines.append(Line(merchant, own[AccountKind.CREDIT_BALANCE].id, given.surplus_minor))
    reduce_dues(given.by_debt)
    return lines


def _own_accounts(account: CreditAccount, kinds: set[AccountKind]) -> dict[AccountKind, Account]:
    """The ledger accounts of a credit account, and the branch's account for merchants."""
    currency = account.product.currency
    return accounts_for(kinds=kinds, owner_id=account.id, currency=currency) | accounts_for(
        kinds=[AccountKind.MERCHANT], currency=currency
    )
