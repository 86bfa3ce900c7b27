"""Who waits for a place, which places fit them, and which time slots are missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.dispatch.models import PlaceOffer, Waiting, Wish
from koumen.dispatch.permissions import may_see_board, waiting_visible_to
from koumen.dispatch.queries.needs import Asked, request_for
from koumen.dispatch.queries.slots import slots
from koumen.dispatch.rules.slot import Slot, part_of_day
from koumen.dispatch.rules.wish import VisitWish
from koumen.dispatch.states import IN_LINE, OfferState, WaitingState
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Missing


def in_line(*, state: WaitingState, from_date: date) -> list[Waiting]:
    """Who waits for a day from then on, the longest waiting first; shown to nobody. One query."""
    return list(Waiting.objects.filter(state=state, date__gte=from_date).order_by("joined_at", "id"))


def wish_of(waiting: Waiting) -> VisitWish:
    """What somebody waits for; no query."""
    return VisitWish.read(waiting.wish)


def places_for(waiting: Waiting, *, at: datetime) -> list[Slot]:
    """The free places that fit who waits, the best first, without those they said no to or are asked of others.

    Nine queries; shown to nobody.
    """
    asked = Asked(
        customer_id=waiting.customer_id,
        wish=wish_of(waiting),
        wanted_minor=waiting.wanted_minor,
        currency=waiting.currency,
        from_date=waiting.date,
        days=1,
    )
    told = set(PlaceOffer.objects.filter(waiting=waiting).values_list("shift__agent_id", "window_from"))
    taken = set(PlaceOffer.objects.filter(state=OfferState.OPEN).values_list("shift_id", flat=True))
    zone = this_branch().zone
    found = slots(actor=SYSTEM, request=request_for(asked), at=at)
    fitting = [
        slot
        for slot in found
        if part_of_day(slot.window_from, zone) == waiting.part_of_day
        and (slot.agent_id, slot.window_from) not in told
        and slot.shift_id not in taken
    ]
    return sorted(fitting, key=lambda slot: slot.rank)


def waitings_of(*, actor: Actor, customer_id: UUID) -> list[Waiting]:
    """What a customer waits for, soonest first, each with its open offer as ``offer``; two queries."""
    rows = list(
        waiting_visible_to(actor)
        .filter(customer_id=customer_id, state__in=IN_LINE)
        .order_by("date", "joined_at")
    )
    return _with_offers(rows)


def waiting(*, actor: Actor, waiting_id: UUID) -> Waiting:
    """One place in the line with its open offer; two queries. Raises Missing("waiting-not-found")."""
    found = waiting_visible_to(actor).filter(id=waiting_id).first()
    if found is None:
        raise Missing("waiting-not-found")
    return _with_offers([found])[0]


def _with_offers(rows: list[Waiting]) -> list[Waiting]:
    offers = PlaceOffer.objects.filter(waiting__in=rows, state=OfferState.OPEN)
    known = {offer.waiting_id: offer for offer in offers.select_related("shift")}
    for row in rows:
        row.offer = known.get(row.id)  # type: ignore[attr-defined]
    return rows


def place_offer(*, offer_id: UUID) -> PlaceOffer:
    """One offer with who waits and the shift, for the words of its message; one query.

    Raises Missing("place-offer-not-found").
    """
    found = PlaceOffer.objects.select_related("waiting__customer__person", "shift__agent").filter(id=offer_id)
    offer = found.first()
    if offer is None:
        raise Missing("place-offer-not-found")
    return offer


def offers_to_lapse(*, at: datetime) -> list[UUID]:
    """Offers whose time to answer is over; one query."""
    late = PlaceOffer.objects.filter(state=OfferState.OPEN, answer_by__lte=at)
    return list(late.order_by("answer_by").values_list("id", flat=True))


def waits_to_end(*, today: date) -> list[UUID]:
    """Those who still wait for a day that is over; one query."""
    return list(Waiting.objects.filter(state__in=IN_LINE, date__lt=today).values_list("id", flat=True))


@dataclass(frozen=True)
class MissingSlots:
    """Wishes that no slot met: how many by district and part of the day, by weekday and part, by hour."""

    from_date: date
    to_date: date
    wishes: int
    customers: int
    waiting: int
    districts: Mapping[tuple[str, str], int]
    weekdays: Mapping[tuple[int, str], int]
    hours: Mapping[int, int]
    rows: Sequence[Wish]


def missing_slots(*, actor: Actor, from_date: date, to_date: date) -> MissingSlots:
    """Which time slots customers asked for in vain, for wished days in [from, to); two queries, and no names.

    Raises Denied("board-not-yours").
    """
    require(may_see_board(actor), "board-not-yours")
    rows = list(Wish.objects.filter(date__gte=from_date, date__lt=to_date).order_by("date", "id"))
    in_wait = Waiting.objects.filter(state__in=IN_LINE, date__gte=from_date, date__lt=to_date)
    return MissingSlots(
        from_date=from_date,
        to_date=to_date,
        wishes=len(rows),
        customers=len({row.customer_id for row in rows}),
        waiting=in_wait.count(),
        districts=Counter((row.district, row.part_of_day) for row in rows),
        weekdays=Counter((row.date.weekday(), row.part_of_day) for row in rows),
        hours=Counter(row.hour for row in rows if row.hour is not None),
        rows=rows,
    )
