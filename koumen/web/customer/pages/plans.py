"""Instalment plans: what is billed, what is to come and when, and ending one early."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from koumen.credit import commands
from koumen.credit.queries.plans import PlanToday, plan_today, plans_today
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.kit.money import Money
from koumen.web.customer.pages.accounts import own_accounts
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import read_id


@login_required
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """The plans of each account, newest first."""
    actor, at = actor_of(request), clock.now()
    accounts = [
        _account(actor, account.id, account.number, at) | {"is_loan": account.product.lends}
        for account in own_accounts(actor)
    ]
    return render(request, "customer/plans.html", {"accounts": accounts})


def _account(actor: Actor, account_id: UUID, number: str, at: datetime) -> dict[str, Any]:
    found = plans_today(actor=actor, account_id=account_id, at=at)
    return {"id": account_id, "number": number, "plans": [_shown(one) for one in found]}


@login_required
@require_GET
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """One plan, month by month."""
    found = plan_today(actor=actor_of(request), plan_id=plan_id, at=clock.now())
    return render(request, "customer/plan.html", {"plan": _shown(found), "months": _months(found)})


@login_required
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, plan_id: UUID) -> HttpResponseBase:
    """You pay so much, you save so much; ended only by a second tap."""
    actor, at = actor_of(request), clock.now()
    if request.method == "POST":
        key = read_id(request.POST.get("once", ""))
        commands.settle_plan(plan_id=plan_id, key=key, actor=actor, at=at)
        return redirect("plan", plan_id=plan_id)
    found = plan_today(actor=actor, plan_id=plan_id, at=at)
    if found.settlement is None:
        raise Missing("plan-not-found")
    return render(request, "customer/plan_settle.html", {"plan": _shown(found), "next": found.coming[0]})


def _shown(found: PlanToday) -> dict[str, Any]:
    view, ending = found.view, found.settlement
    billed = len(view.schedule) - len(found.coming)
    return {
        "id": view.plan_id,
        "kind": view.kind,
        "started_at": view.started_at,
        "sheet_id": view.sheet_id,
        "amount": Money(view.principal_minor, view.currency),
        "charges": Money(view.charge_minor, view.currency),
        "left": Money(found.left_minor, view.currency),
        "next": found.coming[0] if found.coming else None,
        "next_pay": Money(found.coming[0].pay_minor, view.currency) if found.coming else None,
        "billed": billed,
        "months": len(view.schedule),
        "pay_now": Money(ending.pay_minor, view.currency) if ending else None,
        "saved": Money(ending.saved_minor, view.currency) if ending else None,
        "is_over": not found.coming,
    }


def _months(found: PlanToday) -> list[dict[str, Any]]:
    """What was billed as agreed, then what is to come as it will be; nothing for what was cut off or ended early."""
    view = found.view
    billed = view.schedule[: found.coming[0].no - 1] if found.coming else view.schedule[: view.next_no - 1]
    was = [{"no": one.no, "pay": Money(one.pay_minor, view.currency), "coming": None} for one in billed]
    will = [{"no": one.no, "pay": Money(one.pay_minor, view.currency), "coming": one} for one in found.coming]
    return was + will
