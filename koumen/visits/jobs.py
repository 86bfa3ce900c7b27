"""What happens at a visit without anybody asking."""

import structlog
from procrastinate.contrib.django import app

from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict
from koumen.visits import queries
from koumen.visits.commands.booking import lapse_visit

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
