"""A day as it stood at a moment, told from the facts: nothing is kept a second time for looking back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from koumen.agents.queries import WorkingDay
from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.dispatch.events import RoutePlanned, SlotTaken, StopDropped
from koumen.dispatch.rules.slot import HOUR
from koumen.kit.clock import local_date
from koumen.visits.events import (
    AgentArrived,
    AgentChanged,
    AgentSetOut,
    AgentTurnedBack,
    AmountAgreed,
    CustomerProven,
    NobodyAnswered,
    VisitBooked,
    VisitBrokenOff,
    VisitCancelled,
    VisitClosed,
    VisitMoved,
    VisitPaid,
    VisitRequested,
)
from koumen.visits.models import Visit, VisitMove
from koumen.visits.states import VisitState

V = VisitState

# What each fact makes of a visit.
_STATES: Mapping[str, VisitState] = {
    VisitRequested.kind(): V.REQUESTED,
    VisitBooked.kind(): V.BOOKED,
    VisitMoved.kind(): V.BOOKED,  # also one that was on its way
    VisitCancelled.kind(): V.CANCELLED,
    AgentSetOut.kind(): V.ON_THE_WAY,
    AgentTurnedBack.kind(): V.BOOKED,
    AgentArrived.kind(): V.AT_THE_DOOR,
    CustomerProven.kind(): V.PROVEN,
    AmountAgreed.kind(): V.AGREED,
    VisitPaid.kind(): V.PAID,
    VisitClosed.kind(): V.CLOSED,
    NobodyAnswered.kind(): V.NO_SHOW,
    VisitBrokenOff.kind(): V.BROKEN_OFF,
}
_PROMISES = frozenset({VisitRequested.kind(), VisitBooked.kind(), VisitMoved.kind()})
_ROUTES = frozenset({SlotTaken.kind(), StopDropped.kind(), RoutePlanned.kind()})
_KINDS = frozenset({*_STATES, *_PROMISES, *_ROUTES, AgentChanged.kind()})


@dataclass(frozen=True)
class Stood:
    """A visit with its place in the route and the moment at the door that a person chose, if there are any."""

    visit: Visit
    position: int | None
    arrive_at: datetime | None = None


def as_they_stood(now: Sequence[Stood], shifts: Sequence[WorkingDay], as_of: datetime) -> list[Stood]:
    """Copies of visits as they were at a moment, never to be saved; two queries.

    Without those that were not asked for yet or stood on another day, with those that were moved away since.
    """
    visits = [*(one.visit for one in now), *_moved_away(shifts)]
    subjects = [*(visit.id for visit in visits), *(shift.shift_id for shift in shifts)]
    facts = Fact.objects.filter(subject_id__in=subjects, kind__in=_KINDS, at__lte=as_of).order_by("id")
    told: dict[UUID, list[Fact]] = defaultdict(list)
    for fact in facts:
        told[fact.subject_id].append(fact)
    shift_of = {shift.agent_id: shift for shift in shifts}
    stood = [
        then
        for visit in visits
        if visit.id in told and (then := _as_it_stood(visit, told[visit.id], shift_of)) is not None
    ]
    return _in_order(stood, sorted((fact for one in told.values() for fact in one), key=lambda fact: fact.id))


def _moved_away(shifts: Sequence[WorkingDay]) -> list[Visit]:
    """Visits that once had a promise in these shifts, and stand in others now."""
    once = VisitMove.objects.filter(
        agent_id__in=[shift.agent_id for shift in shifts],
        window_from__gte=min(shift.starts_at for shift in shifts) - HOUR,
        window_from__lt=max(shift.starts_at for shift in shifts) + timedelta(days=1),
    )
    elsewhere = Visit.objects.filter(id__in=once.values("visit_id"))
    return list(elsewhere.exclude(shift__date=shifts[0].date).select_related("customer"))


def _as_it_stood(visit: Visit, facts: Iterable[Fact], shift_of: Mapping[UUID, WorkingDay]) -> Visit | None:
    then = copy(visit)
    then.set_out_at = then.arrived_at = then.ended_at = None
    agent_id: UUID | None = None
    for fact in facts:
        body = json.loads(fact.body)
        if fact.kind in _STATES:
            then.state = _STATES[fact.kind]
        if fact.kind in _PROMISES:
            then.window_from = datetime.fromisoformat(body["window_from"])
            then.window_to = datetime.fromisoformat(body["window_to"])
        if fact.kind in _PROMISES or fact.kind == AgentChanged.kind():
            agent_id = UUID(body["agent_id"])
        _remember(then, fact)
    shift = shift_of.get(agent_id) if agent_id else None
    if shift is None or local_date(then.window_from, this_branch().zone) != shift.date:
        return None
    then.agent_id, then.shift_id = shift.agent_id, shift.shift_id
    return then


def _remember(then: Visit, fact: Fact) -> None:
    """The moments that planning looks at."""
    if fact.kind == AgentSetOut.kind():
        then.set_out_at = fact.at
    elif fact.kind in {AgentTurnedBack.kind(), VisitMoved.kind()}:
        then.set_out_at = None
    elif fact.kind == AgentArrived.kind():
        then.arrived_at = fact.at
    elif then.state in {V.CLOSED, V.CANCELLED, V.NO_SHOW, V.BROKEN_OFF}:
        then.ended_at = fact.at


def _in_order(visits: Sequence[Visit], facts: Iterable[Fact]) -> list[Stood]:
    """Every visit at the place in its route that it had; where no fact says one, windows decide."""
    orders: dict[str, list[str]] = defaultdict(list)
    for fact in facts:
        if fact.kind in _ROUTES:
            _follow(orders, fact, json.loads(fact.body))
    places = {visit: place for order in orders.values() for place, visit in enumerate(order, start=1)}
    stood = [Stood(visit, places.get(str(visit.id))) for visit in visits]
    return sorted(
        stood, key=lambda one: (one.position is None, one.position or 0, one.visit.window_from, one.visit.id)
    )


def _follow(orders: dict[str, list[str]], fact: Fact, body: Mapping[str, Any]) -> None:
    subject = str(fact.subject_id)
    if fact.kind == RoutePlanned.kind():
        planned = str(body.get("order", "")).split()
        for order in orders.values():
            order[:] = [visit for visit in order if visit not in planned]
        orders[subject] = [*orders[subject], *planned]
        return
    for order in orders.values():
        if subject in order:
            order.remove(subject)
    if fact.kind == SlotTaken.kind():
        order, behind = orders[str(body["shift_id"])], body.get("behind_id")
        order.insert(order.index(behind) + 1 if behind in order else _first_ahead(order, behind), subject)


def _first_ahead(order: Sequence[str], behind: str | None) -> int:
    """The first of what is ahead may stand behind what was over then: windows put it right."""
    return len(order) if behind else 0
