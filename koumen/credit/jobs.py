"""What happens to repayment plans without anybody asking."""

import structlog
from procrastinate.contrib.django import app

from koumen.branch.queries import this_branch
from koumen.credit import commands
from koumen.credit.queries import repayment_plans as plans
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Refusal

logger = structlog.get_logger()


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
