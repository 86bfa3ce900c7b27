"""What happens without anybody asking: the night, what becomes of repayment plans, reservations that end."""

import structlog
from procrastinate.contrib.django import app

from koumen.branch.queries import this_branch
from koumen.credit import commands
from koumen.credit.queries import repayment_plans as plans
from koumen.credit.queries.buying import reservations_past
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Refusal

logger = structlog.get_logger()


@app.periodic(cron="5 * * * *")
@app.task(name="koumen.credit.jobs.keep_night", queue="heavy")
def keep_night(timestamp: int) -> None:
    """Judge, charge and bill what midnight brought. Every hour, since midnight is the branch's own: most find nothing.

    So a night that was missed or cut off is made up for within the hour.
    """
    del timestamp
    today = clock.local_date(clock.now(), this_branch().zone)
    night = commands.run_night(until=today, actor=SYSTEM)
    if night.accounts:
        logger.info("night_kept", accounts=night.accounts, judged=night.judged, bills=night.bills)


@app.periodic(cron="20 * * * *")
@app.task(name="koumen.credit.jobs.check_plans", queue="normal")
def check_plans(timestamp: int) -> None:
    """Look at every plan in which something may have happened: each by itself, so that one does not hold up the rest."""
    del timestamp
    at = clock.now()
    for plan_id in plans.plans_to_check(at=at):
        try:
            commands.check_plan(plan_id=plan_id, actor=SYSTEM, at=at)
        except Refusal as refused:
            logger.warning("plan_not_checked", plan_id=str(plan_id), code=refused.code)


@app.periodic(cron="40 5 * * *")
@app.task(name="koumen.credit.jobs.look_again", queue="normal")
def look_again(timestamp: int) -> None:
    """Say which reviews are due, and delete answers whose day has come."""
    del timestamp
    at = clock.now()
    today = clock.local_date(at, this_branch().zone)
    for plan_id in plans.reviews_to_tell(today=today):
        commands.tell_reviews(plan_id=plan_id, actor=SYSTEM, at=at)
    for plan_id in plans.plans_with_old_answers(today=today):
        commands.delete_answers(plan_id=plan_id, actor=SYSTEM, at=at)


@app.periodic(cron="50 * * * *")
@app.task(name="koumen.credit.jobs.release_old_reservations", queue="normal")
def release_old_reservations(timestamp: int) -> None:
    """Let go what merchants never confirmed: each by itself, since one may be taken at this very moment."""
    del timestamp
    at = clock.now()
    for reservation_id in reservations_past(at=at):
        try:
            commands.release_reservation(reservation_id=reservation_id, actor=SYSTEM, at=at)
        except Refusal as refused:
            logger.info("reservation_not_released", reservation_id=str(reservation_id), code=refused.code)
