"""A repayment plan at the table: made with the customer, and agreed on the phone turned to them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.credit import commands as credit
from koumen.credit import queries
from koumen.credit.rules.repayment_plan import Channel
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Missing
from koumen.visits import queries as visits
from koumen.visits.states import PROVEN_STATES
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import read_id
from koumen.web.ui.plan_dialogue import Talk, accepted, dialogue
from koumen.web.ui.repayment_plans import plan_card

if TYPE_CHECKING:
    from koumen.credit.models import RepaymentPlan
    from koumen.visits.models import Visit


@login_required
@require_GET
def show(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The plan of the customer at whose table the agent sits; a proposal with all its costs."""
    return _show(request, visit_id, clock.now())


def _show(request: HttpRequest, visit_id: UUID, at: datetime, *, refused: str = "") -> HttpResponse:
    actor = actor_of(request)
    visit = _visit(actor, visit_id)
    plan = _plan(actor, visit)
    if plan is None:
        return redirect("plan_new", visit_id=visit_id)
    context: dict[str, Any] = {"visit": visit, "card": plan_card(plan, at=at), "refused": refused}
    if plan.state == "proposed":
        context["shown"] = credit.show_plan(plan_id=plan.id, actor=actor, at=at)
    return render(request, "agent/plan.html", context, status=409 if refused else 200)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Five questions, the plans, a choice; a plan that runs is changed by it."""
    actor, at = actor_of(request), clock.now()
    visit = _visit(actor, visit_id)
    plan = _plan(actor, visit)
    talk = Talk(
        account=queries.credit_account(actor=actor, account_id=visit.account_id),
        channel=Channel.VISIT,
        visit_id=visit_id,
        mended=plan if plan and plan.state != "proposed" else None,
    )
    now = dialogue(request.POST if request.method == "POST" else None, talk, actor=actor, at=at)
    if now.plan:
        return redirect("plan", visit_id=visit_id)
    context = {"visit": visit, "talk": now}
    return render(request, "agent/plan_new.html", context, status=409 if now.refused else 200)


@login_required
@require_POST
def agree(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The customer has read all costs on the phone turned to them, and says yes."""
    actor, at = actor_of(request), clock.now()
    plan = _plan(actor, _visit(actor, visit_id))
    if plan is None:
        raise Missing("repayment-plan-not-found")
    said = {"plan_id": plan.id, "key": read_id(request.POST.get("once", "")), "actor": actor, "at": at}
    agreed, refused = accepted(request.POST, Channel.VISIT, visit_id=visit_id, **said)
    return redirect("plan", visit_id=visit_id) if agreed else _show(request, visit_id, at, refused=refused)


def _visit(actor: Actor, visit_id: UUID) -> "Visit":
    """The agent's own visit, while both sides are proven. Raises Conflict("visit-not-at-the-door")."""
    visit = visits.visit(actor=actor, visit_id=visit_id)
    if visit.state not in PROVEN_STATES:
        raise Conflict("visit-not-at-the-door", state=visit.state)
    return visit


def _plan(actor: Actor, visit: "Visit") -> "RepaymentPlan | None":
    plans = queries.repayment_plans_of(actor=actor, customer_id=visit.customer_id)
    return next((one for one in plans if one.account_id == visit.account_id and one.ended_at is None), None)
