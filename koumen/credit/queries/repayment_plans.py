"""Reading repayment plans: what can be offered, how a plan stands, what is to be looked at."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Sum

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.conduct.queries import living_minor
from koumen.credit.models import (
    Activity,
    RepaymentPlan,
    RepaymentPlanAnswers,
    RepaymentPlanReview,
    RepaymentPlanTerms,
)
from koumen.credit.permissions import may_read_answers, visible_to
from koumen.credit.queries.accounts import position_at
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import ActivityKind
from koumen.credit.rules.affordable import Answers, affordable_minor
from koumen.credit.rules.repayment_plan import (
    Ending,
    PlanDue,
    PlanOption,
    PlanStanding,
    dues_of,
    owed_in_all,
    plan_options,
    standing,
)
from koumen.credit.states import REPAYMENT_PLAN, RepaymentPlanState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing
from koumen.kit.money import CURRENCIES
from koumen.people import queries as people

OPEN_STATES = (RepaymentPlanState.PROPOSED, RepaymentPlanState.RUNNING, RepaymentPlanState.PAUSED)
AGREED_STATES = (RepaymentPlanState.RUNNING, RepaymentPlanState.PAUSED)
# A payment made without a net arrives within days; after a month nobody waits for one any more.
RESTORED_WITHIN = timedelta(days=30)
LAPSES_AFTER = timedelta(days=14)  # of a proposal: a letter goes and comes back in that time


@dataclass(frozen=True, kw_only=True)
class PlanOffer:
    """What can be offered to somebody on these answers: no option where nothing is affordable."""

    owed_minor: int
    affordable_minor: int
    living_minor: int
    currency: str
    options: tuple[PlanOption, ...]


def plan_offer(*, actor: Actor, account_id: UUID, answers: Answers, at: datetime) -> PlanOffer:
    """Two or three plans on five answers, which are not kept; two queries.

    Raises Missing("account-not-found" | "pack-not-found" | "living-amount-not-found").
    """
    return offer_for(position_at(actor=actor, account_id=account_id, at=at), answers, at)


def offer_for(held: HeldAccount, answers: Answers, at: datetime) -> PlanOffer:
    """The offer for an account whose position stands at today; one query."""
    living = living_minor(currency=held.currency, at=at)
    affordable = affordable_minor(answers, living_minor=living, share=held.parameters.affordable_share)
    return PlanOffer(
        owed_minor=owed_in_all(held.position, held.parameters),
        affordable_minor=affordable,
        living_minor=living,
        currency=held.currency,
        options=plan_options(
            held.position,
            held.parameters,
            affordable_minor=affordable,
            unit_minor=10 ** CURRENCIES[held.currency].minor_units,
        ),
    )


def repayment_plan(*, actor: Actor, plan_id: UUID) -> RepaymentPlan:
    """One plan with its account and product; one query. Raises Missing("repayment-plan-not-found")."""
    rows = RepaymentPlan.objects.select_related("account__product", "account__customer")
    found = rows.filter(id=plan_id, account__in=visible_to(actor)).first()
    if found is None:
        raise Missing("repayment-plan-not-found")
    return found


def repayment_plans_of(*, actor: Actor, customer_id: UUID) -> list[RepaymentPlan]:
    """A customer's plans, newest first; one query."""
    rows = RepaymentPlan.objects.filter(account__in=visible_to(actor), account__customer_id=customer_id)
    return list(rows.select_related("account__product").order_by("-proposed_at"))


@dataclass(frozen=True, kw_only=True)
class PlanNow:
    """A plan that was agreed, as it stands: the newest terms, and what was paid."""

    plan: RepaymentPlan
    terms: RepaymentPlanTerms
    dues: tuple[PlanDue, ...]
    standing: PlanStanding
    sheet_id: UUID | None  # of what was agreed last; a pause has none of its own

    @property
    def verbs(self) -> tuple[str, ...]:
        """What may happen next."""
        return REPAYMENT_PLAN.verbs(RepaymentPlanState(self.plan.state))

    @property
    def pause_days_left(self) -> int:
        """How many days of pause the product still allows."""
        most = self.plan.account.product.parameters.get("hardship_most_days", 0)
        return max(0, int(most) - self.plan.paused_days)


def plan_now(plan: RepaymentPlan, *, at: datetime, until: datetime | None = None) -> PlanNow | None:
    """How a plan stands, None before it is agreed; two or three queries.

    ``until``: as it stood then, by all that is known today. For a plan that was read by whoever may see it.
    """
    terms = plan.terms.order_by("-version").first()
    if terms is None:
        return None
    moment = until or at
    dues = dues_of(terms.dues)
    agreed = plan.terms.exclude(sheet=None).order_by("-version")
    paid = paid_minor(plan.account_id, since=terms.counts_from, until=moment)
    return PlanNow(
        plan=plan,
        terms=terms,
        dues=dues,
        standing=standing(dues, paid, local_date(moment, this_branch().zone)),
        sheet_id=terms.sheet_id or agreed.values_list("sheet_id", flat=True).first(),
    )


def paid_minor(account_id: UUID, *, since: datetime, until: datetime) -> int:
    """What was paid into an account between two moments, whenever it arrived; one query."""
    rows = Activity.objects.filter(
        account_id=account_id,
        kind=ActivityKind.REPAYMENT,
        effective_at__gte=since,
        effective_at__lte=until,
        reversed_by=None,
    ).exclude(details__has_key="as_credit")  # it touched no debt
    return int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def own_answers(*, actor: Actor, plan_id: UUID) -> Answers | None:
    """What somebody answered last, for themselves; None once it was deleted. Three queries.

    Raises Missing("repayment-plan-not-found") or Denied("answers-not-yours").
    """
    plan = repayment_plan(actor=actor, plan_id=plan_id)
    require(may_read_answers(actor, plan.account.customer_id), "answers-not-yours")
    row = plan.answers.order_by("-version").first()
    if row is None:
        return None
    text = people.open_note(
        plan.account.customer.person_id, bytes(row.sealed), place=answers_place(plan.id, row.version)
    )
    return Answers.of(json.loads(text))


def answers_place(plan_id: UUID, version: int) -> str:
    """Table, column and row of sealed answers: read from elsewhere they do not open."""
    return f"credit_repaymentplananswers.sealed.{plan_id}:{version}"


# --- what the night and the office look at --------------------------------------------------------------


def plans_to_check(*, at: datetime) -> list[UUID]:
    """Plans in which something may have happened by itself: running, paused, proposed long ago, broken lately; one query."""
    rows = RepaymentPlan.objects.filter(state__in=AGREED_STATES)
    rows |= RepaymentPlan.objects.filter(
        state=RepaymentPlanState.PROPOSED, proposed_at__lte=at - LAPSES_AFTER
    )
    rows |= RepaymentPlan.objects.filter(
        state=RepaymentPlanState.BROKEN, ended_how=Ending.MISSED, ended_at__gte=at - RESTORED_WITHIN
    )
    return list(rows.order_by("proposed_at").values_list("id", flat=True))


def plans_with_old_answers(*, today: date) -> list[UUID]:
    """Plans whose answers are to be deleted; one query."""
    rows = RepaymentPlanAnswers.objects.filter(delete_on__lte=today)
    return list(rows.order_by("plan_id").distinct("plan_id").values_list("plan_id", flat=True))


def reviews_to_tell(*, today: date) -> list[UUID]:
    """Plans of which a review has become due that nobody was told of; one query."""
    rows = RepaymentPlanReview.objects.filter(
        due_date__lte=today, told_at=None, done_at=None, plan__state__in=AGREED_STATES
    )
    return list(rows.order_by("plan_id").distinct("plan_id").values_list("plan_id", flat=True))


def reviews_of(*, actor: Actor, plan_id: UUID) -> list[RepaymentPlanReview]:
    """The reviews of a plan, earliest first; one query."""
    rows = RepaymentPlanReview.objects.filter(plan_id=plan_id, plan__account__in=visible_to(actor))
    return list(rows.order_by("days"))


def reviews_due(*, actor: Actor, at: datetime) -> Sequence[RepaymentPlanReview]:
    """Reviews whose day has come, of plans that go on, oldest first; one query. For staff."""
    if not actor.is_staff:
        return []
    today = local_date(at, this_branch().zone)
    rows = RepaymentPlanReview.objects.filter(
        due_date__lte=today, done_at=None, plan__state__in=AGREED_STATES
    )
    return list(rows.select_related("plan__account__customer").order_by("due_date", "id"))
