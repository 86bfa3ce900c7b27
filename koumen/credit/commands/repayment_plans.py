"""Making a repayment plan: proposed on five answers, all costs shown, agreed, mended when life changes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import fact_row, remember
from koumen.credit.commands.cost_sheets import (
    ConfirmedHow,
    confirm_cost_sheet,
    require_confirmed,
    show_cost_sheet,
)
from koumen.credit.commands.entering import begin
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import keep
from koumen.credit.commands.plan_keeping import (
    HeldPlan,
    end,
    hold_plan,
    let_late_rest,
    person_of,
    seal_answers,
    write_terms,
)
from koumen.credit.events import RepaymentPlanAgreed, RepaymentPlanProposed
from koumen.credit.models import CostSheet, RepaymentPlan, RepaymentPlanReview
from koumen.credit.permissions import may_make_plan
from koumen.credit.queries import position_at
from koumen.credit.queries.repayment_plans import offer_for, repayment_plan
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.affordable import Answers
from koumen.credit.rules.cost_sheet import Sheet
from koumen.credit.rules.repayment_plan import (
    REVIEW_DAYS,
    Cause,
    Channel,
    Ending,
    Pace,
    PlanOption,
    plan_sheet,
    planned,
)
from koumen.credit.states import REPAYMENT_PLAN, AccountState, RepaymentPlanState
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id


@dataclass(frozen=True, kw_only=True)
class PlanWish:
    """What was answered and which pace was chosen; ``visit_id``: at which visit, where it was at one."""

    answers: Answers
    pace: Pace
    channel: Channel
    visit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A yes to all costs of a plan: to which sheet, how it was given, and at which visit, if at one."""

    sheet_id: UUID
    how: ConfirmedHow
    visit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ShownPlan:
    """A plan with all its costs as they were put before somebody."""

    plan: RepaymentPlan
    option: PlanOption
    sheet: CostSheet


@command
def propose_plan(*, account_id: UUID, wish: PlanWish, key: UUID, actor: Actor, at: datetime) -> RepaymentPlan:
    """Write down which plan was chosen; nothing is agreed yet. An earlier proposal that nobody answered ends.

    The answers are sealed, and no part of the key: the same key gives the same plan. Records RepaymentPlanProposed.
    Raises Missing("account-not-found"), Denied("repayment-plan-not-yours"), Conflict("account-not-active" |
    "repayment_plan-cannot-propose" | "key-reused") or Invalid("plan-not-affordable").
    """
    inputs = {"account": account_id, "pace": wish.pace, "channel": wish.channel, "visit": wish.visit_id}
    memory = remember("propose_plan", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return repayment_plan(actor=actor, plan_id=UUID(memory.answer["plan"]))
    held = hold_account(actor, account_id)
    require(may_make_plan(actor, held.customer_id), "repayment-plan-not-yours")
    if held.state != AccountState.ACTIVE:
        raise Conflict("account-not-active")
    change = begin(held, actor=actor, at=at)
    option = _chosen(held, wish, at)
    earlier = RepaymentPlan.objects.select_for_update().filter(account_id=account_id, ended_at=None).first()
    if earlier:
        if earlier.state != RepaymentPlanState.PROPOSED:
            raise Conflict("repayment_plan-cannot-propose", state=earlier.state)
        end(HeldPlan(earlier, change), "withdraw", Ending.REPLACED, actor=actor)
        earlier.answers.all().delete()
    plan = RepaymentPlan.objects.create(
        id=new_id(),
        account_id=account_id,
        state=REPAYMENT_PLAN.move(None, "propose"),
        pace=wish.pace,
        pay_minor=option.pay_minor,
        channel=wish.channel,
        visit_id=wish.visit_id,
        proposed_by=actor.key,
        proposed_at=at,
    )
    version = seal_answers(plan, person_of(held.customer_id), wish.answers, at)
    event = RepaymentPlanProposed(
        subject_id=plan.id,
        credit_account_id=account_id,
        answers_version=version,
        owed_minor=option.owed_minor,
        pay_minor=option.pay_minor,
        months=option.months,
        currency=held.currency,
        channel=wish.channel,
        visit_id=wish.visit_id,
    )
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change, memory, plan=plan.id)
    return plan


@command
def show_plan(*, plan_id: UUID, actor: Actor, at: datetime, wish: PlanWish | None = None) -> ShownPlan:
    """Put all costs of a plan before somebody, as it would be agreed now; the time to read begins.

    ``wish``: of the plan as it would be mended. Records CostSheetShown when it is new. Raises
    Missing("repayment-plan-not-found"), Denied("repayment-plan-not-yours"), Invalid("plan-not-affordable"),
    Conflict("repayment_plan-cannot-…" | "plan-without-end").
    """
    plan = repayment_plan(actor=actor, plan_id=plan_id)
    require(may_make_plan(actor, plan.account.customer_id), "repayment-plan-not-yours")
    REPAYMENT_PLAN.move(RepaymentPlanState(plan.state), "mend" if wish else "agree")
    held = position_at(actor=actor, account_id=plan.account_id, at=at)
    option = _chosen(held, wish, at) if wish else _as_proposed(held, plan)
    sheet = show_cost_sheet(account_id=plan.account_id, sheet=_sheet(held, plan, option), actor=actor, at=at)
    return ShownPlan(plan=plan, option=option, sheet=sheet)


@command
def agree_plan(
    *, plan_id: UUID, sheet_id: UUID, key: UUID, actor: Actor, at: datetime, visit_id: UUID | None = None
) -> RepaymentPlan:
    """Let a proposed plan run, its costs being confirmed: late charges rest, reviews are set, debts stay as they are.

    The same key gives the same plan. Records RepaymentPlanAgreed. Raises what hold_plan and require_confirmed do,
    Conflict("repayment_plan-cannot-agree" | "plan-without-end" | "key-reused").
    """
    inputs = {"plan": plan_id, "sheet": sheet_id, "visit": visit_id}
    memory = remember("agree_plan", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return repayment_plan(actor=actor, plan_id=plan_id)
    one = hold_plan(actor, plan_id, at=at)
    one.move("agree")
    option = _as_proposed(one.held, one.plan)
    one.plan.agreed_at, one.plan.rested_until = at, one.held.position.late_paused_until
    _let_run(one, option, sheet_id, cause=Cause.AGREED, actor=actor, visit_id=visit_id)
    RepaymentPlanReview.objects.bulk_create(
        RepaymentPlanReview(plan=one.plan, days=days, due_date=one.today + timedelta(days=days))
        for days in REVIEW_DAYS
    )
    keep(one.change, memory, plan=plan_id)
    return one.plan


@command
def accept_plan(
    *, plan_id: UUID, consent: Consent, key: UUID, actor: Actor, at: datetime, wish: PlanWish | None = None
) -> RepaymentPlan:
    """Confirm all costs and let the plan run (``wish``: as it is mended) in one act: one yes, or nothing.

    Raises what confirm_cost_sheet, agree_plan and mend_plan do.
    """
    confirm_cost_sheet(sheet_id=consent.sheet_id, how=consent.how, key=key, actor=actor, at=at)
    same: dict[str, Any] = {"plan_id": plan_id, "sheet_id": consent.sheet_id, "key": key, "actor": actor}
    if wish:
        return mend_plan(wish=wish, at=at, **same)
    return agree_plan(visit_id=consent.visit_id, at=at, **same)


@command
def mend_plan(
    *, plan_id: UUID, wish: PlanWish, sheet_id: UUID, key: UUID, actor: Actor, at: datetime
) -> RepaymentPlan:
    """Put other terms in the place of a plan's, on new answers and with their costs confirmed; payments count anew.

    Records RepaymentPlanAgreed with the next version. Raises what agree_plan does and Invalid("plan-not-affordable").
    """
    inputs = {"plan": plan_id, "sheet": sheet_id, "pace": wish.pace}
    memory = remember("mend_plan", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return repayment_plan(actor=actor, plan_id=plan_id)
    one = hold_plan(actor, plan_id, at=at)
    one.move("mend")
    option = _chosen(one.held, wish, at)
    one.plan.pace, one.plan.pay_minor, one.plan.paused_until = wish.pace, option.pay_minor, None
    _let_run(one, option, sheet_id, cause=Cause.MENDED, actor=actor, visit_id=wish.visit_id)
    seal_answers(one.plan, person_of(one.held.customer_id), wish.answers, at)
    keep(one.change, memory, plan=plan_id)
    return one.plan


def _let_run(
    one: HeldPlan,
    option: PlanOption,
    sheet_id: UUID,
    *,
    cause: Cause,
    actor: Actor,
    visit_id: UUID | None,
) -> None:
    """Terms with their confirmed sheet, and rest for late charges."""
    at = one.change.at
    sheet = require_confirmed(
        sheet_id=sheet_id,
        account=one.held,
        digest=_sheet(one.held, one.plan, option).digest,
        at=at,
    )
    one.plan.save()
    terms = write_terms(
        one,
        option.dues,
        cause=cause,
        actor=actor,
        more={
            "sheet": sheet,
            "counts_from": at,
            "owed_minor": option.owed_minor,
            "nothing_minor": option.nothing_minor,
            "late_let_go_minor": option.relief.late_minor,
            "accrued_minor": option.relief.accrued_minor,
        },
    )
    let_late_rest(one, option.dues)
    event = RepaymentPlanAgreed(
        subject_id=one.plan.id,
        credit_account_id=one.held.account_id,
        version=terms.version,
        sheet_id=sheet.id,
        total_minor=option.total_minor,
        pay_minor=option.pay_minor,
        currency=one.held.currency,
        first_due=option.dues[0].due,
        last_due=option.dues[-1].due,
        channel=one.plan.channel,
        visit_id=visit_id,
    )
    one.change.facts.append(fact_row(event, actor=actor, at=at))


def _chosen(held: HeldAccount, wish: PlanWish, at: datetime) -> PlanOption:
    """The option of the pace that was chosen, by the same arithmetic that offered it."""
    options = {option.pace: option for option in offer_for(held, wish.answers, at).options}
    if wish.pace not in options:
        raise Invalid("plan-not-affordable", field="pace", value=str(wish.pace)[:40])
    return options[wish.pace]


def _as_proposed(held: HeldAccount, plan: RepaymentPlan) -> PlanOption:
    option = planned(held.position, held.parameters, pace=Pace(plan.pace), pay_minor=plan.pay_minor)
    if option is None or not option.dues:
        raise Conflict("plan-without-end")
    return option


def _sheet(held: HeldAccount, plan: RepaymentPlan, option: PlanOption) -> Sheet:
    return plan_sheet(option, held.parameters, currency=held.currency, about={"plan": str(plan.id)})
