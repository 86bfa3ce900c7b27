"""Who waits for a place, which places fit them, and which time slots are missing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from koumen.agents import queries as agents
from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.dispatch.models import PlaceOffer, Waiting, Wish
from koumen.dispatch.permissions import may_see_board, waiting_visible_to
from koumen.dispatch.queries.kept import KeptDays, kept_days
from koumen.dispatch.queries.needs import Asked, known_for, request_from
from koumen.dispatch.queries.slots import Plan, find_in_plan, plan_for
from koumen.dispatch.rules.slot import Slot, SlotRequest, part_of_day
from koumen.dispatch.rules.wish import VisitWish
from koumen.dispatch.states import IN_LINE, OfferState, WaitingState
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Missing


def wish_of(waiting: Waiting) -> VisitWish:
    """What somebody waits for; no query."""
    return VisitWish.read(waiting.wish)


@dataclass(frozen=True)
class InLine:
    """One who waits: what they ask for, and the windows of which agents they were told of before."""

    waiting: Waiting
    request: SlotRequest
    told: frozenset[tuple[UUID, datetime]]


@dataclass(frozen=True)
class Line:
    """Who waits for a day, the longest waiting first, and what is free on it: in a large branch as arrays."""

    waiters: Sequence[InLine]
    asked: frozenset[UUID]  # the agents about whose day somebody is asked now
    free: KeptDays | Plan
    at: datetime

    def is_used_up(self, asked: Collection[UUID]) -> bool:
        """Whether somebody is asked about each of these days, so that nobody else in line need be looked at."""
        return isinstance(self.free, Plan) and all(day.agent_id in asked for day in self.free.days)

    def places(self, one: InLine, asked: Collection[UUID]) -> list[Slot]:
        """The free places that fit who waits, the best first, without the days of agents about whom others are asked.

        No query. Nothing for whom no road leads to: who waits behind them is asked all the same.
        """
        request, zone = replace(one.request, barred=one.request.barred | set(asked)), this_branch().zone
        try:
            found = (
                find_in_plan(self.free, request)
                if isinstance(self.free, Plan)
                else self.free.find(request, at=self.at)
            )
        except Invalid:
            return []
        fitting = [
            chance
            for chance in found.chances
            if part_of_day(chance.window.window_from, zone) == one.waiting.part_of_day
            and (chance.window.agent_id, chance.window.window_from) not in one.told
        ]
        fitting.sort(key=lambda chance: (chance.window.shift_id not in found.preferred, chance.fit))
        return [chance.window for chance in fitting]


def days_in_line(*, from_date: date) -> list[date]:
    """The days from then on for which somebody waits who is not asked now; one query."""
    rows = Waiting.objects.filter(state=WaitingState.WAITING, date__gte=from_date)
    return list(rows.order_by("date").values_list("date", flat=True).distinct())


def line_on(*, date: date, shift_id: UUID | None, at: datetime) -> Line:
    """Who waits for a day, and what is free on it or in one of its shifts; shown to nobody.

    Nine queries however many wait; in a large branch (kept.py) three more when something changed.
    """
    rows = list(Waiting.objects.filter(state=WaitingState.WAITING, date=date).order_by("joined_at", "id"))
    told: dict[UUID, set[tuple[UUID, datetime]]] = defaultdict(set)
    asked = set()
    for offer in PlaceOffer.objects.filter(shift__date=date).select_related("shift"):
        told[offer.waiting_id].add((offer.shift.agent_id, offer.window_from))
        if offer.state == OfferState.OPEN:
            asked.add(offer.shift.agent_id)
    requests = _requests(rows)
    return Line(
        [InLine(row, requests[row.id], frozenset(told[row.id])) for row in rows if row.id in requests],
        frozenset(asked),
        _free_on(date, shift_id, at),
        at,
    )


def _requests(rows: Sequence[Waiting]) -> Mapping[UUID, SlotRequest]:
    """What each of them asks for; whose address is not known any more is left out."""
    asked = {
        row.id: Asked(
            customer_id=row.customer_id,
            wish=wish_of(row),
            wanted_minor=row.wanted_minor,
            currency=row.currency,
            from_date=row.date,
            days=1,
        )
        for row in rows
    }
    if not asked:
        return {}
    found, known = {}, known_for(list(asked.values()))
    for waiting_id, one in asked.items():
        with suppress(Missing):
            found[waiting_id] = request_from(one, known)
    return found


def _free_on(on: date, shift_id: UUID | None, at: datetime) -> KeptDays | Plan:
    span = {"from_date": on, "to_date": on + timedelta(days=1)}
    if shift_id:
        return plan_for(agents.working_days_of(shift_ids=[shift_id]), at=at)
    return kept_days(**span) or plan_for(agents.working_days(**span), at=at)


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
