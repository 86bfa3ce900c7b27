"""Reactions of the room to what happened elsewhere, and what it does by itself."""

from uuid import UUID

import structlog
from procrastinate.contrib.django import app

from koumen.audit.models import Fact
from koumen.audit.reactions import reaction
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.visits.events import NobodyAnswered, VisitBrokenOff, VisitCancelled

logger = structlog.get_logger()


@reaction(VisitCancelled, VisitBrokenOff, NobodyAnswered)
def reopen_route(fact_id: UUID) -> None:
    """A visit ended before its time: its place in the route can be promised again."""
    from koumen.dispatch.commands import drop_stop

    fact = Fact.objects.get(fact_id=fact_id)
    drop_stop(visit_id=fact.subject_id, actor=SYSTEM, at=clock.now())


@app.periodic(cron="0 19 1 * *")
@app.task(name="koumen.dispatch.jobs.correct_travel_times", queue="heavy")
def correct_travel_times(timestamp: int) -> None:
    """Once a month let logged trips correct the travel times of days on which nothing is promised yet."""
    from koumen.dispatch.commands import refit_travel

    del timestamp
    stored = refit_travel(actor=SYSTEM, at=clock.now())
    logger.info("travel_times_corrected", version=stored.version if stored else None)
