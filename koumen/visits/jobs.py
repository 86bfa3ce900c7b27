"""What happens at a visit without anybody asking."""

import structlog
from procrastinate.contrib.django import app

from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict
from koumen.visits import queries
from koumen.visits.commands.booking import lapse_visit
from koumen.visits.commands.watching import raise_alarm
from koumen.visits.rules.outcomes import AlertKind

logger = structlog.get_logger()


@app.periodic(cron="*/10 * * * *")
@app.task(name="koumen.visits.jobs.lapse_requests", queue="normal")
def lapse_requests(timestamp: int) -> None:
    """Let requests go that nobody confirmed in time; one confirmed meanwhile stays."""
    del timestamp
    at = clock.now()
    for visit_id in queries.requests_to_lapse(at=at):
        try:
            lapse_visit(visit_id=visit_id, actor=SYSTEM, at=at)
        except Conflict as refused:
            logger.info("request_not_lapsed", visit_id=str(visit_id), code=refused.code)


@app.periodic(cron="* * * * *")
@app.task(name="koumen.visits.jobs.watch_doors", queue="now")
def watch_doors(timestamp: int) -> None:
    """Alarm the console about agents of whom nothing is heard, and arrivals that came to no end."""
    del timestamp
    at = clock.now()
    for visit_id in queries.visits_at_doors():
        for kind in (AlertKind.NO_SIGN, AlertKind.NO_OUTCOME):
            raise_alarm(visit_id=visit_id, kind=kind, actor=SYSTEM, at=at)
