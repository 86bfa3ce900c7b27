"""A day as it stands: shifts, visits, routes, what a person decided; for planning and for judging."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from koumen.agents import queries as agents
from koumen.agents.queries import WorkingDay
from koumen.conduct.rules.pack import pack_on
from koumen.dispatch.queries.decisions import Decided, decisions
from koumen.dispatch.queries.needs import NoGoes, needs_of, no_goes
from koumen.dispatch.queries.slots import Plan, Routed, frame_of, plan_for, promise_of
from koumen.dispatch.solver.check import FROZEN_S, Call, Case, Duty, Fault, Violation, check
from koumen.dispatch.solver.day import Day, Node, day_of
from koumen.dispatch.solver.progress import Phase, day_at
from koumen.dispatch.solver.travel import Ways
from koumen.visits.models import Visit
from koumen.visits.states import VisitState

Routes = Mapping[UUID, Sequence[UUID]]
"""The visits that are still ahead, in order, by shift."""


@dataclass(frozen=True)
class Situation:
    """One day, from the rows: who works from where and when on, what is promised, in which order."""

    date: date
    at: datetime
    shifts: Mapping[UUID, WorkingDay]
    duties: Mapping[UUID, Duty]
    calls: Mapping[UUID, Call]
    routes: Routes
    over: Mapping[UUID, Sequence[UUID]]  # stops that are behind or under way, by shift
    placed: Mapping[UUID, UUID | None]  # visits that stand where a person put them, behind which
    days: Mapping[UUID, Day]
    ways: Ways | None  # None without a shift
    routed: Mapping[UUID, Sequence[Routed]]  # every visit of a shift with how far it has come

    @property
    def runs(self) -> bool:
        """Whether somebody's shift has begun: from then on visits move only with a person's yes."""
        return any(shift.starts_at <= self.at for shift in self.shifts.values())

    def case(self, routes: Routes, freed: frozenset[UUID] = frozenset()) -> Case:
        """These routes, put before the judge; other shifts of the day are not looked at."""
        assert self.ways is not None, "there is nothing to judge on a day without shifts"  # noqa: S101
        calls = {visit for id in routes for visit in (*routes[id], *self.routes.get(id, ()))}
        return Case(
            duties=[self.duties[id] for id in routes if id in self.duties],
            calls=[self.calls[id] for id in calls if id in self.calls],
            routes={id: list(route) for id, route in routes.items()},
            travel=self.ways.travel,
            bands=[(span.begins, span.band) for span in self.ways.spans],
            promised={id: list(self.routes.get(id, ())) for id in routes},
            now=int(self.at.timestamp()),
            freed=freed,
        )

    def rerouted(self, routes: Routes) -> "Situation":
        """The same day with some shifts in another order, or with others' visits."""
        assert self.ways is not None, "there is nothing to order on a day without shifts"  # noqa: S101
        days = {}
        for id, route in routes.items():
            first, last = self.days[id].nodes[0], self.days[id].nodes[-1]
            stops = [node_of(self.calls[visit]) for visit in route]
            days[id] = day_of([first, *stops, last], self.ways, self.days[id].rest)
        return replace(self, routes={**self.routes, **routes}, days={**self.days, **days})

    def way_s(self, shift_id: UUID, route: Sequence[UUID]) -> int:
        """The seconds on the road of a route, each way in its slowest band."""
        duty = self.duties[shift_id]
        places = [duty.start, *(self.calls[visit].place for visit in route), duty.home]
        ways = self.days[shift_id].ways
        return sum(max(ways.leg(a, b)) for a, b in pairwise(places))

    def at_the_door(self, visit: Visit, arrive_at: datetime | None) -> "Situation":
        """The same, if a person had said (or not said) at which moment somebody is at the door of a visit."""
        promise = promise_of(visit, arrive_at)
        call = replace(self.calls[visit.id], window_from=promise.window_from, window_to=promise.window_to)
        return replace(self, calls={**self.calls, visit.id: call})

    def frozen(self, shift_id: UUID) -> int:
        """How many of a shift's first stops no plan changes: they begin so soon, or a person put one at its place."""
        until = int(self.at.timestamp()) + FROZEN_S
        route = self.routes.get(shift_id, ())
        stay = [self.calls[visit].window_from < until or visit in self.placed for visit in route]
        return len(stay) - stay[::-1].index(True) if any(stay) else 0


def situation(*, date: date, at: datetime, shift_ids: Collection[UUID] | None = None) -> Situation:
    """A day (or some of its shifts) as it stands; seven queries, three without a shift. It is shown to nobody."""
    shifts = agents.working_days(from_date=date, to_date=_after(date))
    if shift_ids is not None:
        shifts = [shift for shift in shifts if shift.shift_id in shift_ids]
    plan = plan_for(shifts, at=at)
    rows = {visit.id: visit for visit in Visit.objects.filter(shift_id__in=[s.shift_id for s in shifts])}
    decided = decisions(list(rows))
    nowhere = no_goes(from_date=date, to_date=_after(date))
    days = {
        shift.shift_id: day_at(
            frame_of(shift),
            [routed.promise for routed in plan.routes.get(shift.shift_id, ())],
            int(at.timestamp()),
            plan.ways[shift.date],
        )
        for shift in shifts
    }
    ahead = {shift.shift_id: _by_phase(plan, shift.shift_id, ahead=True) for shift in shifts}
    placed = {visit: after for route in ahead.values() for visit, after in _placed(route, decided)}
    return Situation(
        date=date,
        at=at,
        shifts={shift.shift_id: shift for shift in shifts},
        duties={shift.shift_id: _duty(shift, days[shift.shift_id]) for shift in shifts},
        calls={
            routed.visit_id: replace(
                _call(rows[routed.visit_id], routed, (decided, nowhere), shifts, plan),
                after=placed.get(routed.visit_id),
            )
            for route in ahead.values()
            for routed in route
        },
        routes={id: [routed.visit_id for routed in route] for id, route in ahead.items()},
        over={
            shift.shift_id: [r.visit_id for r in _by_phase(plan, shift.shift_id, ahead=False) if r.position]
            for shift in shifts
        },
        placed=placed,
        days=days,
        ways=plan.ways.get(date),
        routed={shift.shift_id: plan.routes.get(shift.shift_id, ()) for shift in shifts},
    )


def judge(situation: Situation, routes: Routes, freed: frozenset[UUID] = frozenset()) -> list[Violation]:
    """What is wrong with some routes of a day; only an empty answer means that they can be kept. No query.

    ``freed``: visits whose promise is broken where they are, which may move however soon they begin.
    """
    return check(situation.case(routes, freed)) if situation.ways else []


def node_of(call: Call) -> Node:
    """A visit as the recurrences of a day see it."""
    return Node(call.place, call.window_from, call.window_to - 1, call.service_s)


def new_faults(known: Situation, routes: Routes) -> tuple[Violation, ...]:
    """What is wrong with new routes that was not wrong before.

    A person may overrule who was pinned, the order that somebody chose, and the frozen time.
    """
    before = {fault.about for fault in judge(known, {id: known.routes[id] for id in routes})}
    overruled = {Fault.FROZEN, Fault.PINNED, Fault.ORDER}
    return tuple(
        fault for fault in judge(known, routes) if fault.fault not in overruled and fault.about not in before
    )


def without(routes: Routes, visits: Collection[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    """Routes without some visits."""
    return {id: [visit for visit in route if visit not in visits] for id, route in routes.items()}


def _placed(route: Sequence[Routed], decided: Mapping[UUID, Decided]) -> Iterator[tuple[UUID, UUID | None]]:
    """The visits of a route that stand where a person put them; put elsewhere since, what was said holds no more."""
    before: set[UUID] = set()
    for routed in route:
        said = decided.get(routed.visit_id, Decided())
        if said.is_placed and (said.after is None or said.after in before):
            yield routed.visit_id, said.after
        before.add(routed.visit_id)


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _by_phase(plan: Plan, shift_id: UUID, *, ahead: bool) -> list[Routed]:
    return [
        routed for routed in plan.routes.get(shift_id, ()) if (routed.promise.phase is Phase.AHEAD) is ahead
    ]


def _duty(shift: WorkingDay, day: Day) -> Duty:
    first, last = day.nodes[0], day.nodes[-1]
    return Duty(
        id=shift.shift_id,
        starts=first.earliest,
        ends=last.latest,
        start=first.place,
        home=last.place,
        break_s=day.rest.length_s if day.rest else 0,
        break_from=day.rest.begins if day.rest else 0,
        break_until=day.rest.ends if day.rest else 0,
        skills=shift.skills,
        certificates=shift.certificates,
        equipment=shift.equipment,
        languages=shift.languages,
        staff=shift.staff,
    )


def _call(
    visit: Visit,
    routed: Routed,
    barred: tuple[Mapping[UUID, Decided], NoGoes],
    shifts: Sequence[WorkingDay],
    plan: Plan,
) -> Call:
    decided, nowhere = barred
    said = decided.get(visit.id, Decided())
    pack, needs = pack_on(plan.packs, visit.date), needs_of(visit)
    refused = said.refused | nowhere.barred(
        customer_id=visit.customer_id, place=routed.promise.place, on=visit.date
    )
    # a request that the customer has not confirmed stays with whom they were told
    stays = visit.shift_id if visit.state == VisitState.REQUESTED else said.pinned_to
    return Call(
        id=visit.id,
        place=routed.promise.place,
        window_from=routed.promise.window_from,
        window_to=routed.promise.window_to,
        service_s=routed.promise.service_s,
        skills=needs.skills,
        equipment=needs.equipment,
        languages=needs.languages,
        staff=needs.staff,
        certificates=frozenset({pack.certificate} if pack and pack.certificate else ()),
        pinned_to=stays,
        refused=frozenset(shift.shift_id for shift in shifts if shift.agent_ids & refused),
    )
