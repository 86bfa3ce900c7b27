"""Slots that can be kept, and what they are made from."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F

from koumen.agents import queries as agents
from koumen.agents.queries import WorkingDay
from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.conduct.queries import packs_between
from koumen.conduct.rules.acts import Act, Circumstances, Verdict
from koumen.conduct.rules.ask import decide
from koumen.conduct.rules.pack import Pack, pack_on
from koumen.dispatch.permissions import may_ask_for_slots
from koumen.dispatch.queries.decisions import Decided, decisions
from koumen.dispatch.queries.needs import brings_of, needs_of, no_goes
from koumen.dispatch.queries.travel import require_reachable, ways_on
from koumen.dispatch.rules.needs import can_serve
from koumen.dispatch.rules.planning import PIN_ROOM
from koumen.dispatch.rules.rest import LENGTH, break_due
from koumen.dispatch.rules.slot import Slot, SlotRequest, days_ahead, part_of_day, windows_between
from koumen.dispatch.solver.offer import Chance, Wanted, best, chances
from koumen.dispatch.solver.progress import Frame, Phase, Promise, day_at
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import Ways
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing
from koumen.kit.place import Place
from koumen.visits.models import Visit
from koumen.visits.permissions import visible_to
from koumen.visits.states import AT_DOOR_STATES, OPEN_STATES, VisitState

# A slot must leave time to prepare and to tell everybody.
OFFER_LEAD = timedelta(minutes=60)
# Reading four screens may take a quarter of an hour; the slot chosen meanwhile stays good.
TAKE_LEAD = timedelta(minutes=45)
# More than three choices for a part of the day are hard to hear on the phone.
SLOTS_A_PART = 3


@dataclass(frozen=True)
class Routed:
    """A visit at its place in a route."""

    visit_id: UUID
    promise: Promise
    position: int | None

    @property
    def order(self) -> tuple[bool, bool, int]:
        """What is over comes first, then what is in progress, each by its time; what is ahead keeps its order."""
        return self.promise.phase is Phase.AHEAD, self.promise.phase is not Phase.OVER, self.promise.since


@dataclass(frozen=True)
class Plan:
    """What is known for answering: working days, the visits of each in order, packs, ways, and the moment."""

    days: Sequence[WorkingDay]
    routes: Mapping[UUID, Sequence[Routed]]
    packs: Sequence[Pack]
    ways: Mapping[date, Ways]
    zone: ZoneInfo
    at: datetime


@dataclass(frozen=True)
class Found:
    """Windows that can be kept, at least the best of each, and the shifts of the agent who is preferred."""

    chances: Sequence[Chance[Slot]]
    preferred: frozenset[UUID]


def slots(*, actor: Actor, request: SlotRequest, at: datetime) -> list[Slot]:
    """Windows at which some agent can truly be there, at most three a part of a day, in order of time.

    Four queries however many agents, days and visits (and one for the registry, once a process); in a large branch
    (kept.py) four too, and three more when something changed.
    Raises Denied("slots-not-yours"), Invalid("place-off-the-roads").
    """
    require(may_ask_for_slots(actor), "slots-not-yours")
    return _slots(request, at=at)


def slots_to_move(*, actor: Actor, visit_id: UUID, at: datetime) -> list[Slot]:
    """Other windows for a visit, as if it were not in its route; seven queries. Raises Missing("visit-not-found")."""
    visit = visible_to(actor).filter(id=visit_id).first()
    if visit is None:
        raise Missing("visit-not-found")
    found = _slots(asking_again(visit, at=at, day=visit.date), at=at, moving=visit)
    return [
        slot for slot in found if (slot.shift_id, slot.window_from) != (visit.shift_id, visit.window_from)
    ]


def same_window(*, request: SlotRequest, slot: Slot, at: datetime) -> Slot | None:
    """The window of a slot with the agent who can come now; None where nobody can, or one person alone is wished for.

    Queries as ``slots``. It is shown to nobody.
    """
    return None if request.prefers else _in_window(_found(_on(request, slot.date), at=at), slot)


def same_window_to_move(*, actor: Actor, visit_id: UUID, slot: Slot, at: datetime) -> Slot | None:
    """As ``same_window``, for a visit that is being moved; seven queries. Raises Missing("visit-not-found")."""
    visit = visible_to(actor).filter(id=visit_id).first()
    if visit is None:
        raise Missing("visit-not-found")
    request = _on(asking_again(visit, at=at, day=slot.date), slot.date)
    return _in_window(_found(request, at=at, moving=visit), slot)


def _on(request: SlotRequest, day: date) -> SlotRequest:
    return replace(request, from_date=day, days=1)


def _in_window(found: Found, slot: Slot) -> Slot | None:
    window = (slot.window_from, slot.window_to)
    there = [one for one in found.chances if (one.window.window_from, one.window.window_to) == window]
    return min(there, key=lambda chance: chance.fit).window if there else None


def asking_again(visit: Visit, *, at: datetime, day: date) -> SlotRequest:
    """The question that a visit answers, from today until past a day; two queries."""
    from_date, days = days_ahead(today=local_date(at, this_branch().zone), day=day)
    place = Place(visit.latitude, visit.longitude)
    nowhere = no_goes(from_date=from_date, to_date=from_date + timedelta(days=days))
    refused = decisions([visit.id]).get(visit.id, Decided()).refused
    return SlotRequest(
        latitude=place.latitude,
        longitude=place.longitude,
        service_s=visit.service_s,
        needs=needs_of(visit),
        from_date=from_date,
        days=days,
        barred=refused | nowhere.barred(customer_id=visit.customer_id, place=place),
    )


def _found(request: SlotRequest, *, at: datetime, moving: Visit | None = None) -> Found:
    """Ask the arrays where there are any, else the plain rule; the shift of a visit that is moved always by the rule."""
    from koumen.dispatch.queries.kept import find_in_kept

    if moving is None:
        return find_in_kept(request, at=at) or _find(request, at=at)
    others = find_in_kept(request, at=at, without=moving.shift_id)
    own = _find(request, at=at, moving=moving, only_its_shift=others is not None)
    return Found([*others.chances, *own.chances], others.preferred | own.preferred) if others else own


def _slots(request: SlotRequest, *, at: datetime, moving: Visit | None = None) -> list[Slot]:
    found = _found(request, at=at, moving=moving)
    zone = this_branch().zone

    def is_preferred(slot: Slot) -> bool:
        return slot.shift_id in found.preferred

    an_agent_each = best(found.chances, group=lambda slot: slot.window_from, most=1, first=is_preferred)
    few = best(
        an_agent_each,
        group=lambda slot: (slot.date, part_of_day(slot.window_from, zone)),
        most=SLOTS_A_PART,
        first=is_preferred,
    )
    in_order = sorted(few, key=lambda chance: (not is_preferred(chance.window), chance.fit))
    ranked = [_ranked(chance.window, rank) for rank, chance in enumerate(in_order)]
    return sorted(ranked, key=lambda slot: slot.window_from)


def _find(
    request: SlotRequest, *, at: datetime, moving: Visit | None = None, only_its_shift: bool = False
) -> Found:
    """Ask the plain rule, shift by shift: all of them, or the one in which a visit is that is being moved."""
    if moving and only_its_shift:
        is_asked = request.from_date <= moving.date < request.to_date
        days = agents.working_days_of(shift_ids=[moving.shift_id]) if is_asked else []
    else:
        days = agents.working_days(from_date=request.from_date, to_date=request.to_date)
    plan = plan_for(days, at=at, without=[moving.id] if moving else [])
    return find_in_plan(plan, request)


def find_in_plan(plan: Plan, request: SlotRequest) -> Found:
    """Ask the plain rule about what was read; no query. Raises Invalid("place-off-the-roads")."""
    _learn(plan, request.place)
    found = [chance for day in plan.days for chance in chances_of(plan, day, request, lead=OFFER_LEAD)]
    return Found(found, frozenset(day.shift_id for day in plan.days if request.prefers in day.agent_ids))


def _learn(plan: Plan, place: Place) -> None:
    """Ask for the ways between one place and all others at once, date by date."""
    for day, ways in plan.ways.items():
        require_reachable(ways, place)
        others = {place}
        for shift in plan.days:
            if shift.date == day:
                others |= {
                    shift.start,
                    *(routed.promise.place for routed in plan.routes.get(shift.shift_id, ())),
                }
        known = list(others)
        ways.learn([place], known)
        ways.learn(known, [place])


def _ranked(slot: Slot, rank: int) -> Slot:
    return Slot(slot.shift_id, slot.agent_id, slot.date, slot.window_from, slot.window_to, rank)


def plan_for(days: Sequence[WorkingDay], *, at: datetime, without: Collection[UUID] = ()) -> Plan:
    """Read what slots are made from; three queries, none when there is no working day.

    ``without`` leaves visits out, as if they were not there: the one that is being moved.
    """
    routes = routes_of([day.shift_id for day in days], without) if days else {}
    dates = [day.date for day in days]
    packs = packs_between(from_date=min(dates), to_date=max(dates) + timedelta(days=1)) if dates else []
    return Plan(days, routes, packs, ways_on(dates), this_branch().zone, at)


def chances_of(plan: Plan, day: WorkingDay, request: SlotRequest, *, lead: timedelta) -> list[Chance[Slot]]:
    """The windows of one agent's day that can be kept: the one test, for offering and for taking; no query.

    What the visit needs and who may not go, the hours and the certificate of the policy pack, the time to prepare,
    and the route: travel there, the visit, travel on, every promise already given, the break, and home before the
    shift ends.
    """
    pack = pack_on(plan.packs, day.date)
    if pack is None or not may_serve(day, request):
        return []
    windows = [
        (slot_of(day, start, end), seconds(start), seconds(end))
        for start, end in bookable(pack, day, plan.zone)
        if start >= plan.at + lead
    ]
    promises = [routed.promise for routed in plan.routes.get(day.shift_id, ())]
    rest_of_it = day_at(frame_of(day), promises, seconds(plan.at), plan.ways[day.date])
    return chances(rest_of_it, windows, Wanted(request.place, request.service_s))


def may_serve(day: WorkingDay, request: SlotRequest) -> bool:
    """Whether a shift has stops of its own, brings what the visit needs, and its agents may go there; no query."""
    return (
        not day.is_joined and not day.agent_ids & request.barred and can_serve(request.needs, brings_of(day))
    )


def frame_of(day: WorkingDay) -> Frame:
    """A shift as the solver sees it, with the break that it owes."""
    due = break_due(day.starts_at, day.ends_at)
    rest = Rest(int(LENGTH.total_seconds()), seconds(due[0]), seconds(due[1])) if due else None
    held_until = seconds(day.held_until) if day.held_until else 0
    return Frame(seconds(day.starts_at), seconds(day.ends_at), day.start, rest, held_until, day.is_off)


def bookable(pack: Pack, day: WorkingDay, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The windows of a shift in which a pack lets its agent come; they hang on its hours and certificates only."""
    return [
        (start, end)
        for start, end in windows_between(day.starts_at, day.ends_at, zone)
        if decide(pack, Act.BOOK, start, book_circumstances(day, start, end, zone)).verdict is Verdict.ALLOW
    ]


def slot_of(day: WorkingDay, start: datetime, end: datetime) -> Slot:
    """A window of a shift as a slot."""
    return Slot(day.shift_id, day.agent_id, day.date, start, end)


def book_circumstances(day: WorkingDay, start: datetime, end: datetime, zone: ZoneInfo) -> Circumstances:
    """What conduct must know of a window with this agent; customers live in the branch's zone. No query."""
    return Circumstances(zone=zone, window_from=start, window_to=end, certificates=day.certificates)


def routes_of(shift_ids: Collection[UUID], without: Collection[UUID] = ()) -> Mapping[UUID, Sequence[Routed]]:
    """The visits of some shifts in the order of their routes; one query."""
    visits = Visit.objects.filter(shift_id__in=shift_ids).exclude(state=VisitState.CANCELLED)
    routes: dict[UUID, list[Routed]] = defaultdict(list)
    places = visits.annotate(place=F("stop__position"), arrive_at=F("stop__arrive_at"))
    for visit in places.order_by(F("place").asc(nulls_last=True), "window_from", "id"):
        if visit.id not in without:
            routes[visit.shift_id].append(Routed(visit.id, promise_of(visit, visit.arrive_at), visit.place))
    return {shift_id: sorted(route, key=lambda routed: routed.order) for shift_id, route in routes.items()}


def promise_of(visit: Visit, arrive_at: datetime | None) -> Promise:
    """A visit as the solver sees it; a moment that a person chose narrows its window."""
    window_from, window_to = visit.window_from, visit.window_to
    if arrive_at and window_from <= arrive_at < window_to:
        window_from, window_to = arrive_at, min(window_to, arrive_at + PIN_ROOM)
    phase, since = Phase.AHEAD, None
    if visit.state not in OPEN_STATES:
        phase, since = Phase.OVER, visit.ended_at
    elif visit.state in AT_DOOR_STATES:
        phase, since = Phase.AT_THE_DOOR, visit.arrived_at
    elif visit.state == VisitState.ON_THE_WAY:
        phase, since = Phase.ON_THE_WAY, visit.set_out_at
    return Promise(
        place=Place(visit.latitude, visit.longitude),
        window_from=seconds(window_from),
        window_to=seconds(window_to),
        service_s=visit.service_s,
        phase=phase,
        since=seconds(since) if since else 0,
    )


def seconds(moment: datetime) -> int:
    """A moment as the solver counts: whole seconds."""
    return int(moment.timestamp())
