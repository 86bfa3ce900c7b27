"""Teams: two agents who go together are one resource; and where an agent does not go."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.agents.commands import join_shifts, part_shifts
from koumen.agents.models import Shift
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.dispatch.events import NoGoLifted, NoGoSet
from koumen.dispatch.models import NoGo
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.rules.needs import TEAM
from koumen.dispatch.rules.planning import RefusalReason
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.place import Place
from koumen.people.queries import customer_of
from koumen.visits.models import Visit
from koumen.visits.states import OPEN_STATES

# Wider than this is no area but the whole town: then the agent is the wrong one, not the place.
MOST_RADIUS_M = 20_000


@dataclass(frozen=True, kw_only=True)
class NoGoRequest:
    """Who does not go where: to a customer, or within so many metres of a place; why, and on which days [from, to)."""

    agent_id: UUID
    reason: str
    from_date: date
    to_date: date | None = None
    customer_id: UUID | None = None
    place: Place | None = None
    radius_m: int | None = None


@command
def form_team(*, shift_id: UUID, partner_shift_id: UUID, actor: Actor, at: datetime) -> Shift:
    """Let two agents go together for a day, both to the stops of the first.

    The second must have nothing promised on that day, and work at least as long as the first. Records TeamFormed.
    Raises Denied("plan-not-yours"), Missing("shift-not-found"), Conflict("shift-on-another-day" | "team-exists" |
    "team-hours-differ" | "team-has-visits").
    """
    require(may_plan(actor), "plan-not-yours")
    if shift_id == partner_shift_id:
        raise Conflict("team-exists")
    shifts = agents.lock_shifts({shift_id, partner_shift_id})
    if shifts[shift_id].date != shifts[partner_shift_id].date:
        raise Conflict("shift-on-another-day")
    if _open_visits(partner_shift_id):
        raise Conflict("team-has-visits")
    return join_shifts(shift_id=shift_id, joined_id=partner_shift_id, actor=actor, at=at)


@command
def part_team(*, shift_id: UUID, actor: Actor, at: datetime) -> Shift:
    """Let two agents go separately again, where nobody was promised both of them.

    Records TeamParted. Raises Denied("plan-not-yours"), Missing("shift-not-found"), Conflict("team-not-there" |
    "team-has-visits").
    """
    require(may_plan(actor), "plan-not-yours")
    agents.lock_shift(shift_id)
    if any(visit.staff >= TEAM for visit in _open_visits(shift_id)):
        raise Conflict("team-has-visits")
    return part_shifts(shift_id=shift_id, actor=actor, at=at)


def _open_visits(shift_id: UUID) -> list[Visit]:
    return list(Visit.objects.filter(shift_id=shift_id, state__in=OPEN_STATES))


@command
def set_no_go(*, request: NoGoRequest, actor: Actor, at: datetime) -> NoGo:
    """Write down where an agent does not go. What is promised there already is at risk until it is planned.

    Records NoGoSet. Raises Denied("plan-not-yours"), Missing("agent-not-found" | "customer-not-found"),
    Invalid("no-go-parts-wrong" | "no-go-ends-before-it-starts" | "refusal-reason-unknown" | "place-off-the-earth").
    """
    require(may_plan(actor), "plan-not-yours")
    if request.reason not in set(RefusalReason):
        raise Invalid("refusal-reason-unknown", field="reason", value=request.reason[:40])
    if request.to_date is not None and request.to_date <= request.from_date:
        raise Invalid("no-go-ends-before-it-starts", field="to_date")
    is_area = request.place is not None and 0 < (request.radius_m or 0) <= MOST_RADIUS_M
    if (request.customer_id is None) is not is_area:
        raise Invalid("no-go-parts-wrong", field="radius_m")
    agents.agent_card(agent_id=request.agent_id)
    if request.customer_id is not None:
        customer_of(actor, customer_id=request.customer_id, at=at)
    row = NoGo.objects.create(
        agent_id=request.agent_id,
        customer_id=request.customer_id,
        latitude=request.place.latitude if request.place else None,
        longitude=request.place.longitude if request.place else None,
        radius_m=request.radius_m if request.place else None,
        reason=request.reason,
        from_date=request.from_date,
        to_date=request.to_date,
        made_by=actor.key,
        made_at=at,
    )
    said = NoGoSet(
        subject_id=row.id,
        agent_id=row.agent_id,
        customer_id=row.customer_id,
        reason=row.reason,
        from_date=row.from_date,
    )
    record(said, actor=actor, at=at)
    return row


@command
def lift_no_go(*, no_go_id: UUID, actor: Actor, at: datetime) -> NoGo:
    """Let an agent go there again from today on.

    Records NoGoLifted. Raises Denied("plan-not-yours"), Missing("no-go-not-found") or Conflict("no-go-over").
    """
    require(may_plan(actor), "plan-not-yours")
    row = lock(NoGo.objects.all(), missing="no-go-not-found", id=no_go_id)
    today = local_date(at, this_branch().zone)
    if row.to_date is not None and row.to_date <= today:
        raise Conflict("no-go-over")
    row.to_date = today
    row.save(update_fields=["to_date"])
    record(NoGoLifted(subject_id=row.id, to_date=today), actor=actor, at=at)
    return row
