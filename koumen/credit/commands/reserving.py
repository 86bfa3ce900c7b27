"""Holding a part of the limit until a merchant confirms, and then taking it or letting it go."""

from datetime import datetime, timedelta
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.credit.commands.buying import PurchaseRequest, record_purchase, require_room
from koumen.credit.commands.holding import hold_account
from koumen.credit.events import LimitReserved, ReservationReleased
from koumen.credit.models import Purchase, Reservation
from koumen.credit.permissions import may_sell, sold_by, visible_to
from koumen.credit.queries.accounts import position_at
from koumen.credit.rules.buying import Category
from koumen.credit.rules.parameters import PostingBasis
from koumen.credit.states import RESERVATION, AccountState, ReservationState
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.money import Money
from koumen.ledger.rules.posting import check_amount

HELD_FOR = timedelta(days=30)  # a merchant that has not sent anything by then asks again


@command
def reserve_limit(
    *, purchase: PurchaseRequest, reservation_id: UUID, actor: Actor, at: datetime
) -> Reservation:
    """Hold a part of the limit for a purchase; told again with the same id it is the same reservation.

    Nothing is owed yet. Records LimitReserved. Raises Denied("credit-not-yours"), Missing("account-not-found"),
    Invalid("amount-not-positive" | "amount-too-large" | "currencies-differ") or Conflict("limit-exceeded" |
    "account-not-active" | "key-reused").
    """
    require(may_sell(actor), "credit-not-yours")
    check_amount(purchase.amount_minor)
    hold_account(actor, purchase.account_id)
    known = Reservation.objects.filter(id=reservation_id).first()
    if known:
        if (known.account_id, known.amount_minor) != (purchase.account_id, purchase.amount_minor):
            raise Conflict("key-reused")
        return known
    account = position_at(actor=actor, account_id=purchase.account_id, at=at)
    if purchase.currency != account.currency:
        raise Invalid("currencies-differ", field="currency", value=purchase.currency[:40])
    if account.state != AccountState.ACTIVE:
        raise Conflict("account-not-active")
    require_room(account, purchase.amount_minor)
    held = Reservation.objects.create(
        id=reservation_id,
        account_id=purchase.account_id,
        state=RESERVATION.move(None, "hold"),
        amount_minor=purchase.amount_minor,
        description=purchase.description,
        category=purchase.category,
        merchant_id=purchase.merchant_id,
        made_at=at,
        expires_at=at + HELD_FOR,
    )
    event = LimitReserved(
        subject_id=held.id,
        credit_account_id=held.account_id,
        amount_minor=held.amount_minor,
        currency=account.currency,
    )
    record(event, actor=actor, at=at)
    return held


@command
def take_reservation(*, reservation_id: UUID, amount_minor: int, actor: Actor, at: datetime) -> Purchase:
    """The merchant has sent the goods: the reservation becomes a purchase, of no more than was held.

    It counts from now, or from when it was bought, by the product's basis of posting. Told again it is the same purchase. Records PurchaseRecorded. Raises Denied("credit-not-yours"),
    Missing("reservation-not-found") or Conflict("reservation-cannot-take" | "reservation-too-small" | "key-reused").
    """
    require(may_sell(actor), "credit-not-yours")
    check_amount(amount_minor)
    held = _locked(reservation_id, actor)
    known = Purchase.objects.filter(id=reservation_id).first()
    if known:
        if known.amount_minor != amount_minor:
            raise Conflict("key-reused")
        return known
    account = position_at(actor=actor, account_id=held.account_id, at=at)
    if amount_minor > held.amount_minor:
        raise Conflict("reservation-too-small", left=Money(held.amount_minor, account.currency))
    held.state = RESERVATION.move(ReservationState(held.state), "take")
    held.save(update_fields=["state"])
    purchase = PurchaseRequest(
        account_id=held.account_id,
        amount_minor=amount_minor,
        currency=account.currency,
        description=held.description,
        purchased_at=held.made_at,
        category=Category(held.category),
        purchase_id=held.id,
        merchant_id=held.merchant_id,
        posted_at=at if account.parameters.posting_basis == PostingBasis.CONFIRMED else None,
    )
    return record_purchase(purchase=purchase, actor=actor, at=at)


@command
def release_reservation(*, reservation_id: UUID, actor: Actor, at: datetime) -> Reservation:
    """Let a held part of the limit go; told again it changes nothing.

    Records ReservationReleased. Raises Denied("credit-not-yours"), Missing("reservation-not-found") or
    Conflict("reservation-cannot-release").
    """
    require(may_sell(actor), "credit-not-yours")
    held = _locked(reservation_id, actor)
    if held.state == ReservationState.RELEASED:
        return held
    held.state = RESERVATION.move(ReservationState(held.state), "release")
    held.save(update_fields=["state"])
    event = ReservationReleased(subject_id=held.id, credit_account_id=held.account_id)
    record(event, actor=actor, at=at)
    return held


def _locked(reservation_id: UUID, actor: Actor) -> Reservation:
    """The account first, then the reservation."""
    rows = sold_by(actor, Reservation.objects.filter(account__in=visible_to(actor)))
    account_id = rows.filter(id=reservation_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("reservation-not-found")
    hold_account(actor, account_id)
    return lock(rows, missing="reservation-not-found", id=reservation_id)
