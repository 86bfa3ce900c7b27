"""A place that came free is offered to those who wait for it, one at a time, with a time to answer; never at night."""

from datetime import date, datetime, time
from uuid import UUID

from koumen.agents import queries as agents
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.conduct.queries import pack_row_on
from koumen.conduct.rules.ask import is_within_hours
from koumen.dispatch.commands.taking import NextBest, Taken, TakeRequest, next_best, take_place
from koumen.dispatch.commands.wishing import close_offer
from koumen.dispatch.events import PlaceOffered
from koumen.dispatch.models import PlaceOffer, Waiting
from koumen.dispatch.permissions import may_plan, may_say_yes, waiting_visible_to
from koumen.dispatch.queries import slots
from koumen.dispatch.queries.waiting import Line, days_in_line, line_on, wish_of
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.rules.waiting import answer_by
from koumen.dispatch.states import PLACE_OFFER, WAITING, OfferState, WaitingState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict


def offer_places(
    *, date: date | None = None, shift_id: UUID | None = None, actor: Actor, at: datetime
) -> int:
    """Offer what is free to those who wait, the longest waiting first; says how many were asked.

    On all days, on one, or in one shift after something became of it. At night nobody is asked: a run in the morning
    does it. Each offer is a transaction of its own; for each day a fixed number of queries, however many wait. Raises
    Denied("plan-not-yours") or Missing("shift-not-found").
    """
    require(may_plan(actor), "plan-not-yours")
    zone = this_branch().zone
    today = local_date(at, zone)
    _, pack = pack_row_on(date=today)
    if not is_within_hours(pack, at, zone):
        return 0
    if shift_id:
        date = agents.working_day(shift_id=shift_id).date
    days = [date] if date else days_in_line(from_date=today)
    hours = (pack.opens, pack.closes)
    return sum(
        _offer_along(line_on(date=day, shift_id=shift_id, at=at), hours, actor)
        for day in days
        if day >= today
    )


def _offer_along(line: Line, hours: tuple[time, time], actor: Actor) -> int:
    """Go along the line of a day; about the day of one agent one customer at a time is asked."""
    asked = set(line.asked)
    for one in line.waiters:
        if line.is_used_up(asked):
            break
        for slot in line.places(one, asked):
            until = answer_by(line.at, slot.window_from, hours, this_branch().zone)
            if until and _offer(waiting_id=one.waiting.id, slot=slot, until=until, actor=actor, at=line.at):
                asked.add(slot.agent_id)
                break
    return len(asked) - len(line.asked)


@command
def _offer(*, waiting_id: UUID, slot: Slot, until: datetime, actor: Actor, at: datetime) -> PlaceOffer | None:
    """Offer one place to one who waits; None when they were asked meanwhile, or somebody else about this shift."""
    waiting = lock(Waiting.objects.all(), missing="waiting-not-found", id=waiting_id)
    agents.lock_shift(slot.shift_id)
    is_asked = PlaceOffer.objects.filter(shift_id=slot.shift_id, state=OfferState.OPEN).exists()
    if waiting.state != WaitingState.WAITING or is_asked:
        return None
    waiting.state = WAITING.move(WaitingState(waiting.state), "offer")
    waiting.save(update_fields=["state"])
    offer = PlaceOffer.objects.create(
        waiting=waiting,
        state=PLACE_OFFER.move(None, "offer"),
        shift_id=slot.shift_id,
        window_from=slot.window_from,
        window_to=slot.window_to,
        made_at=at,
        answer_by=until,
    )
    offered = PlaceOffered(
        subject_id=offer.id,
        waiting_id=waiting.id,
        customer_id=waiting.customer_id,
        shift_id=offer.shift_id,
        window_from=offer.window_from,
        window_to=offer.window_to,
        answer_by=until,
    )
    record(offered, actor=actor, at=at)
    return offer


def accept_place(*, offer_id: UUID, actor: Actor, at: datetime) -> Taken | NextBest:
    """Say yes to an offered place: it is taken under the usual test. Said twice it is the same visit.

    Nothing was held: when somebody was faster, the next best slots are the answer, and the waiting goes on. Records
    PlaceAnswered and what ``take`` records. Raises Missing("place-offer-not-found"), Denied("place-offer-not-yours"),
    Conflict("place-offer-lapsed" | "place_offer-cannot-accept").
    """
    outcome = _accept(offer_id=offer_id, actor=actor, at=at)
    if isinstance(outcome, Taken):
        return outcome
    reasons, booking = outcome
    return next_best(reasons, booking.slot, slots(actor=actor, request=booking.asking(at), at=at))


@command
def _accept(*, offer_id: UUID, actor: Actor, at: datetime) -> Taken | tuple[tuple[str, ...], TakeRequest]:
    """Take the offered place, or say why not; see ``accept_place``."""
    waiting, offer = _lock_offer(offer_id, actor)
    require(may_say_yes(actor, waiting.customer_id), "place-offer-not-yours")
    if offer.state == OfferState.ACCEPTED and waiting.visit:
        return Taken(waiting.visit)
    PLACE_OFFER.move(OfferState(offer.state), "accept")
    if at >= offer.answer_by:
        raise Conflict("place-offer-lapsed")
    booking = TakeRequest(
        customer_id=waiting.customer_id,
        account_id=waiting.account_id,
        slot=Slot(offer.shift_id, offer.shift.agent_id, offer.shift.date, offer.window_from, offer.window_to),
        wanted_minor=waiting.wanted_minor,
        currency=waiting.currency,
        wish=wish_of(waiting),
    )
    taken = take_place(booking=booking, key=offer.id, actor=actor, at=at)
    if not isinstance(taken, Taken):
        close_offer(offer, "lose", actor, at)
        waiting.state = WAITING.move(WaitingState(waiting.state), "go_on")
        waiting.save(update_fields=["state"])
        return taken.reasons, booking
    close_offer(offer, "accept", actor, at)
    waiting.state = WAITING.move(WaitingState(waiting.state), "accept")
    waiting.visit, waiting.ended_at = taken.visit, at
    waiting.save(update_fields=["state", "visit", "ended_at"])
    return taken


@command
def decline_place(*, offer_id: UUID, actor: Actor, at: datetime) -> Waiting:
    """Say no to an offered place: it goes to the next, and the waiting goes on.

    Records PlaceAnswered. Raises Missing("place-offer-not-found"), Denied("place-offer-not-yours") or
    Conflict("place_offer-cannot-decline").
    """
    waiting, offer = _lock_offer(offer_id, actor)
    return _go_on(waiting, offer, "decline", actor, at)


@command
def lapse_place(*, offer_id: UUID, actor: Actor, at: datetime) -> Waiting:
    """Nobody answered in time: the place goes to the next, and the waiting goes on.

    Records PlaceAnswered. Raises Missing("place-offer-not-found"), Denied("place-offer-not-yours"),
    Conflict("place_offer-cannot-lapse" | "place-offer-open").
    """
    waiting, offer = _lock_offer(offer_id, actor)
    if at < offer.answer_by:
        raise Conflict("place-offer-open")
    return _go_on(waiting, offer, "lapse", actor, at)


def _lock_offer(offer_id: UUID, actor: Actor) -> tuple[Waiting, PlaceOffer]:
    """Who waits is locked first: accepting, lapsing and withdrawing wait for each other there."""
    offers = PlaceOffer.objects.filter(waiting__in=waiting_visible_to(actor))
    waiting_id = offers.filter(id=offer_id).values_list("waiting_id", flat=True).first()
    waiting = lock(waiting_visible_to(actor), missing="place-offer-not-found", id=waiting_id)
    is_theirs = may_say_yes(actor, waiting.customer_id) or may_plan(actor)
    require(is_theirs, "place-offer-not-yours")
    return waiting, PlaceOffer.objects.select_related("shift", "waiting").get(id=offer_id)


def _go_on(waiting: Waiting, offer: PlaceOffer, verb: str, actor: Actor, at: datetime) -> Waiting:
    close_offer(offer, verb, actor, at)
    waiting.state = WAITING.move(WaitingState(waiting.state), "go_on")
    waiting.save(update_fields=["state"])
    return waiting
