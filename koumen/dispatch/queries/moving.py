"""Where a visit could go: every place in an agent's day, and what the judge says to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from koumen.audit.command import require
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.planning import Routes, Situation, new_faults, situation, without
from koumen.dispatch.solver.check import Fault, Violation
from koumen.dispatch.solver.day import Node, day_of
from koumen.dispatch.solver.expected import course_of
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Missing
from koumen.visits.models import Visit
from koumen.visits.permissions import visible_to
from koumen.visits.states import VisitState


@dataclass(frozen=True)
class Spot:
    """A place in a route: behind a visit (None: first of what is ahead); it can be only without violations."""

    after_id: UUID | None
    violations: tuple[Violation, ...]
    arrives_at: datetime | None
    extra_s: int
    is_present: bool

    @property
    def can_be(self) -> bool:
        """Whether every promise and rule would hold."""
        return not self.violations


def spots(
    *, actor: Actor, visit_id: UUID, shift_id: UUID, arrive_at: datetime | None = None, at: datetime
) -> list[Spot]:
    """Every place for a visit in a shift of its day, in the order of the road, judged as the command will judge it.

    Seven queries. Raises Denied("plan-not-yours"), Missing("visit-not-found"), Conflict("visit-cannot-move" |
    "shift-on-another-day" | "pin-outside-window").
    """
    require(may_plan(actor), "plan-not-yours")
    visit = visible_to(actor).filter(id=visit_id).first()
    if visit is None:
        raise Missing("visit-not-found")
    if visit.state != VisitState.BOOKED:
        raise Conflict("visit-cannot-move", state=visit.state)
    known = situation_for(visit, shift_id, arrive_at, at)
    others = without(known.routes, {visit_id})
    places = [None, *others[shift_id]]
    now = known.routes[shift_id]
    return [_spot(known, visit, shift_id, put(others, visit_id, shift_id, after), now) for after in places]


def situation_for(visit: Visit, shift_id: UUID, arrive_at: datetime | None, at: datetime) -> Situation:
    """The shifts that a move concerns, as they stand, with the moment at the door that a person would say; six queries."""
    if arrive_at and not visit.window_from <= arrive_at < visit.window_to:
        raise Conflict("pin-outside-window")
    known = situation(date=visit.date, at=at, shift_ids={visit.shift_id, shift_id})
    if shift_id not in known.shifts:
        raise Conflict("shift-on-another-day")
    return known.at_the_door(visit, arrive_at)


def put(
    others: Routes, visit_id: UUID, shift_id: UUID, after_id: UUID | None
) -> Mapping[UUID, Sequence[UUID]]:
    """Routes with a visit directly behind another of a shift (None: first). Raises Conflict("stop-gone")."""
    route = list(others[shift_id])
    if after_id is not None and after_id not in route:
        raise Conflict("stop-gone")
    place = route.index(after_id) + 1 if after_id else 0
    return {**others, shift_id: [*route[:place], visit_id, *route[place:]]}


def _spot(known: Situation, visit: Visit, shift_id: UUID, routes: Routes, now: Sequence[UUID]) -> Spot:
    route, violations = routes[shift_id], new_faults(known, routes)
    place = route.index(visit.id)
    is_reached = all(violation.fault is not Fault.NO_WAY for violation in violations)
    return Spot(
        after_id=route[place - 1] if place else None,
        violations=violations,
        arrives_at=_arrives_at(known, shift_id, route, place) if is_reached else None,
        extra_s=known.way_s(shift_id, route) - known.way_s(shift_id, [v for v in route if v != visit.id]),
        is_present=list(route) == list(now),
    )


def _arrives_at(known: Situation, shift_id: UUID, route: Sequence[UUID], place: int) -> datetime:
    """When the agent would be at the door."""
    today = known.days[shift_id]
    calls = [known.calls[visit] for visit in route]
    nodes = [Node(call.place, call.window_from, call.window_to - 1, call.service_s) for call in calls]
    stops, _ = course_of(day_of([today.nodes[0], *nodes, today.nodes[-1]], today.ways, today.rest))
    return datetime.fromtimestamp(stops[place].begins, UTC)
