"""A repayment plan of one's own: five questions, one a screen, a choice, all costs, and what comes after."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.credit import commands as credit
from koumen.credit import queries
from koumen.credit.commands import Consent, PlanWish
from koumen.credit.rules.affordable import Answers
from koumen.credit.rules.repayment_plan import Channel, Pace
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Missing
from koumen.kit.ids import new_id
from koumen.web.customer.pages.accounts import chosen_account
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import read_id
from koumen.web.ui.refusals import words
from koumen.web.ui.repayment_plans import QUESTIONS, AnswersForm, PaceForm, PauseForm, plan_card, written

DRAFT = "repayment_plan"  # in the session, which is encrypted; gone when the plan is made


@login_required
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """What a plan is; from here on one key stands for this one plan. Whoever has a plan comes to it."""
    actor = actor_of(request)
    account, accounts = chosen_account(request, actor)
    plans = queries.repayment_plans_of(actor=actor, customer_id=account.customer_id)
    running = next((plan for plan in plans if plan.account_id == account.id and plan.ended_at is None), None)
    if running and running.state != "proposed":
        return redirect("repayment_plan", plan_id=running.id)
    if request.method == "POST":
        request.session[DRAFT] = {"key": str(new_id()), "account": str(account.id), "answers": {}}
        return redirect("repayment_question", no=1)
    context = {"account": account, "accounts": accounts, "proposed": running}
    return render(request, "customer/repayment_begin.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, no: int) -> HttpResponse:
    """One of the five questions."""
    draft = _draft(request)
    if not 1 <= no <= len(QUESTIONS):
        raise Missing("plan-not-begun")
    name = QUESTIONS[no - 1][0]
    currency = _currency(actor_of(request), draft)
    initial = {name: draft["answers"].get(f"said_{name}", "")}
    form = AnswersForm(request.POST or None, currency=currency, names=[name], initial=initial)
    if request.method == "POST" and form.is_valid():
        draft["answers"] |= {name: form.answered[name], f"said_{name}": form.cleaned_data[name]}
        request.session[DRAFT] = draft
        return (
            redirect("repayment_question", no=no + 1)
            if no < len(QUESTIONS)
            else redirect("repayment_options")
        )
    context = {"form": form, "field": form[name], "no": no, "before": no - 1, "count": len(QUESTIONS)}
    return render(request, "customer/repayment_question.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def options(request: HttpRequest) -> HttpResponse:
    """Two or three plans with what they cost; or, honestly, that nothing is left for one."""
    actor, at = actor_of(request), clock.now()
    draft = _draft(request)
    account_id, answers = UUID(draft["account"]), _answers(draft)
    offer = queries.plan_offer(actor=actor, account_id=account_id, answers=answers, at=at)
    form = PaceForm(request.POST or None, offer=offer)
    if request.method == "POST" and form.is_valid():
        if draft.get("mend"):
            request.session[DRAFT] = draft | {"pace": form.pace_chosen}
            return redirect("repayment_mend", plan_id=UUID(draft["mend"]))
        wish = PlanWish(answers=answers, pace=form.pace_chosen, channel=Channel.OWN)
        key = UUID(draft["key"])
        plan = credit.propose_plan(account_id=account_id, wish=wish, key=key, actor=actor, at=at)
        del request.session[DRAFT]
        return redirect("repayment_plan", plan_id=plan.id)
    return render(request, "customer/repayment_options.html", {"form": form, "offer": offer})


@login_required
@require_GET
def show(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The plan: a proposal with all its costs, or how it stands and what can be done."""
    return _show(request, plan_id, clock.now())


def _show(request: HttpRequest, plan_id: UUID, at: datetime, *, refused: str = "") -> HttpResponse:
    actor = actor_of(request)
    plan = queries.repayment_plan(actor=actor, plan_id=plan_id)
    context: dict[str, Any] = {"card": plan_card(plan, at=at), "refused": refused}
    if plan.state == "proposed":
        context["shown"] = credit.show_plan(plan_id=plan_id, actor=actor, at=at)
    return render(request, "customer/repayment_plan.html", context, status=409 if refused else 200)


@login_required
@require_POST
def agree(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """One yes to all costs and to the plan."""
    actor, at = actor_of(request), clock.now()
    try:
        credit.accept_plan(plan_id=plan_id, consent=_yes(request), key=_key(request), actor=actor, at=at)
    except Conflict as refusal:
        return _show(request, plan_id, at, refused=words(refusal.code, **refusal.params))
    return redirect("repayment_plan", plan_id=plan_id)


@login_required
@require_POST
def withdraw(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Not this plan: the answers are deleted at once."""
    credit.withdraw_plan(plan_id=plan_id, actor=actor_of(request), at=clock.now())
    return redirect("repayment_plan", plan_id=plan_id)


@login_required
@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Let it rest for some days."""
    actor, at = actor_of(request), clock.now()
    card = plan_card(queries.repayment_plan(actor=actor, plan_id=plan_id), at=at)
    form = PauseForm(request.POST or None, days_left=card.get("pause_days_left", 0))
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        credit.pause_plan(plan_id=plan_id, days=days, key=_key(request), actor=actor, at=at)
        return redirect("repayment_plan", plan_id=plan_id)
    return render(request, "customer/repayment_pause.html", {"form": form, "card": card})


@login_required
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Ask once, then end it."""
    actor, at = actor_of(request), clock.now()
    if request.method == "POST":
        credit.break_plan(plan_id=plan_id, key=_key(request), actor=actor, at=at)
        return redirect("repayment_plan", plan_id=plan_id)
    card = plan_card(queries.repayment_plan(actor=actor, plan_id=plan_id), at=at)
    return render(request, "customer/repayment_end.html", {"card": card})


@login_required
@require_POST
def change(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Life has changed: the same five questions again, with what was answered last."""
    actor = actor_of(request)
    plan = queries.repayment_plan(actor=actor, plan_id=plan_id)
    last = queries.own_answers(actor=actor, plan_id=plan_id)
    said = written(last, plan.account.product.currency)
    request.session[DRAFT] = {
        "key": str(new_id()),
        "account": str(plan.account_id),
        "mend": str(plan_id),
        "answers": {f"said_{name}": text for name, text in said.items()},
    }
    return redirect("repayment_question", no=1)


@login_required
@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """All costs of the plan as it would be, and one yes."""
    actor, at = actor_of(request), clock.now()
    draft = _draft(request)
    if draft.get("mend") != str(plan_id) or "pace" not in draft:
        raise Missing("plan-not-begun")
    wish = PlanWish(answers=_answers(draft), pace=Pace(draft["pace"]), channel=Channel.OWN)
    refused = ""
    if request.method == "POST":
        try:
            credit.accept_plan(
                plan_id=plan_id, consent=_yes(request), key=_key(request), wish=wish, actor=actor, at=at
            )
        except Conflict as refusal:
            refused = words(refusal.code, **refusal.params)
        else:
            del request.session[DRAFT]
            return redirect("repayment_plan", plan_id=plan_id)
    shown = credit.show_plan(plan_id=plan_id, wish=wish, actor=actor, at=at)
    context = {"shown": shown, "refused": refused}
    return render(request, "customer/repayment_mend.html", context, status=409 if refused else 200)


def _draft(request: HttpRequest) -> dict[str, Any]:
    """What has been answered so far; raises Missing("plan-not-begun")."""
    draft: dict[str, Any] = dict(request.session.get(DRAFT) or {})
    if "account" not in draft:
        raise Missing("plan-not-begun")
    return draft


def _currency(actor: Actor, draft: dict[str, Any]) -> str:
    return queries.credit_account(actor=actor, account_id=UUID(draft["account"])).product.currency


def _answers(draft: dict[str, Any]) -> Answers:
    """All five; raises Missing("plan-not-begun") when a screen was skipped."""
    names = [name for name, *_rest in QUESTIONS]
    if any(name not in draft["answers"] for name in names):
        raise Missing("plan-not-begun")
    return Answers.of({name: draft["answers"][name] for name in names})


def _yes(request: HttpRequest) -> Consent:
    return Consent(sheet_id=read_id(request.POST.get("sheet", "")), how=credit.ConfirmedHow.TAP)


def _key(request: HttpRequest) -> UUID:
    return read_id(request.POST.get("once", ""))
