"""Who comes: another agent in the same window."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.visits.events import AgentChanged
from koumen.visits.models import Visit
from koumen.visits.permissions import may_assign_visit, visible_to
from koumen.visits.states import VISIT, VisitState


@command
def change_agent(*, visit_id: UUID, shift_id: UUID, agent_id: UUID, actor: Actor, at: datetime) -> Visit:
    """Let another agent come; called by ``dispatch``, which has judged the route. The promise stays as it is.

    The customer reads who comes when that agent sets out. Records AgentChanged. Raises
    Missing("visit-not-found"), Denied("visit-not-yours") or Conflict("visit-cannot-move").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_assign_visit(actor), "visit-not-yours")
    visit.state = VISIT.move(VisitState(visit.state), "move")
    before = visit.agent_id
    visit.shift_id, visit.agent_id = shift_id, agent_id
    visit.save(update_fields=["state", "shift", "agent"])
    record(
        AgentChanged(subject_id=visit.id, agent_id=agent_id, instead_of_id=before, shift_id=shift_id),
        actor=actor,
        at=at,
    )
    return visit
