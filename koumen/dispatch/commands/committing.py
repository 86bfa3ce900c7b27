"""Writing routes that a plan or a repair found: only against unchanged versions, and only what the judge allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.agents.commands import count_change
from koumen.audit.command import command, lock_by_ids
from koumen.audit.commands import record
from koumen.dispatch.commands.route import route_planned, write_order
from koumen.dispatch.queries.planning import Routes, Situation, judge, situation
from koumen.kit.actor import Actor
from koumen.visits.commands import change_agent
from koumen.visits.models import Visit


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Routes of some shifts of a day, and the versions of the shifts that they were made for.

    ``freed``: visits whose promise is broken where they are, which may move however soon they begin.
    """

    date: date
    routes: Routes
    versions: Mapping[UUID, int]
    freed: frozenset[UUID] = frozenset()


def is_no_worse(
    known: Situation, before: Routes, after: Routes, freed: frozenset[UUID] = frozenset()
) -> bool:
    """Whether every fault of new routes is one of the old: no promise is broken by a plan."""
    was = {fault.about for fault in judge(known, before)}
    return {fault.about for fault in judge(known, after, freed)} <= was


@command
def commit_routes(*, planned: Planned, actor: Actor, at: datetime) -> int | None:
    """Write routes if their shifts are as they were and the judge still agrees; None when they are not.

    Returns how many shifts changed. Records AgentChanged and RoutePlanned. Raises Missing("shift-not-found").
    """
    visits = {visit for route in planned.routes.values() for visit in route}
    rows = lock_by_ids(Visit.objects.all(), visits)
    shifts = agents.lock_shifts(set(planned.routes))
    if any(shift.version != planned.versions[id] for id, shift in shifts.items()):
        return None
    known = situation(date=planned.date, at=at, shift_ids=list(planned.routes))
    if set(known.calls) != visits or not is_no_worse(known, known.routes, planned.routes, planned.freed):
        return None
    moved = [(v, id) for id, route in planned.routes.items() for v in route if rows[v].shift_id != id]
    for visit, id in moved:
        agent_id = known.shifts[id].agent_id
        change_agent(visit_id=visit, shift_id=id, agent_id=agent_id, actor=actor, at=at)
    changed = [id for id, route in planned.routes.items() if list(route) != list(known.routes[id])]
    for id in sorted(changed):
        write_order(shift_id=id, order=[*known.over[id], *planned.routes[id]])
    for id in sorted(changed):
        shift = count_change(shift_id=id, actor=actor, at=at)
        record(route_planned(id, shift.version, planned.routes[id]), actor=actor, at=at)
    return len(changed)
