"""What an urgent request would cost: where it fits today, whose promises get tight, and who would have to be moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from koumen.agents.queries import WorkingDay
from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.conduct.rules.pack import pack_on
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.needs import Asked, request_for
from koumen.dispatch.queries.planning import Routes, Situation, new_faults, situation, without
from koumen.dispatch.queries.slots import Plan, bookable, chances_of, may_serve, plan_for, seconds, slot_of
from koumen.dispatch.queries.travel import require_reachable
from koumen.dispatch.rules.slot import Slot, SlotRequest
from koumen.dispatch.rules.urgent import MOST_WAYS, NEAREST_SHIFTS, TIGHT_S, URGENT_LEAD
from koumen.dispatch.solver.day import Day, Insertion, Node, day_of, gaps_for, insertion
from koumen.dispatch.solver.offer import Chance, Wanted, chances
from koumen.kit.actor import Actor
from koumen.kit.place import distance_m
from koumen.visits.models import Visit
from koumen.visits.states import VisitState


@dataclass(frozen=True)
class Tight:
    """A promise that would still be kept, with little left: seconds between the agent's arrival and its end."""

    visit_id: UUID
    number: str
    window_from: datetime
    window_to: datetime
    left_s: int


@dataclass(frozen=True)
class MovedVisit:
    """A visit that somebody else would go to, in its promised window, so that the urgent one fits."""

    visit_id: UUID
    number: str
    to_shift_id: UUID
    to_agent_id: UUID
    window_from: datetime
    window_to: datetime


@dataclass(frozen=True)
class UrgentWay:
    """One way to serve an urgent request: when the agent would be there, and what it costs."""

    slot: Slot
    begins_at: datetime
    extra_s: int  # on the road, of all shifts together
    tight: tuple[Tight, ...]
    moved: MovedVisit | None = None


@dataclass(frozen=True)
class _Question:
    """What is asked, and the day it is asked of."""

    request: SlotRequest
    known: Situation
    plan: Plan
    visits: Mapping[UUID, Visit]

    def node(self, slot: Slot) -> Node:
        """The visit as a stop of a window."""
        return Node(
            self.request.place,
            seconds(slot.window_from),
            seconds(slot.window_to) - 1,
            self.request.service_s,
        )


def urgent_ways(*, actor: Actor, asked: Asked, at: datetime) -> list[UrgentWay]:
    """The ways to serve a request on its first day, the soonest first, at most twelve; nothing is written.

    First those in which nobody is moved, by the test that offers slots, with less time to prepare. Then, in earlier
    windows only, those in which one booked visit of a near shift goes to another agent in its promised window; the
    judge agrees to each. About fifteen queries. Raises Denied("plan-not-yours"), Missing("customer-not-found" |
    "address-not-known"), Invalid("place-off-the-roads").
    """
    require(may_plan(actor), "plan-not-yours")
    request = request_for(asked)
    known = situation(date=asked.from_date, at=at)
    if known.ways is None:
        return []
    require_reachable(known.ways, request.place)
    plan = plan_for(list(known.shifts.values()), at=at)
    ids = [visit for route in known.routes.values() for visit in route]
    question = _Question(request, known, plan, Visit.objects.in_bulk(ids))
    direct = sorted(_direct(question), key=lambda way: (way.slot.window_from, way.extra_s))
    earliest = direct[0].slot.window_from if direct else None
    moving = sorted(_moving(question, earliest), key=lambda way: (way.slot.window_from, way.extra_s))
    return sorted([*direct[:MOST_WAYS], *moving[:MOST_WAYS]], key=lambda way: way.slot.window_from)[
        :MOST_WAYS
    ]


def _direct(question: _Question) -> Iterator[UrgentWay]:
    for day in question.known.shifts.values():
        for chance in chances_of(question.plan, day, question.request, lead=URGENT_LEAD):
            yield _way(question, chance, question.known.days[day.shift_id], day.shift_id)


def _way(
    question: _Question, chance: Chance[Slot], day: Day, shift_id: UUID, route: Sequence[UUID] | None = None
) -> UrgentWay:
    slot, fit = chance.window, chance.fit
    ahead = question.known.routes[shift_id] if route is None else route
    return UrgentWay(
        slot=slot,
        begins_at=datetime.fromtimestamp(fit.start, UTC),
        extra_s=fit.extra_s,
        tight=_tight(question, day, (fit, question.node(slot)), ahead),
    )


def _tight(
    question: _Question, day: Day, put: tuple[Insertion, Node], route: Sequence[UUID]
) -> tuple[Tight, ...]:
    """Whose promises would have little time left that had more before."""
    fit, node = put
    after = day_of([*day.nodes[: fit.gap + 1], node, *day.nodes[fit.gap + 1 :]], day.ways, day.rest)
    found = []
    for number, visit_id in enumerate(route, start=1):
        was = _left(day, number)
        left = _left(after, number + (number > fit.gap))
        if left < TIGHT_S and left < was:
            visit = question.visits[visit_id]
            found.append(Tight(visit.id, visit.number, visit.window_from, visit.window_to, left))
    return tuple(found)


def _left(day: Day, number: int) -> int:
    """The seconds between the earliest arrival at a stop and the end of its window."""
    begins = min(day.ahead.begins[number], day.rested.begins[number])
    return day.nodes[number].latest - begins


def _moving(question: _Question, before: datetime | None) -> Iterator[UrgentWay]:
    """Ways in windows before any of the direct ones, in which one visit goes to another agent."""
    known, place = question.known, question.request.place
    near = sorted(known.shifts.values(), key=lambda day: _distance(known, day, place))
    serving = [day for day in near if may_serve(day, question.request)][:NEAREST_SHIFTS]
    for day in serving:
        windows = _windows(question, day, before)
        for visit_id in _movable(question, day.shift_id) if windows else ():
            left = [other for other in known.routes[day.shift_id] if other != visit_id]
            rest = known.rerouted({day.shift_id: left}).days[day.shift_id]
            wanted = Wanted(question.request.place, question.request.service_s)
            found = chances(rest, windows, wanted)
            home = _elsewhere(question, visit_id, day.shift_id) if found else None
            if home is not None:
                moved, routes = home
                soonest = min(found, key=lambda chance: (chance.window.window_from, chance.fit))
                way = _way(question, soonest, rest, day.shift_id, left)
                extra = way.extra_s + _extra(known, routes)
                yield UrgentWay(way.slot, way.begins_at, extra, way.tight, moved)


def _distance(known: Situation, day: WorkingDay, place: object) -> float:
    """How near a shift comes to a place."""
    stops = [known.calls[visit].place for visit in known.routes[day.shift_id]]
    return min(distance_m(stop, place) for stop in [day.start, *stops])  # type: ignore[arg-type]


def _windows(question: _Question, day: WorkingDay, before: datetime | None) -> list[tuple[Slot, int, int]]:
    pack = pack_on(question.plan.packs, day.date)
    if pack is None:
        return []
    return [
        (slot_of(day, start, end), seconds(start), seconds(end))
        for start, end in bookable(pack, day, this_branch().zone)
        if start >= question.plan.at + URGENT_LEAD and (before is None or start < before)
    ]


def _movable(question: _Question, shift_id: UUID) -> list[UUID]:
    """Booked visits that nobody pinned; a person may move what begins soon, but not who waits for a yes."""
    known = question.known
    return [
        visit
        for visit in known.routes[shift_id]
        if question.visits[visit].state == VisitState.BOOKED and known.calls[visit].pinned_to is None
    ]


def _elsewhere(question: _Question, visit_id: UUID, shift_id: UUID) -> tuple[MovedVisit, Routes] | None:
    """The shift in which a visit costs the least way, if the judge agrees; None when nobody else can go."""
    known, call = question.known, question.known.calls[visit_id]
    visit = question.visits[visit_id]
    fits = []
    for id, day in known.days.items():
        if id != shift_id:
            gaps = gaps_for(day, call.place)
            window = {"earliest": call.window_from, "latest": call.window_to - 1}
            fit = insertion(day, gaps, **window, service_s=call.service_s)
            if fit is not None:
                fits.append((fit, id))
    for fit, id in sorted(fits, key=lambda found: found[0]):
        route = known.routes[id]
        routes = {
            **without({shift_id: known.routes[shift_id]}, {visit_id}),
            id: [*route[: fit.gap], visit_id, *route[fit.gap :]],
        }
        if not new_faults(known, routes):
            agent_id = known.shifts[id].agent_id
            moved = MovedVisit(visit_id, visit.number, id, agent_id, visit.window_from, visit.window_to)
            return moved, routes
    return None


def _extra(known: Situation, routes: Routes) -> int:
    """How many more seconds are driven by some routes than by the ones that stand."""
    return sum(known.way_s(id, route) - known.way_s(id, known.routes[id]) for id, route in routes.items())
