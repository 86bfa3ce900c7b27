"""What a customer may know of the way to their door: how many stops come before, and about when somebody arrives."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.branch.queries import this_branch
from koumen.dispatch.queries.lanes import routed, visits_on
from koumen.dispatch.queries.slots import frame_of
from koumen.dispatch.queries.travel import ways_on
from koumen.dispatch.rules.arrival import arrival_between
from koumen.dispatch.solver.expected import expected
from koumen.dispatch.solver.progress import Phase
from koumen.dispatch.solver.travel import NO_WAY_S
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing
from koumen.visits.permissions import visible_to
from koumen.visits.states import VisitState


@dataclass(frozen=True)
class LiveLine:
    """The n-th stop from now on (1: the next), and between which moments the agent is likely to be at the door."""

    stop: int
    arriving_from: datetime
    arriving_to: datetime
    is_late: bool  # likely after the promised window


def live_line(*, actor: Actor, visit_id: UUID, at: datetime) -> LiveLine | None:
    """The line of a visit of today that is booked or on the way; None for any other. Four queries.

    It tells of other visits how many there are, and nothing else. Raises Missing("visit-not-found").
    """
    visit = visible_to(actor).filter(id=visit_id).first()
    if visit is None:
        raise Missing("visit-not-found")
    is_coming = visit.state in {VisitState.BOOKED, VisitState.ON_THE_WAY}
    if not is_coming or visit.date != local_date(at, this_branch().zone):
        return None
    shift = agents.working_day(shift_id=visit.shift_id)
    hidden = {VisitState.CANCELLED, VisitState.REQUESTED}
    route = routed(
        [one for one in visits_on([shift]) if one.visit.state not in hidden or one.visit.id == visit_id]
    )
    ways = ways_on([shift.date])[shift.date]
    course = expected(frame_of(shift), [stop.promise for stop in route], int(at.timestamp()), ways)
    number = next(n for n, stop in enumerate(route) if stop.visit_id == visit_id)
    there = course.stops[number]
    if any(stop.travel_s >= NO_WAY_S for stop in course.stops[: number + 1]):
        return None
    before = sum(stop.promise.phase is not Phase.OVER for stop in route[:number])
    earliest = int(max(at, visit.window_from).timestamp())
    begins, ends = arrival_between(there.begins, before=before, earliest=earliest)
    return LiveLine(
        stop=before + 1,
        arriving_from=datetime.fromtimestamp(begins, UTC),
        arriving_to=datetime.fromtimestamp(ends, UTC),
        is_late=there.begins >= int(visit.window_to.timestamp()),
    )
