"""What merchants' programs do: buy, give back, hold a part of the limit, take it, let it go; each once by its key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.credit.commands.buying import PurchaseRequest, record_purchase
from koumen.credit.commands.reserving import release_reservation, reserve_limit, take_reservation
from koumen.credit.events.lending import MerchantKeyRenewed, MerchantRegistered
from koumen.credit.models import CreditAccount, Merchant, Purchase, Reservation
from koumen.credit.permissions import may_keep_merchants, merchant_of
from koumen.credit.queries.merchants import merchants_purchase
from koumen.credit.rules.buying import Category
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.rules.posting import check_amount

LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a merchant sells on a customer's line: on which account, by its number, for how much, and what kind it is."""

    account_number: str
    amount_minor: int
    currency: str
    category: Category = Category.ONLINE


@command
def register_merchant(*, name: str, actor: Actor, at: datetime) -> Merchant:
    """Let a merchant's program enter purchases; its key is read by ``queries.merchants.key_of``.

    Records MerchantRegistered. Raises Denied("merchant-not-yours"), Invalid("merchant-name-unreadable") or
    Conflict("merchant-known").
    """
    require(may_keep_merchants(actor), "merchant-not-yours")
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise Invalid("merchant-name-unreadable", field="name")
    row, is_new = Merchant.objects.get_or_create(
        name=name.strip(), defaults={"id": new_id(), "created_at": at}
    )
    if not is_new:
        raise Conflict("merchant-known")
    record(MerchantRegistered(subject_id=row.id), actor=actor, at=at)
    return row


@command
def renew_merchant_key(*, merchant_id: UUID, is_active: bool, actor: Actor, at: datetime) -> Merchant:
    """Give a merchant another key, the old one signs nothing any more; or, no longer active, none at all.

    Records MerchantKeyRenewed. Raises Denied("merchant-not-yours") or Missing("merchant-not-found").
    """
    require(may_keep_merchants(actor), "merchant-not-yours")
    row = lock(Merchant.objects.all(), missing="merchant-not-found", id=merchant_id)
    row.generation, row.is_active = row.generation + 1, is_active
    row.save(update_fields=["generation", "is_active"])
    event = MerchantKeyRenewed(subject_id=row.id, generation=row.generation, is_active=is_active)
    record(event, actor=actor, at=at)
    return row


@command
def sell(*, order: Order, key: UUID, actor: Actor, at: datetime) -> Purchase:
    """Enter a purchase of a merchant. The same key enters it once.

    Records PurchaseRecorded. Raises Denied("credit-not-yours"), Missing("account-not-found"), what record_purchase
    does of a purchase, and Conflict("key-reused").
    """
    merchant_of(actor)
    check_amount(order.amount_minor)
    memory = remember("merchant_sell", actor=actor, key=key, inputs=_inputs(order), at=at)
    if memory.answer is not None:
        return merchants_purchase(actor=actor, purchase_id=UUID(memory.answer["purchase"]))
    row = record_purchase(purchase=_purchase(order, actor, at), actor=actor, at=at)
    memory.keep(purchase=row.id)
    return row


@command
def give_back(
    *, purchase_id: UUID, amount_minor: int, currency: str, key: UUID, actor: Actor, at: datetime
) -> Purchase:
    """Give a purchase of this merchant back, wholly or in part. The same key gives back once.

    Records PurchaseRecorded. Raises Denied("credit-not-yours"), Missing("purchase-not-found"), Invalid(
    "amount-not-positive" | "currencies-differ") or Conflict("refund-too-large" | "account-closed" | "key-reused").
    """
    merchant_of(actor)
    check_amount(amount_minor)
    inputs = {"purchase": purchase_id, "amount_minor": amount_minor, "currency": currency}
    memory = remember("merchant_give_back", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return merchants_purchase(actor=actor, purchase_id=UUID(memory.answer["refund"]))
    bought = merchants_purchase(actor=actor, purchase_id=purchase_id)
    refund = PurchaseRequest(
        account_id=bought.account_id,
        amount_minor=-amount_minor,
        currency=currency,
        description=bought.description,
        purchased_at=at,
        category=Category(bought.category),
        refund_of=bought.id,
        merchant_id=merchant_of(actor),
    )
    row = record_purchase(purchase=refund, actor=actor, at=at)
    memory.keep(refund=row.id)
    return row


@command
def hold_for_sale(*, order: Order, key: UUID, actor: Actor, at: datetime) -> Reservation:
    """Hold a part of a line's limit for a purchase of a merchant. The same key holds once.

    Records LimitReserved. Raises Denied("credit-not-yours"), Missing("account-not-found"), what reserve_limit does,
    and Conflict("key-reused").
    """
    merchant_of(actor)
    check_amount(order.amount_minor)
    memory = remember("merchant_hold", actor=actor, key=key, inputs=_inputs(order), at=at)
    if memory.answer is not None:
        return Reservation.objects.get(id=memory.answer["reservation"])
    purchase = _purchase(order, actor, at)
    row = reserve_limit(purchase=purchase, reservation_id=new_id(), actor=actor, at=at)
    memory.keep(reservation=row.id)
    return row


@command
def take_for_sale(
    *, reservation_id: UUID, amount_minor: int, key: UUID, actor: Actor, at: datetime
) -> Purchase:
    """The goods are sent: what was held becomes a purchase, of no more than that. The same key takes once.

    Records PurchaseRecorded. Raises Denied("credit-not-yours"), what take_reservation does, and
    Conflict("key-reused").
    """
    merchant_of(actor)
    check_amount(amount_minor)
    inputs = {"reservation": reservation_id, "amount_minor": amount_minor}
    memory = remember("merchant_take", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return merchants_purchase(actor=actor, purchase_id=UUID(memory.answer["purchase"]))
    row = take_reservation(reservation_id=reservation_id, amount_minor=amount_minor, actor=actor, at=at)
    memory.keep(purchase=row.id)
    return row


@command
def let_go_for_sale(*, reservation_id: UUID, key: UUID, actor: Actor, at: datetime) -> Reservation:
    """The purchase comes to nothing: what was held is free again. The same key lets go once.

    Records ReservationReleased. Raises Denied("credit-not-yours"), what release_reservation does, and
    Conflict("key-reused").
    """
    merchant_of(actor)
    inputs = {"reservation": reservation_id}
    memory = remember("merchant_let_go", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return Reservation.objects.get(id=memory.answer["reservation"])
    row = release_reservation(reservation_id=reservation_id, actor=actor, at=at)
    memory.keep(reservation=row.id)
    return row


def _purchase(order: Order, actor: Actor, at: datetime) -> PurchaseRequest:
    account_id = (
        CreditAccount.objects.filter(number=order.account_number).values_list("id", flat=True).first()
    )
    if account_id is None:
        raise Missing("account-not-found")
    return PurchaseRequest(
        account_id=account_id,
        amount_minor=order.amount_minor,
        currency=order.currency,
        description=Merchant.objects.values_list("name", flat=True).get(id=merchant_of(actor)),
        purchased_at=at,
        category=order.category,
        merchant_id=merchant_of(actor),
    )


def _inputs(order: Order) -> dict[str, object]:
    return {
        "account": order.account_number,
        "amount_minor": order.amount_minor,
        "currency": order.currency,
        "category": order.category,
    }
