"""Merchants' programs: buy on a customer's line, give back, hold a part of the limit, take it, let it go.

A request names its merchant (Koumen-Merchant) and is signed with the merchant's key (Koumen-Timestamp,
Koumen-Signature): see docs/reference/merchants.md. Each one that changes something has an Idempotency-Key of its own,
a UUID: sent again it is answered alike, with another body it is refused and nothing moves.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.security import APIKeyHeader

from koumen.credit.commands import merchants as commands
from koumen.credit.commands.merchants import Order
from koumen.credit.queries.merchants import active_merchant, key_of, merchants_purchase
from koumen.credit.rules.buying import Category
from koumen.credit.rules.merchants import signed_text
from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Denied, Invalid
from koumen.kit.signed import SIGNATURE, TIMESTAMP, is_fresh, is_signed

if TYPE_CHECKING:
    from koumen.credit.models import Reservation

MERCHANT, ONCE = "Koumen-Merchant", "Idempotency-Key"
CREATED = 201


class MerchantSignature(APIKeyHeader):
    """Who signs the request; it lasts five minutes."""

    param_name = MERCHANT

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor:
        """The merchant as who acts. Raises Denied("request-not-signed" | "request-too-old").

        An unknown merchant and a wrong signature are the same answer; who cannot sign learns nothing about clocks.
        """
        merchant_id = _uuid(key or "")
        merchant = active_merchant(merchant_id) if merchant_id else None
        timestamp = request.headers.get(TIMESTAMP, "")
        signed = request.headers.get(SIGNATURE, "")
        text = signed_text(
            request.method or "", request.get_full_path(), request.headers.get(ONCE, ""), request.body
        )
        if merchant is None or not is_signed(key_of(merchant), timestamp=timestamp, signed=signed, body=text):
            raise Denied("request-not-signed")
        if not is_fresh(timestamp, clock.now()):
            raise Denied("request-too-old")
        return Actor(Role.MERCHANT, merchant.id)


router = Router(auth=MerchantSignature(), tags=["merchants"])


class Sale(Schema):
    """What is sold on a customer's line; the account by the number that the customer named, the amount in minor units."""

    account: str
    amount_minor: int
    currency: str
    category: Literal["online", "shop", "utility"] = "online"


class Amount(Schema):
    """An amount in minor units of a currency."""

    amount_minor: int
    currency: str


class Taken(Schema):
    """What of a reservation is taken, in minor units of its currency."""

    amount_minor: int


class PurchaseTold(Schema):
    """A purchase, or (below zero) what was given back of one."""

    purchase: UUID
    amount_minor: int
    currency: str
    at: datetime
    refund_of: UUID | None = None


class ReservationTold(Schema):
    """A part of the limit that is held, taken or released."""

    reservation: UUID
    amount_minor: int
    state: str
    expires_at: datetime


class Problem(Schema):
    """A refusal (RFC 9457): ``code`` says which one; nothing has changed."""

    type: str
    title: str
    status: int
    code: str
    field: str | None = None


REFUSALS = dict.fromkeys((403, 404, 409, 422), Problem)


@router.post("/purchases", response={CREATED: PurchaseTold, **REFUSALS})
def buy(request: HttpRequest, sale: Sale) -> Status[PurchaseTold]:
    """Buy on a customer's line. Refused: account-not-found, account-not-active, limit-exceeded, currencies-differ …"""
    actor = _actor(request)
    row = commands.sell(order=_order(sale), key=_key(request), actor=actor, at=clock.now())
    return Status(CREATED, _purchase(actor, row.id))


@router.get("/purchases/{purchase_id}", response={200: PurchaseTold, **REFUSALS})
def purchase(request: HttpRequest, purchase_id: UUID) -> PurchaseTold:
    """One purchase that this merchant entered. Refused: purchase-not-found."""
    return _purchase(_actor(request), purchase_id)


@router.post("/purchases/{purchase_id}/refunds", response={CREATED: PurchaseTold, **REFUSALS})
def refund(request: HttpRequest, purchase_id: UUID, amount: Amount) -> Status[PurchaseTold]:
    """Give a purchase back, wholly or in part. Refused: purchase-not-found, refund-too-large, currencies-differ …"""
    actor = _actor(request)
    row = commands.give_back(
        purchase_id=purchase_id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        key=_key(request),
        actor=actor,
        at=clock.now(),
    )
    return Status(CREATED, _purchase(actor, row.id))


@router.post("/reservations", response={CREATED: ReservationTold, **REFUSALS})
def reserve(request: HttpRequest, sale: Sale) -> Status[ReservationTold]:
    """Hold a part of the limit until the goods are sent. Refused: as a purchase."""
    row = commands.hold_for_sale(order=_order(sale), key=_key(request), actor=_actor(request), at=clock.now())
    return Status(CREATED, _reservation(row))


@router.post("/reservations/{reservation_id}/capture", response={CREATED: PurchaseTold, **REFUSALS})
def capture(request: HttpRequest, reservation_id: UUID, taken: Taken) -> Status[PurchaseTold]:
    """The goods are sent: it becomes a purchase. Refused: reservation-not-found, reservation-too-small …"""
    actor = _actor(request)
    row = commands.take_for_sale(
        reservation_id=reservation_id,
        amount_minor=taken.amount_minor,
        key=_key(request),
        actor=actor,
        at=clock.now(),
    )
    return Status(CREATED, _purchase(actor, row.id))


@router.post("/reservations/{reservation_id}/release", response={200: ReservationTold, **REFUSALS})
def release(request: HttpRequest, reservation_id: UUID) -> ReservationTold:
    """Let it go. Refused: reservation-not-found, reservation-cannot-release."""
    row = commands.let_go_for_sale(
        reservation_id=reservation_id, key=_key(request), actor=_actor(request), at=clock.now()
    )
    return _reservation(row)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]  # ninja keeps there who was authenticated
    return actor


def _key(request: HttpRequest) -> UUID:
    """The request's own key. Raises Invalid("idempotency-key-missing")."""
    key = _uuid(request.headers.get(ONCE, ""))
    if key is None:
        raise Invalid("idempotency-key-missing", field=ONCE)
    return key


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _order(sale: Sale) -> Order:
    return Order(
        account_number=sale.account,
        amount_minor=sale.amount_minor,
        currency=sale.currency,
        category=Category(sale.category),
    )


def _reservation(row: "Reservation") -> ReservationTold:
    return ReservationTold(
        reservation=row.id, amount_minor=row.amount_minor, state=row.state, expires_at=row.expires_at
    )


def _purchase(actor: Actor, purchase_id: UUID) -> PurchaseTold:
    row = merchants_purchase(actor=actor, purchase_id=purchase_id)
    return PurchaseTold(
        purchase=row.id,
        amount_minor=row.amount_minor,
        currency=row.account.product.currency,
        at=row.purchased_at,
        refund_of=row.refund_of_id,
    )
