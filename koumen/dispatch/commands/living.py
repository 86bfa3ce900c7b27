"""When a day goes wrong on the road: an agent cannot go on."""

from datetime import datetime
from uuid import UUID

from koumen.agents.commands import end_shift_early
from koumen.agents.models import Shift
from koumen.agents.rules.shift import OffReason
from koumen.audit.command import command
from koumen.kit.actor import Actor
from koumen.visits.commands import turn_back
from koumen.visits.models import Visit
from koumen.visits.rules.reasons import TurnBackReason
from koumen.visits.states import VisitState


@command
def give_up_shift(
    *, shift_id: UUID, off_from: datetime, reason: OffReason, actor: Actor, at: datetime
) -> Shift:
    """An agent cannot go on from a moment on: who is on the way turns back, and what is left is at risk.

    A visit at the door goes on to its end. Promises stand until somebody else is found for them.
    Records AgentTurnedBack and ShiftEndedEarly. Raises as ``agents.end_shift_early``.
    """
    if off_from <= at:
        under_way = Visit.objects.filter(shift_id=shift_id, state=VisitState.ON_THE_WAY)
        for visit_id in under_way.order_by("id").values_list("id", flat=True):
            turn_back(visit_id=visit_id, reason=TurnBackReason.UNWELL, actor=actor, at=at)
    return end_shift_early(shift_id=shift_id, off_from=off_from, reason=reason, actor=actor, at=at)
