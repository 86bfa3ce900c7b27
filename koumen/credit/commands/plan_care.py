"""What befalls a repayment plan: a pause, its end, looking again; and what the night finds."""

from datetime import datetime, timedelta
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import fact_row, record, remember
from koumen.branch.queries import this_branch
from koumen.credit.commands.keeping import keep
from koumen.credit.commands.plan_keeping import (
    HeldPlan,
    end,
    hold_plan,
    let_late_rest,
    take_back_end,
    write_terms,
)
from koumen.credit.commands.plan_relief import let_go_by_plan, owe_again
from koumen.credit.events import (
    RepaymentAnswersDeleted,
    RepaymentPlanPaused,
    RepaymentPlanRestored,
    RepaymentPlanResumed,
    RepaymentReviewDue,
    RepaymentReviewed,
)
from koumen.credit.models import RepaymentPlan, RepaymentPlanAnswers, RepaymentPlanReview
from koumen.credit.permissions import may_review_plan
from koumen.credit.queries.repayment_plans import LAPSES_AFTER, plan_now, repayment_plan
from koumen.credit.rules.repayment_plan import Cause, Ending, ReviewOutcome, later, owed_in_all
from koumen.credit.states import REPAYMENT_PLAN, RepaymentPlanState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid


@command
def pause_plan(*, plan_id: UUID, days: int, key: UUID, actor: Actor, at: datetime) -> RepaymentPlan:
    """Ask for nothing for some days: payments still to come move behind the pause, late charges rest longer.

    Records RepaymentPlanPaused. Raises what hold_plan does, Invalid("plan-pause-too-short"),
    Conflict("plan-pause-too-long" | "repayment_plan-cannot-pause" | "key-reused").
    """
    memory = remember("pause_plan", actor=actor, key=key, inputs={"plan": plan_id, "days": days}, at=at)
    if memory.answer is not None:
        return repayment_plan(actor=actor, plan_id=plan_id)
    if days < 1:
        raise Invalid("plan-pause-too-short", field="days")
    one = hold_plan(actor, plan_id, at=at)
    one.move("pause")
    left = one.held.parameters.hardship_most_days - one.plan.paused_days
    if days > left:
        raise Conflict("plan-pause-too-long", days_left=max(0, left))
    now = plan_now(one.plan, at=at)
    assert now is not None  # noqa: S101  (only a plan that was agreed can be paused)
    until = one.today + timedelta(days=days)
    dues = later(
        now.dues,
        now.standing.paid_minor,
        after=until - timedelta(days=1),
        due_day=one.held.position.due_day,
    )
    one.plan.paused_until, one.plan.paused_days = until, one.plan.paused_days + days
    one.plan.save(update_fields=["state", "paused_until", "paused_days"])
    kept = ("counts_from", "owed_minor", "nothing_minor", "late_let_go_minor", "accrued_minor")
    terms = write_terms(
        one, dues, cause=Cause.PAUSED, actor=actor, more={name: getattr(now.terms, name) for name in kept}
    )
    let_late_rest(one, dues)
    event = RepaymentPlanPaused(
        subject_id=plan_id, credit_account_id=one.held.account_id, version=terms.version, until=until
    )
    one.change.facts.append(fact_row(event, actor=actor, at=at))
    keep(one.change, memory, plan=plan_id)
    return one.plan


@command
def break_plan(*, plan_id: UUID, key: UUID, actor: Actor, at: datetime) -> RepaymentPlan:
    """End a plan that the customer does not want any more: what is owed is owed as before, late charges count again.

    What the plan let go is owed again, if the product says so.

    Records RepaymentPlanEnded. Raises what hold_plan does, Conflict("repayment_plan-cannot-break" | "key-reused").
    """
    memory = remember("break_plan", actor=actor, key=key, inputs={"plan": plan_id}, at=at)
    if memory.answer is not None:
        return repayment_plan(actor=actor, plan_id=plan_id)
    one = hold_plan(actor, plan_id, at=at)
    end(one, "break", Ending.WISHED, actor=actor)
    keep(one.change, memory, plan=plan_id)
    owe_again(one.plan, one.held.parameters, at=at)
    return one.plan


@command
def withdraw_plan(*, plan_id: UUID, actor: Actor, at: datetime) -> RepaymentPlan:
    """Take back a proposal; its answers are deleted at once.

    Records RepaymentPlanEnded. Raises what hold_plan does, Conflict("repayment_plan-cannot-withdraw").
    """
    one = hold_plan(actor, plan_id, at=at)
    _withdraw(one, Ending.WISHED, actor=actor)
    keep(one.change)
    return one.plan


@command
def check_plan(*, plan_id: UUID, actor: Actor, at: datetime) -> RepaymentPlan:
    """Do what has come by itself: paid in full, a pause that is over, a payment missed, or given in time after all.

    Done twice it changes nothing. Records what happened. Raises what hold_plan does.
    """
    let_go_by_plan(plan_id=plan_id, actor=actor, at=at)
    one = hold_plan(actor, plan_id, at=at)
    state = RepaymentPlanState(one.plan.state)
    if state is RepaymentPlanState.PROPOSED and one.plan.proposed_at <= at - LAPSES_AFTER:
        _withdraw(one, Ending.LAPSED, actor=actor)
    elif state is RepaymentPlanState.BROKEN and _was_kept(one):
        _restore(one, actor)
    elif REPAYMENT_PLAN.can(state, "finish"):
        _check_running(one, actor)
    if one.change.facts:  # else nothing happened, and quotes and sheets of the account stay good
        keep(one.change)
    if one.plan.ended_how == Ending.MISSED:
        owe_again(one.plan, one.held.parameters, at=at)
    return one.plan


def _check_running(one: HeldPlan, actor: Actor) -> None:
    now = plan_now(one.plan, at=one.change.at)
    assert now is not None  # noqa: S101  (it was agreed)
    if not now.standing.left_minor or owed_in_all(one.held.position, one.held.parameters) <= 0:
        end(one, "finish", Ending.PAID, actor=actor)
        return
    if one.plan.paused_until and one.plan.paused_until <= one.today:
        one.move("resume")
        one.plan.paused_until = None
        one.plan.save(update_fields=["state", "paused_until"])
        _tell(one, RepaymentPlanResumed(subject_id=one.plan.id, credit_account_id=one.held.account_id), actor)
    if now.standing.is_missed(one.today, one.held.parameters.plan_grace_days):
        end(one, "break", Ending.MISSED, actor=actor)


def _was_kept(one: HeldPlan) -> bool:
    """Whether by what is known today no payment was missed when the night ended the plan; and no other plan runs."""
    ended_at = one.plan.ended_at
    if one.plan.ended_how != Ending.MISSED or ended_at is None:
        return False
    now = plan_now(one.plan, at=one.change.at, until=ended_at)
    day = local_date(ended_at, this_branch().zone)
    others = RepaymentPlan.objects.filter(account_id=one.plan.account_id, proposed_at__gt=ended_at)
    return (
        now is not None
        and not now.standing.is_missed(day, one.held.parameters.plan_grace_days)
        and not others.exists()
    )


def _restore(one: HeldPlan, actor: Actor) -> None:
    one.move("restore")
    take_back_end(one)
    one.plan.ended_at = one.plan.ended_how = one.plan.end_activity_id = None
    one.plan.save(update_fields=["state", "ended_at", "ended_how", "end_activity_id"])
    _tell(one, RepaymentPlanRestored(subject_id=one.plan.id, credit_account_id=one.held.account_id), actor)


def _withdraw(one: HeldPlan, how: Ending, *, actor: Actor) -> None:
    end(one, "withdraw", how, actor=actor)
    one.plan.answers.all().delete()


def _tell(one: HeldPlan, event: RepaymentPlanResumed | RepaymentPlanRestored, actor: Actor) -> None:
    one.change.facts.append(fact_row(event, actor=actor, at=one.change.at))


# --- looking again --------------------------------------------------------------------------------------


@command
def tell_reviews(*, plan_id: UUID, actor: Actor, at: datetime) -> int:
    """Say which reviews of a plan have become due; each is said once. Returns how many.

    Records RepaymentReviewDue for each. Raises Denied("repayment-plan-not-yours") or
    Missing("repayment-plan-not-found").
    """
    require(may_review_plan(actor), "repayment-plan-not-yours")
    plan = lock(RepaymentPlan.objects.all(), missing="repayment-plan-not-found", id=plan_id)
    due = plan.reviews.filter(due_date__lte=local_date(at, this_branch().zone), told_at=None, done_at=None)
    reviews = list(due.order_by("days"))
    for review in reviews:
        review.told_at = at
        review.save(update_fields=["told_at"])
        event = RepaymentReviewDue(subject_id=plan.id, credit_account_id=plan.account_id, days=review.days)
        record(event, actor=actor, at=at)
    return len(reviews)


@command
def review_plan(
    *, plan_id: UUID, days: int, outcome: ReviewOutcome, actor: Actor, at: datetime
) -> RepaymentPlanReview:
    """Write down what came of looking again with the customer; when nobody was reached it stays open.

    Records RepaymentReviewed. Raises Denied("repayment-plan-not-yours"), Missing("repayment-plan-not-found" |
    "review-not-found") or Conflict("review-already-done").
    """
    require(may_review_plan(actor), "repayment-plan-not-yours")
    plan = lock(RepaymentPlan.objects.all(), missing="repayment-plan-not-found", id=plan_id)
    review = lock(plan.reviews.all(), missing="review-not-found", days=days)
    if review.done_at is not None:
        raise Conflict("review-already-done")
    if outcome is not ReviewOutcome.NOT_REACHED:
        review.done_at, review.done_by, review.outcome = at, actor.key, outcome
        review.save(update_fields=["done_at", "done_by", "outcome"])
    event = RepaymentReviewed(
        subject_id=plan.id, credit_account_id=plan.account_id, days=days, outcome=outcome
    )
    record(event, actor=actor, at=at)
    return review


@command
def delete_answers(*, plan_id: UUID, actor: Actor, at: datetime) -> int:
    """Delete the answers of a plan whose day has come; returns how many versions.

    Records RepaymentAnswersDeleted. Raises Denied("repayment-plan-not-yours") or
    Missing("repayment-plan-not-found").
    """
    require(may_review_plan(actor), "repayment-plan-not-yours")
    plan = lock(RepaymentPlan.objects.all(), missing="repayment-plan-not-found", id=plan_id)
    old = RepaymentPlanAnswers.objects.filter(plan=plan, delete_on__lte=local_date(at, this_branch().zone))
    deleted, _ = old.delete()
    if deleted:
        event = RepaymentAnswersDeleted(
            subject_id=plan.id, credit_account_id=plan.account_id, versions=deleted
        )
        record(event, actor=actor, at=at)
    return deleted
