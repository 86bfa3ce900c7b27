"""What happens at a visit without anybody asking."""

from datetime import timedelta

import structlog
from procrastinate.contrib.django import app

from koumen.branch.queries import this_branch
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict
from koumen.visits import queries
from koumen.visits.commands.afterwards import ask_handover
from koumen.visits.commands.booking import lapse_visit
from koumen.visits.commands.evidence import delete_due_evidence
from koumen.visits.commands.following import follow_owed
from koumen.visits.commands.places import delete_places
from koumen.visits.commands.telling import notify_customer
from koumen.visits.commands.watching import raise_alarm, settle_alarm
from koumen.visits.queries.afterwards import handovers_to_ask
from koumen.visits.queries.evidence import evidence_due
from koumen.visits.queries.places import visits_with_old_places
from koumen.visits.rules.handovers import ASK_FROM_HOUR
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
    """Alarm the console about agents of whom nothing is heard, and arrivals that came to no end.

    What a phone told late settles the alarms that waited for it.
    """
    del timestamp
    at = clock.now()
    for alert_id in queries.alarms_to_settle():
        settle_alarm(alert_id=alert_id, actor=SYSTEM, at=at)
    for visit_id in queries.visits_at_doors():
        for kind in (AlertKind.NO_SIGN, AlertKind.NO_OUTCOME):
            raise_alarm(visit_id=visit_id, kind=kind, actor=SYSTEM, at=at)


@app.periodic(cron="*/5 * * * *")
@app.task(name="koumen.visits.jobs.remind", queue="normal", queueing_lock="remind")
def remind(timestamp: int) -> None:
    """Remind customers a day and two hours before; what a killed job left undone is due at the next run."""
    del timestamp
    at = clock.now()
    for visit_id, kind in queries.reminders_due(at=at):
        notify_customer(visit_id=visit_id, kind=kind, expected_at=None, actor=SYSTEM, at=at)


# Four times a minute: whoever has paid is off the agent's list within one (R5). See ADR 16.
@app.periodic(cron="* * * * * */15")
@app.task(name="koumen.visits.jobs.follow_what_is_owed", queue="now", queueing_lock="follow_owed")
def follow_what_is_owed(timestamp: int) -> None:
    """Look at each account that changed and has a visit to come: money by another way may leave nothing for it."""
    del timestamp
    at = clock.now()
    for visit_id in queries.visits_to_follow():
        follow_owed(visit_id=visit_id, actor=SYSTEM, at=at)


@app.periodic(cron="20 * * * *")
@app.task(name="koumen.visits.jobs.ask_handovers", queue="normal")
def ask_handovers(timestamp: int) -> None:
    """From ten in the morning on, ask the customers of yesterday how much they handed over; each once."""
    del timestamp
    at, zone = clock.now(), this_branch().zone
    if at.astimezone(zone).hour < ASK_FROM_HOUR:
        return
    for visit_id in handovers_to_ask(day=clock.local_date(at, zone) - timedelta(days=1)):
        ask_handover(visit_id=visit_id, actor=SYSTEM, at=at)


@app.periodic(cron="40 3 * * *")
@app.task(name="koumen.visits.jobs.delete_old_places", queue="normal")
def delete_old_places(timestamp: int) -> None:
    """Every night, delete the places that the policy pack lets nobody keep any longer (R27)."""
    del timestamp
    at = clock.now()
    for visit_id in visits_with_old_places(at=at):
        delete_places(visit_id=visit_id, actor=SYSTEM, at=at)


@app.periodic(cron="50 3 * * *")
@app.task(name="koumen.visits.jobs.delete_old_evidence", queue="normal")
def delete_old_evidence(timestamp: int) -> None:
    """Every night, delete photos and signatures whose day has come; what a quarrel needs is asked about again next night."""
    del timestamp
    at = clock.now()
    for evidence_id in evidence_due(at=at):
        delete_due_evidence(evidence_id=evidence_id, actor=SYSTEM, at=at)
