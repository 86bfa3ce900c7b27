"""None of the slots suited: what the customer would have liked is worth knowing, and worth waiting for."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.credit.models import CreditAccount
from koumen.dispatch.events import PlaceAnswered, WaitingJoined, WaitingLeft, WishMade
from koumen.dispatch.models import PlaceOffer, Waiting, Wish
from koumen.dispatch.permissions import may_make_wish, may_wait, waiting_visible_to
from koumen.dispatch.queries.ground import district_of
from koumen.dispatch.rules.slot import PartOfDay
from koumen.dispatch.rules.wish import VisitWish
from koumen.dispatch.states import IN_LINE, PLACE_OFFER, WAITING, OfferState, WaitingState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.place import Place
from koumen.people.commands import reveal
from koumen.people.models import Customer

_HOURS = range(24)


@dataclass(frozen=True, kw_only=True)
class WaitRequest:
    """What a customer waits for, and on which day and part of it."""

    customer_id: UUID
    account_id: UUID
    date: date
    part_of_day: str
    wanted_minor: int
    currency: str
    wish: VisitWish
    hour: int | None = None


@command
def make_wish(
    *, customer_id: UUID, date: date, part_of_day: str, hour: int | None = None, actor: Actor, at: datetime
) -> Wish:
    """Write down when a customer would have liked a visit, and in which district: by outlines, else by their address.

    Records WishMade. Raises Denied("visit-not-yours-to-book"), Missing("customer-not-found"),
    Invalid("part-of-day-unknown" | "hour-unknown" | "wish-in-the-past").
    """
    require(may_make_wish(actor, customer_id), "visit-not-yours-to-book")
    if part_of_day not in set(PartOfDay):
        raise Invalid("part-of-day-unknown", field="part_of_day", value=part_of_day[:40])
    if hour is not None and hour not in _HOURS:
        raise Invalid("hour-unknown", field="hour", value=hour)
    if date < local_date(at, this_branch().zone):
        raise Invalid("wish-in-the-past", field="date")
    customer = Customer.objects.filter(id=customer_id).first()
    if customer is None:
        raise Missing("customer-not-found")
    wish = Wish.objects.create(
        customer_id=customer_id,
        date=date,
        part_of_day=part_of_day,
        hour=hour,
        district=_district(customer, actor, at),
        made_at=at,
    )
    record(WishMade(subject_id=customer_id, date=date, part_of_day=part_of_day), actor=actor, at=at)
    return wish


def _district(customer: Customer, actor: Actor, at: datetime) -> str:
    """Where outlines say it, nobody's address is read."""
    if customer.latitude is not None and customer.longitude is not None:
        by_outline = district_of(Place(customer.latitude, customer.longitude))
        if by_outline:
            return by_outline
    known = reveal(person_ids=[customer.person_id], purpose="wish", actor=actor, at=at)
    return known[customer.person_id].district


@command
def join_waiting_list(*, request: WaitRequest, actor: Actor, at: datetime) -> Waiting:
    """Wait for a place of a day and part of the day; whoever waits for it already keeps their place in the line.

    The wish is noted as every wish is. Records WishMade and WaitingJoined. Raises as ``make_wish``, and Missing("credit-account-not-found") or Invalid("amount-not-positive").
    """
    require(may_wait(actor, request.customer_id), "visit-not-yours-to-book")
    make_wish(
        customer_id=request.customer_id,
        date=request.date,
        part_of_day=request.part_of_day,
        hour=request.hour,
        actor=actor,
        at=at,
    )
    if request.wanted_minor <= 0:
        raise Invalid("amount-not-positive", field="wanted_minor")
    accounts = CreditAccount.objects.filter(customer_id=request.customer_id)
    if not accounts.filter(id=request.account_id).exists():
        raise Missing("credit-account-not-found")
    waiting, is_new = Waiting.objects.get_or_create(
        customer_id=request.customer_id,
        date=request.date,
        part_of_day=request.part_of_day,
        state__in=IN_LINE,
        defaults={
            "state": WAITING.move(None, "join"),
            "account_id": request.account_id,
            "wanted_minor": request.wanted_minor,
            "currency": request.currency,
            "wish": request.wish.plain(),
            "joined_at": at,
        },
    )
    if is_new:
        joined = WaitingJoined(
            subject_id=waiting.id,
            customer_id=waiting.customer_id,
            date=waiting.date,
            part_of_day=waiting.part_of_day,
        )
        record(joined, actor=actor, at=at)
    return waiting


@command
def leave_waiting_list(*, waiting_id: UUID, actor: Actor, at: datetime) -> Waiting:
    """Wait no longer; a place that is offered goes to the next.

    Records WaitingLeft, and PlaceAnswered for an open offer. Raises Missing("waiting-not-found"),
    Denied("visit-not-yours-to-book") or Conflict("waiting-cannot-withdraw").
    """
    waiting = lock(waiting_visible_to(actor), missing="waiting-not-found", id=waiting_id)
    require(may_wait(actor, waiting.customer_id), "visit-not-yours-to-book")
    return _leave(waiting, "withdraw", actor, at)


@command
def end_waiting(*, waiting_id: UUID, actor: Actor, at: datetime) -> Waiting:
    """The day is over, or begins too late for any place: nothing came of the waiting.

    Records WaitingLeft. Raises Missing("waiting-not-found"), Conflict("waiting-cannot-run_out" |
    "waiting-may-go-on").
    """
    waiting = lock(waiting_visible_to(actor), missing="waiting-not-found", id=waiting_id)
    if waiting.date >= local_date(at, this_branch().zone):
        raise Conflict("waiting-may-go-on")
    return _leave(waiting, "run_out", actor, at)


def _leave(waiting: Waiting, verb: str, actor: Actor, at: datetime) -> Waiting:
    waiting.state = WAITING.move(WaitingState(waiting.state), verb)
    for offer in PlaceOffer.objects.select_for_update().filter(waiting=waiting, state=OfferState.OPEN):
        close_offer(offer, "decline" if verb == "withdraw" else "lapse", actor, at)
    waiting.ended_at = at
    waiting.save(update_fields=["state", "ended_at"])
    left = WaitingLeft(subject_id=waiting.id, customer_id=waiting.customer_id, reason=verb)
    record(left, actor=actor, at=at)
    return waiting


def close_offer(offer: PlaceOffer, verb: str, actor: Actor, at: datetime) -> None:
    """Write down what became of an offered place; the caller holds the lock of who waits."""
    offer.state = PLACE_OFFER.move(OfferState(offer.state), verb)
    offer.answered_at = at
    offer.save(update_fields=["state", "answered_at"])
    answered = PlaceAnswered(
        subject_id=offer.id,
        waiting_id=offer.waiting_id,
        customer_id=offer.waiting.customer_id,
        shift_id=offer.shift_id,
        answer=offer.state,
    )
    record(answered, actor=actor, at=at)
