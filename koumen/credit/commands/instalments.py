"""Paying by instalments: what it costs is confirmed first, then it begins; and it may be settled early."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import fact_row, remember
from koumen.branch.queries import this_branch
from koumen.credit.commands.cost_sheets import require_confirmed, show_cost_sheet
from koumen.credit.commands.entering import begin, enter
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import Change, keep
from koumen.credit.events import PlanSettled, PlanStarted
from koumen.credit.models import ChosenPurchase, CostSheet, InstalmentPlan
from koumen.credit.permissions import may_arrange_instalments, visible_to
from koumen.credit.queries.accounts import position_at
from koumen.credit.queries.plans import chosen_minor, purchase_to_split
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity, ActivityKind, PlanTerms
from koumen.credit.rules.plan import (
    CHARGE,
    PlanKind,
    PlanRequest,
    require_splittable,
    schedule_for,
    sheet_for,
)
from koumen.credit.rules.schedule import Instalment
from koumen.credit.rules.settling import settlement
from koumen.credit.rules.stored import plain_schedule
from koumen.credit.states import AccountState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Missing
from koumen.kit.ids import new_id


@command
def show_plan_sheet(*, request: PlanRequest, actor: Actor, at: datetime) -> CostSheet:
    """Put all costs of a plan before somebody; nothing is agreed yet.

    Records CostSheetShown. Raises Denied("credit-not-yours"), Missing("account-not-found" | "purchase-not-found"),
    Conflict as require_splittable, "account-not-active" or "purchase-already-split".
    """
    require(may_arrange_instalments(actor), "credit-not-yours")
    account = position_at(actor=actor, account_id=request.account_id, at=at)
    require_possible(account, request, at)
    sheet = sheet_for(request, account.parameters, account.currency)
    return show_cost_sheet(account_id=request.account_id, sheet=sheet, actor=actor, at=at)


@command
def start_plan(
    *, request: PlanRequest, sheet_id: UUID, key: UUID, actor: Actor, at: datetime
) -> InstalmentPlan:
    """Turn a debt into instalments; the first falls due with the next bill. A loan is asked for (loans.py).

    The same key gives the same plan. Records PlanStarted. Raises Denied("credit-not-yours"),
    Conflict("cost-sheet-not-confirmed" | "cost-sheet-changed" | "cost-sheet-stale" | "key-reused" |
    "loan-not-asked") and what show_plan_sheet does; then nothing has moved.
    """
    require(may_arrange_instalments(actor), "credit-not-yours")
    if request.kind is PlanKind.LOAN:
        raise Conflict("loan-not-asked")
    memory = remember("start_plan", actor=actor, key=key, inputs=_inputs(request, sheet_id), at=at)
    if memory.answer is not None:
        return InstalmentPlan.objects.get(id=memory.answer["plan"], account__in=visible_to(actor))
    held = hold_account(actor, request.account_id)
    sheet = sheet_for(request, held.parameters, held.currency)
    require_confirmed(sheet_id=sheet_id, account=held, digest=sheet.digest, at=at)
    change = begin(held, actor=actor, at=at)
    require_possible(held, request, at)
    plan, _activity = begin_plan(change, request, sheet_id, actor=actor)
    keep(change, memory, plan=plan.id)
    ChosenPurchase.objects.bulk_create(
        ChosenPurchase(purchase_id=chosen, plan=plan) for chosen in request.chosen
    )
    return plan


def begin_plan(
    change: Change, request: PlanRequest, sheet_id: UUID, *, actor: Actor
) -> tuple[InstalmentPlan, Activity]:
    """Let a plan begin on an account that is held; the caller keeps the change. Returns it and its activity."""
    held, at = change.held, change.at
    schedule = schedule_for(request, held.parameters)
    plan = _plan(request, schedule, sheet_id, at)
    change.plans_new = [_row(plan)]
    activity = _beginning(request, plan.id, schedule, at)
    enter(change, activity)
    change.facts.append(fact_row(_started(plan, schedule, held.currency), actor=actor, at=at))
    return plan, activity


@command
def settle_plan(*, plan_id: UUID, key: UUID, actor: Actor, at: datetime) -> InstalmentPlan:
    """Owe all instalments to come now, without the charges that the product lets fall away.

    What is owed is paid like anything else; until the next bill's due day it costs nothing. The same key gives the
    same plan. Records PlanSettled. Raises Denied("credit-not-yours"), Missing("plan-not-found") or
    Conflict("key-reused").
    """
    require(may_arrange_instalments(actor), "credit-not-yours")
    memory = remember("settle_plan", actor=actor, key=key, inputs={"plan": plan_id}, at=at)
    rows = InstalmentPlan.objects.filter(id=plan_id, account__in=visible_to(actor))
    if memory.answer is not None:
        return rows.get()
    account_id = rows.values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("plan-not-found")
    held = hold_account(actor, account_id)
    change = begin(held, actor=actor, at=at)
    running = next((one for one in held.position.plans if one.plan_id == plan_id), None)
    if running is None:
        raise Missing("plan-not-found")
    today = local_date(at, this_branch().zone)
    now = settlement(running, held.parameters, today)
    activity = Activity(
        activity_id=new_id(),
        kind=ActivityKind.PLAN_SETTLE,
        effective_at=at,
        on=today,
        amount_minor=now.pay_minor,
        plan_id=plan_id,
    )
    enter(change, activity)
    event = PlanSettled(
        subject_id=plan_id,
        credit_account_id=held.account_id,
        pay_minor=now.pay_minor,
        saved_minor=now.saved_minor,
        currency=held.currency,
    )
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change, memory, plan=plan_id)
    return rows.get()


def require_possible(held: HeldAccount, request: PlanRequest, at: datetime) -> None:
    """Whether a plan can begin on an account that stands at today. Raises what show_plan_sheet does."""
    if held.state != AccountState.ACTIVE:
        raise Conflict("account-not-active")
    today = local_date(at, this_branch().zone)
    require_splittable(request, held.position, held.parameters, currency=held.currency, today=today)
    if request.kind is PlanKind.PURCHASE:
        left = purchase_to_split(held.account_id, request.purchase_id)
        if request.amount_minor != left:
            raise Conflict("plan-too-large")
    if request.chosen and request.amount_minor != chosen_minor(held, request.chosen):
        raise Conflict("plan-too-large")


def _inputs(request: PlanRequest, sheet_id: UUID) -> Mapping[str, object]:
    return {
        "account": request.account_id,
        "kind": request.kind,
        "terms": request.terms,
        "amount_minor": request.amount_minor,
        "purchase": request.purchase_id,
        "chosen": " ".join(map(str, request.chosen)),
        "sheet": sheet_id,
    }


def _plan(
    request: PlanRequest, schedule: tuple[Instalment, ...], sheet_id: UUID, at: datetime
) -> InstalmentPlan:
    plan = InstalmentPlan(
        id=new_id(),
        account_id=request.account_id,
        kind=request.kind,
        purchase_id=request.purchase_id,
        sheet_id=sheet_id,
        principal_minor=request.amount_minor,
        schedule=plain_schedule(schedule),
        charge_bucket=CHARGE[request.kind],
        started_at=at,
    )
    plan._state.adding = False  # noqa: SLF001  (the row is written by the database's function)
    return plan


def _row(plan: InstalmentPlan) -> dict[str, Any]:
    return {
        "id": str(plan.id),
        "kind": plan.kind,
        "purchase_id": str(plan.purchase_id) if plan.purchase_id else None,
        "sheet_id": str(plan.sheet_id),
        "principal_minor": plan.principal_minor,
        "schedule": plan.schedule,
        "charge_bucket": plan.charge_bucket,
        "started_at": plan.started_at.isoformat(),
    }


def _beginning(
    request: PlanRequest, plan_id: UUID, schedule: tuple[Instalment, ...], at: datetime
) -> Activity:
    return Activity(
        activity_id=new_id(),
        kind=ActivityKind.DISBURSEMENT if request.kind is PlanKind.LOAN else ActivityKind.PLAN_START,
        effective_at=at,
        on=local_date(at, this_branch().zone),
        amount_minor=request.amount_minor,
        plan=PlanTerms(
            plan_id=plan_id,
            schedule=schedule,
            charge=CHARGE[request.kind],
            from_bill=request.kind is PlanKind.BILL,
        ),
    )


def _started(plan: InstalmentPlan, schedule: tuple[Instalment, ...], currency: str) -> PlanStarted:
    return PlanStarted(
        subject_id=plan.id,
        credit_account_id=plan.account_id,
        plan_kind=plan.kind,
        amount_minor=plan.principal_minor,
        charge_minor=sum(one.charge_minor for one in schedule),
        instalments=len(schedule),
        currency=currency,
        sheet_id=plan.sheet_id,
    )
