"""Repayment plans at the desk: made with a caller, looked after, and looked at again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.credit import commands as credit
from koumen.credit import queries
from koumen.credit.permissions import may_make_plan, may_review_plan
from koumen.credit.rules.repayment_plan import Channel, ReviewOutcome
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import said_by
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.plan_dialogue import Talk, accepted, dialogue
from koumen.web.ui.repayment_plans import PauseForm, plan_card


@signed_in
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """Plans that somebody should look at again today."""
    actor, at = actor_of(request), clock.now()
    context = {"reviews": queries.reviews_due(actor=actor, at=at), "may_review": may_review_plan(actor)}
    return page(request, "plans", "plans", context)


@signed_in
@require_GET
def reviews_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    rows = queries.reviews_due(actor=actor_of(request), at=clock.now())
    head = (_("Customer"), _("Account"), _("Due on"), _("Days"))
    return csv_file(
        "plans",
        head,
        ((one.plan.account.customer.number, one.plan.account.number, one.due_date, one.days) for one in rows),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The five questions with a caller, the plans, the choice."""
    return _talk(request, Talk(account=_account(request, account_id), channel=Channel.PHONE))


@signed_in
@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The same questions again, when life has changed."""
    plan = queries.repayment_plan(actor=actor_of(request), plan_id=plan_id)
    return _talk(request, Talk(account=plan.account, channel=Channel.PHONE, mended=plan))


def _talk(request: HttpRequest, talk: Talk) -> HttpResponse:
    now = dialogue(
        request.POST if request.method == "POST" else None, talk, actor=actor_of(request), at=clock.now()
    )
    if now.plan:
        return redirect("plan", plan_id=now.plan.id)
    context = {"talk": now, "account": talk.account, "mended": talk.mended}
    return page(request, "plan_new", "customers", context, status=409 if now.refused else 200)


@signed_in
@require_GET
def show(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """One plan: its costs to be read out while it waits for a yes, then how it stands."""
    return _show(request, plan_id, clock.now())


def _show(request: HttpRequest, plan_id: UUID, at: datetime, *, refused: str = "") -> HttpResponse:
    actor = actor_of(request)
    plan = queries.repayment_plan(actor=actor, plan_id=plan_id)
    card = plan_card(plan, at=at)
    may = may_make_plan(actor, plan.account.customer_id)
    context: dict[str, Any] = {
        "card": card,
        "refused": refused,
        "may": may,
        "proposed_by": said_by(plan.proposed_by),
        "reviews": queries.reviews_of(actor=actor, plan_id=plan_id),
        "pause": PauseForm(None, days_left=card.get("pause_days_left", 0)),
    }
    if may and plan.state == "proposed":
        context["shown"] = credit.show_plan(plan_id=plan_id, actor=actor, at=at)
    return page(request, "plan", "customers", context, status=409 if refused else 200)


@signed_in
@require_POST
def agree(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The caller said yes to everything that was read out."""
    actor, at = actor_of(request), clock.now()
    said = {"plan_id": plan_id, "key": _key(request), "actor": actor, "at": at}
    plan, refused = accepted(request.POST, Channel.PHONE, visit_id=None, **said)
    return redirect("plan", plan_id=plan.id) if plan else _show(request, plan_id, at, refused=refused)


@signed_in
@require_POST
def pause(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Let it rest, as the caller asks."""
    actor, at = actor_of(request), clock.now()
    now = plan_card(queries.repayment_plan(actor=actor, plan_id=plan_id), at=at)
    form = PauseForm(request.POST, days_left=now.get("pause_days_left", 0))
    if not form.is_valid():
        raise Invalid("plan-pause-too-short", field="days")
    days = form.cleaned_data["days"]
    credit.pause_plan(plan_id=plan_id, days=days, key=_key(request), actor=actor, at=at)
    return redirect("plan", plan_id=plan_id)


@signed_in
@require_POST
def end(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """End it, as the caller asks."""
    credit.break_plan(plan_id=plan_id, key=_key(request), actor=actor_of(request), at=clock.now())
    return redirect("plan", plan_id=plan_id)


@signed_in
@require_POST
def withdraw(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Take a proposal back."""
    credit.withdraw_plan(plan_id=plan_id, actor=actor_of(request), at=clock.now())
    return redirect("plan", plan_id=plan_id)


@signed_in
@require_POST
def review(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What came of looking again."""
    outcome, days = request.POST.get("outcome", ""), request.POST.get("days", "")
    if outcome not in set(ReviewOutcome) or not days.isdecimal():
        raise Invalid("form-unreadable", field="outcome", value=outcome[:40])
    actor: Actor = actor_of(request)
    credit.review_plan(
        plan_id=plan_id, days=int(days[:4]), outcome=ReviewOutcome(outcome), actor=actor, at=clock.now()
    )
    return redirect("plan", plan_id=plan_id)


def _account(request: HttpRequest, account_id: UUID) -> Any:
    return queries.credit_account(actor=actor_of(request), account_id=account_id)


def _key(request: HttpRequest) -> UUID:
    return read_id(request.POST.get("once", ""))
