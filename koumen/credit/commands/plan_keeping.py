"""What every command about a repayment plan does: lock account and plan, write terms, let late charges rest."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from koumen.audit.command import lock, require
from koumen.audit.commands import fact_row
from koumen.branch.queries import this_branch
from koumen.credit.commands.entering import begin, enter, forget
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import Change
from koumen.credit.events import RepaymentPlanEnded
from koumen.credit.models import RepaymentPlan, RepaymentPlanAnswers, RepaymentPlanTerms
from koumen.credit.permissions import may_make_plan, visible_to
from koumen.credit.queries.past import REVERSAL
from koumen.credit.queries.repayment_plans import answers_place
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.affordable import Answers
from koumen.credit.rules.parameters import PlanLate
from koumen.credit.rules.repayment_plan import (
    Cause,
    Ending,
    PlanDue,
    dues_of,
    plain_dues,
    rests_until,
)
from koumen.credit.states import REPAYMENT_PLAN, RepaymentPlanState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing
from koumen.kit.ids import new_id
from koumen.people.models import Customer
from koumen.people.queries import seal_note

ANSWERS_KEPT = timedelta(days=120)  # a month longer than the last review, which may ask for them


@dataclass
class HeldPlan:
    """A plan and its account, locked, the account brought to today."""

    plan: RepaymentPlan
    change: Change

    @property
    def held(self) -> HeldAccount:
        """The account."""
        return self.change.held

    @property
    def today(self) -> date:
        """The branch's day."""
        return local_date(self.change.at, this_branch().zone)

    def move(self, verb: str) -> None:
        """Go to the state after a verb. Raises Conflict("repayment_plan-cannot-<verb>")."""
        self.plan.state = REPAYMENT_PLAN.move(RepaymentPlanState(self.plan.state), verb)


def hold_plan(actor: Actor, plan_id: UUID, *, at: datetime) -> HeldPlan:
    """Lock a plan in the order of the house: the account's money first; three queries.

    Raises Missing("repayment-plan-not-found") or Denied("repayment-plan-not-yours").
    """
    rows = RepaymentPlan.objects.filter(account__in=visible_to(actor))
    account_id = rows.filter(id=plan_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("repayment-plan-not-found")
    held = hold_account(actor, account_id)
    require(may_make_plan(actor, held.customer_id), "repayment-plan-not-yours")
    plan = lock(rows.select_related("account__product"), missing="repayment-plan-not-found", id=plan_id)
    return HeldPlan(plan, begin(held, actor=actor, at=at))


def write_terms(
    one: HeldPlan, dues: Sequence[PlanDue], *, cause: Cause, actor: Actor, more: dict[str, object]
) -> RepaymentPlanTerms:
    """The next version of what is agreed; two queries."""
    last = one.plan.terms.order_by("-version").first()
    return RepaymentPlanTerms.objects.create(
        plan=one.plan,
        version=last.version + 1 if last else 1,
        cause=cause,
        dues=plain_dues(dues),
        made_by=actor.key,
        made_at=one.change.at,
        **more,
    )


def seal_answers(plan: RepaymentPlan, person_id: UUID, answers: Answers, at: datetime) -> int:
    """Keep the answers, sealed, until a day; returns their version. Three queries."""
    version = plan.answers.count() + 1
    RepaymentPlanAnswers.objects.create(
        plan=plan,
        version=version,
        sealed=seal_note(person_id, json.dumps(answers.plain()), place=answers_place(plan.id, version)),
        given_at=at,
        delete_on=local_date(at + ANSWERS_KEPT, this_branch().zone),
    )
    return version


def person_of(customer_id: UUID) -> UUID:
    """Whose key seals the answers; one query."""
    return Customer.objects.values_list("person_id", flat=True).get(id=customer_id)


# --- late charges ---------------------------------------------------------------------------------------


def let_late_rest(one: HeldPlan, dues: Sequence[PlanDue]) -> None:
    """While a plan is kept late charges rest, if the product says so; never shorter than they would without it."""
    parameters, before = one.held.parameters, one.held.position.late_paused_until
    if parameters.plan_late != PlanLate.PAUSED:
        return
    until = rests_until(dues, parameters.plan_grace_days)
    _rest(one, max(until, before) if before else until)


def let_late_count(one: HeldPlan) -> UUID | None:
    """The plan is over: late charges count again from today, or from when they would have without it.

    A rest that somebody gave meanwhile, and that is longer than the plan's, stays.
    """
    parameters, now = one.held.parameters, one.held.position.late_paused_until
    terms = one.plan.terms.order_by("-version").first()
    if parameters.plan_late != PlanLate.PAUSED or terms is None or now is None:
        return None
    if now > rests_until(dues_of(terms.dues), parameters.plan_grace_days):
        return None
    return _rest(one, max(one.today, one.plan.rested_until or one.today))


def take_back_end(one: HeldPlan) -> None:
    """The plan was kept after all: as if it had never ended; the books take the difference."""
    activity_id = one.plan.end_activity_id
    if activity_id is None:
        return
    forget(one.change, activity_id, ())
    one.change.activity = {
        "id": str(new_id()),
        "kind": REVERSAL,
        "amount_minor": 0,
        "details": {},
        "effective_at": one.change.at.isoformat(),
        "entry_id": None,
        "reverses_id": str(activity_id),
    }


def _rest(one: HeldPlan, until: date) -> UUID:
    activity = Activity(
        activity_id=new_id(),
        kind=ActivityKind.HARDSHIP,
        effective_at=one.change.at,
        on=one.today,
        until=until,
    )
    enter(one.change, activity)
    return activity.activity_id


# --- ends -----------------------------------------------------------------------------------------------


def end(one: HeldPlan, verb: str, how: Ending, *, actor: Actor) -> None:
    """Bring a plan to its end and tell it; the caller keeps the change. One query."""
    was_agreed = one.plan.agreed_at is not None
    one.move(verb)
    one.plan.ended_at, one.plan.ended_how, one.plan.paused_until = one.change.at, how, None
    one.plan.end_activity_id = let_late_count(one) if was_agreed else None
    one.plan.save(update_fields=["state", "ended_at", "ended_how", "paused_until", "end_activity_id"])
    event = RepaymentPlanEnded(subject_id=one.plan.id, credit_account_id=one.held.account_id, how=how)
    one.change.facts.append(fact_row(event, actor=actor, at=one.change.at))
