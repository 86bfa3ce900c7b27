"""What is to be expected of the day that runs, and which promises are at risk."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.db.models import F

from koumen.audit.command import require
from koumen.dispatch.permissions import may_see_board
from koumen.dispatch.queries.planning import Situation, situation
from koumen.dispatch.queries.slots import frame_of
from koumen.dispatch.solver.check import Fault, person_faults
from koumen.dispatch.solver.live import Expected, expect, risky, starts_of
from koumen.dispatch.solver.progress import Cause
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.visits.models import Visit
from koumen.visits.permissions import visible_to
from koumen.visits.states import VisitState

# A request that the customer has not confirmed is no promise yet; at the door it has been kept.
PROMISED = frozenset({VisitState.BOOKED, VisitState.ON_THE_WAY})


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """A promised visit of a day, and when it can begin as things stand.

    ``expected_at`` is None when nobody can come as things stand. ``late_s``: seconds beyond the promised window.
    ``why`` is None while the promise can be kept, else a Cause (time) or a Fault (this agent may not go).
    """

    visit_id: UUID
    number: str
    state: VisitState
    customer_id: UUID
    customer_person_id: UUID
    shift_id: UUID
    agent_id: UUID
    agent_person_id: UUID
    staff_number: str
    window_from: datetime
    window_to: datetime
    set_out_at: datetime | None
    expected_at: datetime | None
    late_s: int
    why: Cause | Fault | None

    @property
    def late_min(self) -> int:
        """Whole minutes late, rounded up: nobody is told less than is true."""
        return -(-self.late_s // 60)


def at_risk(*, actor: Actor, date: date, at: datetime) -> list[Expectation]:
    """The promises of a day that cannot be kept as things stand, the soonest window first.

    Each with who should come, when the visit can begin now (None: nobody comes), by how many seconds that is too late,
    and why. Nothing is written and nobody's name is read; a board may ask every few seconds. Eight queries, four
    on a day without shifts. Raises Denied("board-not-yours").
    """
    return [one for one in expectations(actor=actor, date=date, at=at) if one.why]


def expectations(*, actor: Actor, date: date, at: datetime) -> list[Expectation]:
    """Every promised visit of a day that is not at its door yet, the soonest window first; queries as ``at_risk``.

    Raises Denied("board-not-yours").
    """
    require(may_see_board(actor), "board-not-yours")
    return _expectations(situation(date=date, at=at))


def expected_visit(*, actor: Actor, visit_id: UUID, at: datetime) -> Expectation | None:
    """When one visit can begin, for whoever may see it; None when it is at the door, over, or no promise.

    Nine queries. Raises Missing("visit-not-found").
    """
    visit = visible_to(actor).filter(id=visit_id).first()
    if visit is None:
        raise Missing("visit-not-found")
    if visit.state not in PROMISED:
        return None
    found = _expectations(situation(date=visit.date, at=at, shift_ids=[visit.shift_id]))
    return next((one for one in found if one.visit_id == visit_id), None)


def expected_of(known: Situation) -> Mapping[UUID, Expected]:
    """What is to be expected of a day's visits, by visit, requests too; no query."""
    found: dict[UUID, Expected] = {}
    if known.ways is None:
        return found
    for id, shift in known.shifts.items():
        routed = known.routed[id]
        promises = [one.promise for one in routed]
        for one in expect(frame_of(shift), promises, int(known.at.timestamp()), known.ways):
            found[routed[one.number].visit_id] = one
    return found


def broken(known: Situation) -> list[UUID]:
    """The visits ahead that cannot be kept by the routes of a situation, the soonest window first; no query."""
    found = {known.routes[id][place] for id in known.routes for place in risky(known.days[id])} | {
        visit
        for id, route in known.routes.items()
        for visit in route
        if person_faults(known.duties[id], known.calls[visit])
    }
    return sorted(found, key=lambda visit: (known.calls[visit].window_from, visit))


def starts_by_visit(known: Situation) -> Mapping[UUID, int]:
    """When each visit ahead would begin by the routes of a situation, in seconds; no query."""
    return {
        visit: start
        for id, route in known.routes.items()
        for visit, start in zip(route, starts_of(known.days[id]), strict=True)
    }


def _expectations(known: Situation) -> list[Expectation]:
    expected = expected_of(known)
    rows = Visit.objects.filter(id__in=expected, state__in=PROMISED)
    rows = rows.select_related("customer", "agent").order_by("window_from", F("number"))
    return [_expectation(known, visit, expected[visit.id]) for visit in rows]


def _expectation(known: Situation, visit: Visit, expected: Expected) -> Expectation:
    return Expectation(
        visit_id=visit.id,
        number=visit.number,
        state=VisitState(visit.state),
        customer_id=visit.customer_id,
        customer_person_id=visit.customer.person_id,
        shift_id=visit.shift_id,
        agent_id=visit.agent_id,
        agent_person_id=visit.agent.person_id,
        staff_number=visit.agent.staff_number,
        window_from=visit.window_from,
        window_to=visit.window_to,
        set_out_at=visit.set_out_at,
        expected_at=None if expected.starts is None else datetime.fromtimestamp(expected.starts, UTC),
        late_s=expected.late_s,
        why=expected.cause or _unfit(known, visit),
    )


def _unfit(known: Situation, visit: Visit) -> Fault | None:
    """What forbids that this agent goes: a decision of a person, or something they cannot do or do not carry."""
    call = known.calls.get(visit.id)
    faults: Collection[Fault] = person_faults(known.duties[visit.shift_id], call) if call else ()
    return next(iter(faults), None)
