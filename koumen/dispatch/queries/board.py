"""The routes of a day, for the board and for the agent."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from koumen.agents import queries as agents
from koumen.audit.command import require
from koumen.dispatch.permissions import may_see_board, may_see_route
from koumen.kit.actor import Actor
from koumen.visits.models import Visit
from koumen.visits.states import VisitState


@dataclass(frozen=True)
class BoardStop:
    """A visit as the board shows it; names are revealed by the person's id."""

    visit_id: UUID
    number: str
    customer_id: UUID
    customer_person_id: UUID
    state: VisitState
    window_from: datetime
    window_to: datetime
    position: int | None


@dataclass(frozen=True)
class BoardRow:
    """One agent's day on the board."""

    agent_id: UUID
    person_id: UUID
    staff_number: str
    shift_id: UUID
    starts_at: datetime
    ends_at: datetime
    stops: tuple[BoardStop, ...]
    equipment: tuple[str, ...] = ()
    joined_to_id: UUID | None = None  # the shift of the team with which this agent goes


def board(*, actor: Actor, date: date) -> list[BoardRow]:
    """Every shift of a day with its visits, those over and cancelled included, by staff number; two queries.

    Raises Denied("board-not-yours").
    """
    require(may_see_board(actor), "board-not-yours")
    shifts = agents.shifts_on(actor=actor, date=date)
    stops = _board_stops([shift.id for shift in shifts])
    return [
        BoardRow(
            agent_id=shift.agent_id,
            person_id=shift.agent.person_id,
            staff_number=shift.agent.staff_number,
            shift_id=shift.id,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            stops=tuple(stops[shift.id]),
            equipment=tuple(shift.equipment),
            joined_to_id=shift.joined_to_id,
        )
        for shift in shifts
    ]


def todays_route(*, actor: Actor, agent_id: UUID, date: date) -> list[BoardStop]:
    """An agent's stops of a day in the order of the road; cancelled visits and mere requests are not in it.

    The second of a team has the stops of the first. Two queries. Raises Denied("route-not-yours").
    """
    require(may_see_route(actor, agent_id), "route-not-yours")
    shift = agents.shift_of(actor=actor, agent_id=agent_id, date=date)
    hidden = {VisitState.CANCELLED, VisitState.REQUESTED}
    if shift is None:
        return []
    kept = shift.joined_to_id or shift.id
    return [stop for stop in _board_stops([kept])[kept] if stop.state not in hidden]


def _board_stops(shift_ids: Collection[UUID]) -> Mapping[UUID, list[BoardStop]]:
    visits = (
        Visit.objects.filter(shift_id__in=shift_ids)
        .select_related("customer")
        .annotate(place=F("stop__position"))
    )
    stops: dict[UUID, list[BoardStop]] = defaultdict(list)
    for visit in visits.order_by("window_from", F("place").asc(nulls_last=True), "id"):
        stops[visit.shift_id].append(
            BoardStop(
                visit_id=visit.id,
                number=visit.number,
                customer_id=visit.customer_id,
                customer_person_id=visit.customer.person_id,
                state=VisitState(visit.state),
                window_from=visit.window_from,
                window_to=visit.window_to,
                position=visit.place,
            )
        )
    return stops
