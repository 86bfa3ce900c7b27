"""The day of every agent as it stands, or as it stood: what is promised, what happened, how the rest is likely to go."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from koumen.agents import queries as agents
from koumen.agents.queries import AgentCard, WorkingDay
from koumen.agents.queries.history import working_days_as_of
from koumen.audit.command import require
from koumen.dispatch.models import Override
from koumen.dispatch.permissions import may_see_board, may_see_route
from koumen.dispatch.queries.history import Stood, as_they_stood
from koumen.dispatch.queries.slots import Routed, frame_of, promise_of
from koumen.dispatch.queries.travel import ways_on
from koumen.dispatch.solver.check import FROZEN_S
from koumen.dispatch.solver.expected import At, expected
from koumen.dispatch.solver.progress import Phase
from koumen.dispatch.solver.travel import NO_WAY_S, Ways
from koumen.kit.actor import Actor
from koumen.kit.place import Place
from koumen.visits.models import Visit
from koumen.visits.states import AT_DOOR_STATES, VisitState

_NOT_SHOWN = frozenset({VisitState.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class LaneStop:
    """A visit in an agent's day: the promise, and when somebody was or is likely to be at the door.

    ``travel_s`` is the way to it, as it was or as it is reckoned. Names are revealed by the person's id.
    """

    visit_id: UUID
    number: str
    customer_person_id: UUID
    state: VisitState
    window_from: datetime
    window_to: datetime
    place: Place
    begins_at: datetime
    ends_at: datetime
    travel_s: int
    is_ahead: bool
    is_frozen: bool
    decided: str  # what a person decided: "", pin, swap, refuse
    arrive_at: datetime | None

    @property
    def travel_min(self) -> int:
        """The way to it in whole minutes."""
        return round(self.travel_s / 60)

    @property
    def late_s(self) -> int:
        """By how much the promise is, or was, missed; 0 when it is kept."""
        has_come = self.is_ahead or self.state in AT_DOOR_STATES or self.state is VisitState.ON_THE_WAY
        late = (
            int((self.begins_at - self.window_to).total_seconds()) + 1
        )  # the last second is promised, the next is not
        return max(0, late) if has_come else 0

    @property
    def late_min(self) -> int:
        """Whole minutes late, rounded up: nobody is told less than is true."""
        return -(-self.late_s // 60)


@dataclass(frozen=True)
class Span:
    """From a moment to a moment."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Lane:
    """One agent's day: shift, stops in the order of the road, the break that is still to come, the way home."""

    shift_id: UUID
    agent_id: UUID
    person_id: UUID
    staff_number: str  # of a team both: "4821 + 3377"
    is_off: bool  # the agent said: not on today
    shift: Span
    start: Place
    stops: tuple[LaneStop, ...]
    pause: Span | None
    home_at: datetime | None
    home_travel_s: int

    @property
    def late_home_s(self) -> int:
        """By how much the shift is likely to end too late."""
        return max(0, int((self.home_at - self.shift.ends_at).total_seconds())) if self.home_at else 0


def lanes(*, actor: Actor, date: date, at: datetime, as_of: datetime | None = None) -> list[Lane]:
    """Every shift of a day with its visits, by staff number; five queries, and three more to look back to ``as_of``.

    Looking back, shifts, promises, states, agents and the order of stops are those of that moment, from the facts; a
    date keeps the travel times by which it was promised. Raises Denied("board-not-yours").
    """
    require(may_see_board(actor), "board-not-yours")
    if as_of is not None:
        return _lanes(working_days_as_of(date=date, as_of=as_of), date, at, as_of)
    return _lanes(agents.working_days(from_date=date, to_date=date + timedelta(days=1)), date, at, None)


def lane_for(*, actor: Actor, agent_id: UUID, date: date, at: datetime) -> Lane | None:
    """An agent's own day, or that of the team they go with; what a customer has not confirmed is not in it.

    Five queries, one without a shift. Raises Denied("route-not-yours").
    """
    require(may_see_route(actor, agent_id), "route-not-yours")
    shifts = agents.working_days(from_date=date, to_date=date + timedelta(days=1))
    own = [shift for shift in shifts if agent_id in shift.agent_ids and not shift.is_joined]
    lane = next(iter(_lanes(own, date, at, None)), None) if own else None
    confirmed = [stop for stop in lane.stops if stop.state is not VisitState.REQUESTED] if lane else []
    return replace(lane, stops=tuple(confirmed)) if lane else None


def _lanes(shifts: Sequence[WorkingDay], date: date, at: datetime, as_of: datetime | None) -> list[Lane]:
    if as_of is None or not shifts:
        visits, moment = visits_on(shifts), at
    else:
        now = _with_places(Visit.objects.filter(shift__date=date))
        visits, moment = as_they_stood(now, shifts, as_of), as_of
    cards = agents.agent_cards(agent_ids={agent for shift in shifts for agent in shift.agent_ids})
    ways = ways_on([date]) if shifts else {}
    decided = _decided([one.visit.id for one in visits], moment)
    by_shift: dict[UUID, list[Stood]] = defaultdict(list)
    for one in visits:
        by_shift[one.visit.shift_id].append(one)
    drawn = [
        lane_of(shift, cards, by_shift[shift.shift_id], ways[date], decided, moment)
        for shift in shifts
        if not shift.is_joined
    ]
    return sorted(drawn, key=lambda lane: lane.staff_number)


def visits_on(shifts: Sequence[WorkingDay]) -> list[Stood]:
    """The visits of some shifts with their place in the route and the moment a person chose; one query."""
    return _with_places(Visit.objects.filter(shift_id__in=[shift.shift_id for shift in shifts]))


def _with_places(visits: QuerySet[Visit]) -> list[Stood]:
    placed = visits.annotate(place=F("stop__position"), arrive_at=F("stop__arrive_at"))
    in_order = placed.select_related("customer").order_by(
        F("place").asc(nulls_last=True), "window_from", "id"
    )
    return [Stood(visit, visit.place, visit.arrive_at) for visit in in_order]


def lane_of(
    shift: WorkingDay,
    cards: Mapping[UUID, AgentCard],
    visits: Sequence[Stood],
    ways: Ways,
    decided: Mapping[UUID, str],
    at: datetime,
) -> Lane:
    """One agent's day from its rows, in the order they are to be driven; no query."""
    rows = {one.visit.id: one for one in visits if one.visit.state not in _NOT_SHOWN}
    route = routed(list(rows.values()))
    course = expected(frame_of(shift), [stop.promise for stop in route], int(at.timestamp()), ways)
    is_possible = all(stop.travel_s < NO_WAY_S for stop in (*course.stops, course.home))
    stops = [
        _stop(rows[stop.visit_id], stop, there, decided.get(stop.visit_id, ""), at)
        for stop, there in zip(route, course.stops, strict=True)
    ]
    pause, team = course.pause, [shift.agent_id, *([shift.partner_id] if shift.partner_id else [])]
    return Lane(
        shift_id=shift.shift_id,
        agent_id=shift.agent_id,
        person_id=cards[shift.agent_id].person_id,
        staff_number=" + ".join(cards[agent].staff_number for agent in team),
        is_off=shift.is_off,
        shift=Span(shift.starts_at, shift.ends_at),
        start=shift.start,
        stops=tuple(stops),
        pause=Span(_moment(pause.begins), _moment(pause.ends)) if pause else None,
        home_at=_moment(course.home.begins) if route and is_possible else None,
        home_travel_s=course.home.travel_s if route and is_possible else 0,
    )


def routed(visits: Sequence[Stood]) -> list[Routed]:
    """Visits of one shift in the order of the road: what is over, what is under way, what is ahead; no query."""
    route = [Routed(one.visit.id, promise_of(one.visit, one.arrive_at), one.position) for one in visits]
    return sorted(route, key=lambda stop: stop.order)


def _stop(one: Stood, stop: Routed, there: At, decided: str, at: datetime) -> LaneStop:
    visit = one.visit
    begins, ends, travel_s = _moment(there.begins), _moment(there.ends), there.travel_s
    if stop.promise.phase in {Phase.OVER, Phase.AT_THE_DOOR} and visit.arrived_at:
        begins = visit.arrived_at
        travel_s = int((begins - visit.set_out_at).total_seconds()) if visit.set_out_at else 0
    is_ahead = stop.promise.phase is Phase.AHEAD
    return LaneStop(
        visit_id=visit.id,
        number=visit.number,
        customer_person_id=visit.customer.person_id,
        state=VisitState(visit.state),
        window_from=visit.window_from,
        window_to=visit.window_to,
        place=stop.promise.place,
        begins_at=begins,
        ends_at=max(begins, ends),
        travel_s=travel_s,
        is_ahead=is_ahead,
        is_frozen=is_ahead and visit.window_from < at + timedelta(seconds=FROZEN_S),
        decided=decided,
        arrive_at=one.arrive_at,
    )


def _decided(visit_ids: Sequence[UUID], at: datetime) -> Mapping[UUID, str]:
    """What a person decided last about each visit, until a moment; one query."""
    rows = Override.objects.filter(visit_id__in=visit_ids, made_at__lte=at).order_by("id")
    last = {row.visit_id: row.kind for row in rows}
    return {visit: "" if kind == "release" else kind for visit, kind in last.items()}


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
