"""What a person decides against the plan: who goes, who swaps, who does not go; counted, and never undone by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.agents.commands import count_change
from koumen.audit.command import command, lock, lock_by_ids, require
from koumen.audit.commands import record
from koumen.dispatch.commands.route import write_order
from koumen.dispatch.events import RoutePlanned, VisitOverridden
from koumen.dispatch.models import Override
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.planning import Routes, Situation, judge, situation
from koumen.dispatch.rules.planning import RefusalReason
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
    visit = _lock_booked(visit_id, actor)
    agents.lock_shifts({visit.shift_id, shift_id})
    known = situation(date=visit.date, at=at, shift_ids={visit.shift_id, shift_id})
    if shift_id not in known.shifts:
        raise Conflict("shift-on-another-day")
    if shift_id != visit.shift_id:
        routes = _without(known.routes, {visit_id})
        routes = _with(known, routes, visit_id, shift_id)
        wrong = _new_faults(known, routes)
        if wrong:
            return CannotBe(wrong)
        _write(known, routes, actor, at)
    return Decided((_keep(Override(kind="pin", visit_id=visit_id, shift_id=shift_id), actor, at),))


@command
def swap_visits(*, visit_id: UUID, other_id: UUID, actor: Actor, at: datetime) -> Decided | CannotBe:
    """Let two agents exchange two visits of a day, each to the best place in the other's route; both are pinned.

    Records VisitOverridden, AgentChanged and RoutePlanned for both. Raises as ``pin_visit``, and
    Conflict("visits-not-to-swap") for two visits of one shift or of different days.
    """
    require(may_plan(actor), "plan-not-yours")
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
    routes = _without(known.routes, {one.id, other.id})
    routes = _with(known, routes, one.id, other.shift_id)
    routes = _with(known, routes, other.id, one.shift_id)
    wrong = _new_faults(known, routes)
    if wrong:
        return CannotBe(wrong)
    _write(known, routes, actor, at)
    return Decided(
        (
            _keep(Override(kind="swap", visit_id=one.id, shift_id=other.shift_id), actor, at),
            _keep(Override(kind="swap", visit_id=other.id, shift_id=one.shift_id), actor, at),
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
    _lock_booked(visit_id, actor)
    agents.agent_card(agent_id=agent_id)
    return Decided(
        (_keep(Override(kind="refuse", visit_id=visit_id, agent_id=agent_id, reason=reason), actor, at),)
    )


@command
def release_visit(*, visit_id: UUID, actor: Actor, at: datetime) -> Decided:
    """Give a visit back to the plan: no pin and no refusal holds any more.

    Records VisitOverridden. Raises Denied("plan-not-yours"), Missing("visit-not-found") or
    Conflict("visit-cannot-move").
    """
    require(may_plan(actor), "plan-not-yours")
    _lock_booked(visit_id, actor)
    return Decided((_keep(Override(kind="release", visit_id=visit_id), actor, at),))


def _lock_booked(visit_id: UUID, actor: Actor) -> Visit:
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    _require_booked(visit)
    return visit


def _require_booked(visit: Visit) -> None:
    if visit.state != VisitState.BOOKED:
        raise Conflict("visit-cannot-move", state=visit.state)


def _without(routes: Routes, visits: set[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    return {id: [visit for visit in route if visit not in visits] for id, route in routes.items()}


def _with(known: Situation, routes: Routes, visit_id: UUID, shift_id: UUID) -> Mapping[UUID, Sequence[UUID]]:
    """The routes with a visit at the place in a shift where least goes wrong, and then where it costs least way."""
    route = list(routes[shift_id])
    ways = [[*route[:gap], visit_id, *route[gap:]] for gap in range(len(route) + 1)]
    best = min(
        ways,
        key=lambda way: (len(_new_faults(known, {**routes, shift_id: way})), known.way_s(shift_id, way)),
    )
    return {**routes, shift_id: best}


def _new_faults(known: Situation, routes: Routes) -> tuple[Fault, ...]:
    """What is wrong with new routes that was not wrong before; a person may overrule a pin and the frozen time."""
    before = {fault.about for fault in judge(known, known.routes)}
    overruled = {Fault.FROZEN, Fault.PINNED}
    return tuple(
        dict.fromkeys(
            fault.fault
            for fault in judge(known, routes)
            if fault.fault not in overruled and fault.about not in before
        )
    )


def _write(known: Situation, routes: Routes, actor: Actor, at: datetime) -> None:
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
        record(RoutePlanned(subject_id=id, shift_version=version, stops=len(routes[id])), actor=actor, at=at)


def _keep(override: Override, actor: Actor, at: datetime) -> Override:
    override.made_by, override.made_at = actor.key, at
    override.save(force_insert=True)
    said = VisitOverridden(
        subject_id=override.visit_id,
        override=override.kind,
        shift_id=override.shift_id,
        agent_id=override.agent_id,
        reason=override.reason,
    )
    record(said, actor=actor, at=at)
    return override
