"""Buying with the line, and giving back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from koumen.audit.command import command, require
from koumen.audit.commands import fact_row
from koumen.branch.queries import this_branch
from koumen.credit.commands.entering import begin, enter
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import keep
from koumen.credit.events import PurchaseRecorded
from koumen.credit.models import InstalmentPlan, Purchase
from koumen.credit.permissions import may_sell
from koumen.credit.queries.buying import reserved_minor, returned_minor
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.buying import Category, room_minor
from koumen.credit.rules.calendar import billed_on
from koumen.credit.rules.parameters import Parameters
from koumen.credit.states import AccountState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.rules.posting import check_amount


@dataclass(frozen=True, kw_only=True)
class PurchaseRequest:
    """Something bought (positive) or given back (negative); the description names a merchant, never a person.

    ``refund_of``: the purchase that is given back, wholly or in part. ``purchase_id``: the merchant's own id of
    the event, when it may be told twice. ``posted_at``: the moment from which it counts; without it the moment when
    it was bought or, when the bill of that day is made already, now: nobody is late with what no bill has named.
    ``merchant_id``: whose program enters it; a merchant gives back only what it sold.
    """

    account_id: UUID
    amount_minor: int
    currency: str
    description: str
    purchased_at: datetime
    category: Category = Category.SHOP
    refund_of: UUID | None = None
    purchase_id: UUID | None = None
    posted_at: datetime | None = None
    merchant_id: UUID | None = None


@command
def record_purchase(*, purchase: PurchaseRequest, actor: Actor, at: datetime) -> Purchase:
    """Enter a purchase, or a refund, on an account.

    A purchase is taken from a credit balance first; a refund shortens the plan of its purchase, then reduces what
    is not billed, then bills, and the rest becomes credit balance. Told again with the same id it changes nothing. Records PurchaseRecorded. Raises
    Denied("credit-not-yours"), Missing("account-not-found" | "purchase-not-found"), Invalid("amount-not-positive"
    (zero), "amount-too-large", "currencies-differ", "purchase-in-the-future") or Conflict("limit-exceeded" |
    "account-not-active" | "refund-too-large").
    """
    require(may_sell(actor), "credit-not-yours")
    check_amount(abs(purchase.amount_minor))
    if max(purchase.purchased_at, purchase.posted_at or purchase.purchased_at) > at:
        raise Invalid("purchase-in-the-future", field="purchased_at")
    held = hold_account(actor, purchase.account_id)
    if known := _known(purchase):
        return known
    _require_possible(held, purchase)
    change = begin(held, actor=actor, at=at)
    if purchase.amount_minor > 0:
        require_room(held, purchase.amount_minor)
    row = Purchase(
        id=purchase.purchase_id or new_id(),
        account_id=held.account_id,
        amount_minor=purchase.amount_minor,
        description=purchase.description,
        category=purchase.category,
        purchased_at=purchase.purchased_at,
        refund_of=_refunded(purchase),
        merchant_id=purchase.merchant_id,
    )
    row.save(force_insert=True)
    counts_from = _counts_from(purchase, held.parameters, at)
    enter(change, _activity(row, counts_from))
    event = PurchaseRecorded(
        subject_id=held.account_id,
        purchase_id=row.id,
        amount_minor=row.amount_minor,
        currency=held.currency,
    )
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change)
    return row


def require_room(held: HeldAccount, amount_minor: int) -> None:
    """Raises Conflict("limit-exceeded", room_minor=…)."""
    room = room_minor(held.limit_minor, held.position, reserved_minor(held.account_id))
    if amount_minor > room:
        raise Conflict("limit-exceeded", room_minor=max(0, room))


def _known(purchase: PurchaseRequest) -> Purchase | None:
    """The purchase told before; another one under the same id is refused."""
    known = Purchase.objects.filter(id=purchase.purchase_id).first() if purchase.purchase_id else None
    if known and (known.account_id, known.amount_minor) != (purchase.account_id, purchase.amount_minor):
        raise Conflict("key-reused")
    return known


def _require_possible(held: HeldAccount, purchase: PurchaseRequest) -> None:
    if purchase.currency != held.currency:
        raise Invalid("currencies-differ", field="currency", value=purchase.currency[:40])
    if purchase.amount_minor > 0 and held.state != AccountState.ACTIVE:
        raise Conflict("account-not-active")
    if held.state == AccountState.CLOSED:
        raise Conflict("account-closed")


def _refunded(purchase: PurchaseRequest) -> Purchase | None:
    """What is given back: a purchase of this account, and never more of it than was bought."""
    if purchase.refund_of is None:
        return None
    rows = Purchase.objects.filter(account_id=purchase.account_id, amount_minor__gt=0)
    if purchase.merchant_id:
        rows = rows.filter(merchant_id=purchase.merchant_id)
    bought = rows.filter(id=purchase.refund_of).first()
    if bought is None or purchase.amount_minor > 0:
        raise Missing("purchase-not-found")
    left = bought.amount_minor - returned_minor(bought.id)
    if -purchase.amount_minor > left:
        raise Conflict("refund-too-large", left_minor=left)
    return bought


def _counts_from(purchase: PurchaseRequest, parameters: Parameters, at: datetime) -> datetime:
    """From when it counts; what is given back always from its own moment."""
    if purchase.posted_at is not None:
        return purchase.posted_at
    zone = this_branch().zone
    billed = billed_on(local_date(purchase.purchased_at, zone), parameters.bill_day)
    is_missed = purchase.amount_minor > 0 and billed <= local_date(at, zone)
    return at if is_missed else purchase.purchased_at


def _activity(row: Purchase, counts_from: datetime) -> Activity:
    is_refund = row.amount_minor < 0
    plan = (
        InstalmentPlan.objects.filter(
            Q(purchase_id=row.refund_of_id) | Q(chosen__purchase_id=row.refund_of_id), is_over=False
        ).first()
        if row.refund_of_id
        else None
    )
    return Activity(
        activity_id=row.id,
        kind=ActivityKind.REFUND if is_refund else ActivityKind.PURCHASE,
        effective_at=counts_from,
        on=local_date(counts_from, this_branch().zone),
        amount_minor=abs(row.amount_minor),
        from_bank=row.category == Category.CARD_BILL and not is_refund,
        plan_id=plan.id if plan else None,
    )
