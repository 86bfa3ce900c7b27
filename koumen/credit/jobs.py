"""What happens without anybody asking: the night, repayment plans, reservations and requests that end, payouts."""

from uuid import UUID

import structlog
from django.conf import settings
from procrastinate.contrib.django import app

from koumen.audit.models import Fact
from koumen.audit.reactions import reaction
from koumen.branch.queries import this_branch
from koumen.credit import commands, gateway
from koumen.credit.events import RepaymentPlanAgreed
from koumen.credit.events.lending import PayoutAsked, PayoutReturned
from koumen.credit.queries import lending
from koumen.credit.queries import repayment_plans as plans
from koumen.credit.queries.buying import reservations_past
from koumen.credit.states import PayoutState
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Refusal
from koumen.kit.money import Money

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


@reaction(RepaymentPlanAgreed, queue="normal")
def let_go_at_once(fact_id: UUID) -> None:
    """What a plan lets go when it is agreed is let go now, not within the hour."""
    commands.check_plan(plan_id=Fact.objects.get(fact_id=fact_id).subject_id, actor=SYSTEM, at=clock.now())


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


@app.periodic(cron="55 * * * *")
@app.task(name="koumen.credit.jobs.end_old_loan_requests", queue="normal")
def end_old_loan_requests(timestamp: int) -> None:
    """Loans on which nobody decided in time: their customers ask anew, with costs that are read anew."""
    del timestamp
    at = clock.now()
    for request_id in lending.requests_past(at=at):
        try:
            commands.withdraw_loan(request_id=request_id, actor=SYSTEM, at=at)
        except Refusal as refused:
            logger.info("loan_request_not_ended", request_id=str(request_id), code=refused.code)


@reaction(PayoutAsked)
def pay_out(fact_id: UUID) -> None:
    """Ask the bank at once; when it is silent it is asked again within the quarter of an hour."""
    ask_bank(Fact.objects.get(fact_id=fact_id).subject_id)


@reaction(PayoutReturned)
def book_back(fact_id: UUID) -> None:
    """What was paid out and came back was never paid out."""
    commands.book_back(payout_id=Fact.objects.get(fact_id=fact_id).subject_id, actor=SYSTEM, at=clock.now())


@app.periodic(cron="*/15 * * * *")
@app.task(name="koumen.credit.jobs.ask_about_payouts", queue="normal")
def ask_about_payouts(timestamp: int) -> None:
    """What the bank has not answered yet, and what it may have given back; each by itself."""
    del timestamp
    for payout_id in lending.payouts_to_ask(at=clock.now()):
        try:
            ask_bank(payout_id)
        except Refusal as refused:
            logger.warning("payout_not_told", payout_id=str(payout_id), code=refused.code)


def ask_bank(payout_id: UUID) -> None:
    """Have a payout sent, or hear what became of it; nothing is assumed of a silent bank. Safe to call again."""
    if not settings.KOUMEN_BANK_URL:
        return  # instructions wait, and the console shows them
    row = lending.payout(payout_id=payout_id)
    try:
        if row.state == PayoutState.ASKED:
            amount = Money(row.amount_minor, row.account.product.currency)
            to = lending.bank_details(row.bank_account)
            answer = gateway.pay_out(payout_id=payout_id, amount=amount, to=to)
        else:
            answer = gateway.ask_payout(payout_id=payout_id)
    except gateway.BankSilentError as silent:
        logger.info("bank_silent", payout_id=str(payout_id), why=str(silent))
        return
    commands.tell_payout(answer=answer, actor=SYSTEM, at=clock.now())
