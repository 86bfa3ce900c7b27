"""A person puts a visit at a place in an agent's day: behind whom, and at the door at which moment if they say so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.audit.command import command, require
from koumen.dispatch.commands.overriding import (
    CannotBe,
    Decided,
    faults_of,
    keep,
    known_reason,
    lock_booked,
    write_routes,
)
from koumen.dispatch.models import Override
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.moving import put, situation_for
from koumen.dispatch.queries.planning import without
from koumen.dispatch.rules.planning import MoveReason
from koumen.kit.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Placing:
    """Where a person wants a visit: in which shift, behind which of its visits (None: first), when, and why."""

    shift_id: UUID
    after_id: UUID | None
    reason: MoveReason
    arrive_at: datetime | None = None


@command
def place_visit(*, visit_id: UUID, placing: Placing, actor: Actor, at: datetime) -> Decided | CannotBe:
    """Put a visit at a place in a shift of its day, where it stays: no plan changes what stands before it there.

    ``arrive_at`` lies in the promised window, which itself never changes here. Records VisitOverridden, RoutePlanned,
    and AgentChanged where somebody else goes. Raises Denied("plan-not-yours"), Missing("visit-not-found" |
    "shift-not-found"), Conflict("visit-cannot-move" | "shift-on-another-day" | "stop-gone" | "pin-outside-window"),
    Invalid("move-reason-unknown").
    """
    require(may_plan(actor), "plan-not-yours")
    reason = known_reason(placing.reason)
    visit = lock_booked(visit_id, actor)
    agents.lock_shifts({visit.shift_id, placing.shift_id})
    known = situation_for(visit, placing.shift_id, placing.arrive_at, at)
    routes = put(without(known.routes, {visit_id}), visit_id, placing.shift_id, placing.after_id)
    wrong = faults_of(known, routes)
    if wrong:
        return CannotBe(wrong)
    write_routes(known, routes, actor, at)
    pin = Override(
        kind="pin",
        visit_id=visit_id,
        shift_id=placing.shift_id,
        is_placed=True,
        after_id=placing.after_id,
        arrive_at=placing.arrive_at,
        reason=reason,
    )
    return Decided((keep(pin, actor, at),))
