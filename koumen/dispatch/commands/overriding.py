"""What a person decides against the plan: who goes, who swaps, who does not go; counted, and never undone by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.agents.commands import count_change
from koumen.audit.command import command, lock, lock_by_ids, require
from koumen.audit.commands import record
from koumen.dispatch.commands.route import route_planned, write_order
from koumen.dispatch.events import VisitOverridden
from koumen.dispatch.models import Override, Stop
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.planning import Routes, Situation, new_faults, situation, without
from koumen.dispatch.rules.planning import MoveReason, RefusalReason
from koumen.dispatch.solver.check import Fault
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.visits.commands import change_agent
from koumen.visits.models import Visit
from koumen.visits.permissions import visible_to
from koumen.visits.states import VisitState


@dataclass(frozen=True)
class Decided:
    """It is done."""

    overrides: tuple[Override, ...]


@dataclass(frozen=True)
class CannotBe:
    """It would break a promise or a rule: what the judge says; nothing was written."""

    faults: tuple[Fault, ...]


@command
def pin_visit(*, visit_id: UUID, shift_id: UUID, actor: Actor, at: datetime) -> Decided | CannotBe:
    """Say who goes: the visit stays with this shift, or comes to it where it costs the least way.

    A person may also change what begins within ninety minutes. Records VisitOverridden, and AgentChanged and
    RoutePlanned where somebody else goes. Raises Denied("plan-not-yours"), Missing("visit-not-found" |
    "shift-not-found"), Conflict("visit-cannot-move" | "shift-on-another-day").
    """
    require(may_plan(actor), "plan-not-yours")
    visit = lock_booked(visit_id, actor)
    agents.lock_shifts({visit.shift_id, shift_id})
    known = situation(date=visit.date, at=at, shift_ids={visit.shift_id, shift_id})
    if shift_id not in known.shifts:
        raise Conflict("shift-on-another-day")
    if shift_id != visit.shift_id:
        routes = without(known.routes, {visit_id})
        routes = _with(known, routes, visit_id, shift_id)
        wrong = faults_of(known, routes)
        if wrong:
            return CannotBe(wrong)
        write_routes(known, routes, actor, at)
    return Decided((keep(Override(kind="pin", visit_id=visit_id, shift_id=shift_id), actor, at),))


@command
def swap_visits(
    *, visit_id: UUID, other_id: UUID, reason: MoveReason | None = None, actor: Actor, at: datetime
) -> Decided | CannotBe:
    """Let two agents exchange two visits of a day, each to the best place in the other's route; both are pinned.

    Records VisitOverridden, AgentChanged and RoutePlanned for both. Raises as ``pin_visit``, and
    Conflict("visits-not-to-swap") for two visits of one shift or of different days.
    """
    require(may_plan(actor), "plan-not-yours")
    said = known_reason(reason) if reason else ""
    visits = lock_by_ids(visible_to(actor), {visit_id, other_id})
    if len(visits) != 2:  # noqa: PLR2004  (the two)
        raise Missing("visit-not-found")
    one, other = visits[visit_id], visits[other_id]
    for visit in (one, other):
        _require_booked(visit)
    if one.shift_id == other.shift_id or one.date != other.date:
        raise Conflict("visits-not-to-swap")
    agents.lock_shifts({one.shift_id, other.shift_id})
    known = situation(date=one.date, at=at, shift_ids={one.shift_id, other.shift_id})
    routes = without(known.routes, {one.id, other.id})
    routes = _with(known, routes, one.id, other.shift_id)
    routes = _with(known, routes, other.id, one.shift_id)
    wrong = faults_of(known, routes)
    if wrong:
        return CannotBe(wrong)
    write_routes(known, routes, actor, at)
    return Decided(
        (
            keep(Override(kind="swap", visit_id=one.id, shift_id=other.shift_id, reason=said), actor, at),
            keep(Override(kind="swap", visit_id=other.id, shift_id=one.shift_id, reason=said), actor, at),
        )
    )


@command
def refuse_agent(
    *, visit_id: UUID, agent_id: UUID, reason: RefusalReason, actor: Actor, at: datetime
) -> Decided:
    """Say who does not go, with one reason. If it is the one who would have gone, the visit is at risk until planned.

    Records VisitOverridden. Raises Denied("plan-not-yours"), Missing("visit-not-found" | "agent-not-found"),
    Conflict("visit-cannot-move") or Invalid("refusal-reason-unknown").
    """
    require(may_plan(actor), "plan-not-yours")
    if reason not in set(RefusalReason):
        raise Invalid("refusal-reason-unknown", field="reason", value=str(reason)[:40])
    lock_booked(visit_id, actor)
    agents.agent_card(agent_id=agent_id)
    return Decided(
        (keep(Override(kind="refuse", visit_id=visit_id, agent_id=agent_id, reason=reason), actor, at),)
    )


@command
def release_visit(*, visit_id: UUID, actor: Actor, at: datetime) -> Decided:
    """Give a visit back to the plan: no pin and no refusal holds any more.

    Records VisitOverridden. Raises Denied("plan-not-yours"), Missing("visit-not-found") or
    Conflict("visit-cannot-move").
    """
    require(may_plan(actor), "plan-not-yours")
    lock_booked(visit_id, actor)
    return Decided((keep(Override(kind="release", visit_id=visit_id), actor, at),))


def lock_booked(visit_id: UUID, actor: Actor) -> Visit:
    """Lock a visit that can still be decided about; raises as ``pin_visit``."""
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    _require_booked(visit)
    return visit


def _require_booked(visit: Visit) -> None:
    if visit.state != VisitState.BOOKED:
        raise Conflict("visit-cannot-move", state=visit.state)


def known_reason(reason: MoveReason) -> str:
    """The reason as it is kept; raises Invalid("move-reason-unknown")."""
    if reason not in set(MoveReason):
        raise Invalid("move-reason-unknown", field="reason", value=str(reason)[:40])
    return str(reason)


def _with(known: Situation, routes: Routes, visit_id: UUID, shift_id: UUID) -> Mapping[UUID, Sequence[UUID]]:
    """The routes with a visit at the place in a shift where least goes wrong, and then where it costs least way."""
    route = list(routes[shift_id])
    ways = [[*route[:gap], visit_id, *route[gap:]] for gap in range(len(route) + 1)]
    best = min(
        ways,
        key=lambda way: (len(new_faults(known, {**routes, shift_id: way})), known.way_s(shift_id, way)),
    )
    return {**routes, shift_id: best}


def faults_of(known: Situation, routes: Routes) -> tuple[Fault, ...]:
    """What new routes would break, each fault once."""
    return tuple(dict.fromkeys(violation.fault for violation in new_faults(known, routes)))


def write_routes(known: Situation, routes: Routes, actor: Actor, at: datetime) -> None:
    """Write new routes; the caller holds the locks of visits and shifts."""
    was = {visit: id for id, route in known.routes.items() for visit in route}
    for id, route in routes.items():
        for visit in route:
            if was[visit] != id:
                agent_id = known.shifts[id].agent_id
                change_agent(visit_id=visit, shift_id=id, agent_id=agent_id, actor=actor, at=at)
    for id in sorted(routes):
        write_order(shift_id=id, order=[*known.over[id], *routes[id]])
    for id in sorted(routes):
        version = count_change(shift_id=id, actor=actor, at=at).version
        record(route_planned(id, version, routes[id]), actor=actor, at=at)


def keep(override: Override, actor: Actor, at: datetime) -> Override:
    """Write down what a person decided, and record it."""
    override.made_by, override.made_at = actor.key, at
    override.save(force_insert=True)
    if override.kind != "refuse":  # the newest decision holds, whole
        _say_when(override, actor, at)
    said = VisitOverridden(
        subject_id=override.visit_id,
        override=override.kind,
        shift_id=override.shift_id,
        agent_id=override.agent_id,
        reason=override.reason,
        after_id=override.after_id,
        arrive_at=override.arrive_at,
    )
    record(said, actor=actor, at=at)
    return override


def _say_when(override: Override, actor: Actor, at: datetime) -> None:
    """Write the moment at the door where it narrows the promise; a change of the day like any other."""
    stop = Stop.objects.filter(visit_id=override.visit_id).first()
    if stop is not None and stop.arrive_at != override.arrive_at:
        stop.arrive_at = override.arrive_at
        stop.save(update_fields=["arrive_at"])
        count_change(shift_id=stop.shift_id, actor=actor, at=at)
