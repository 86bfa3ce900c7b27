"""Reactions of the room to what happened elsewhere."""

from uuid import UUID

from koumen.audit.models import Fact
from koumen.audit.reactions import reaction
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.visits.events import NobodyAnswered, VisitBrokenOff, VisitCancelled


@reaction(VisitCancelled, VisitBrokenOff, NobodyAnswered)
def reopen_route(fact_id: UUID) -> None:
    """A visit ended before its time: its place in the route can be promised again."""
    from koumen.dispatch.commands import drop_stop

    fact = Fact.objects.get(fact_id=fact_id)
    drop_stop(visit_id=fact.subject_id, actor=SYSTEM, at=clock.now())
