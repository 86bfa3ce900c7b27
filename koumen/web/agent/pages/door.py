"""At the door: pictures on the turned phone, identity, amount on the turned phone, code, stop."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from koumen.conduct import queries as conduct
from koumen.credit import commands as credit
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.rules.outcomes import CodeResult, ConfirmedOn, Means, ProofResult
from koumen.visits.rules.reasons import PROTOCOL_STOPS
from koumen.web.agent.pages.forms import ASSISTED_REASONS, BirthYearForm, CodeForm
from koumen.web.agent.pages.visit import page
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import answered_amount, door_amount_form


@login_required
@require_POST
def pictures(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The customer compares on the phone turned to them."""
    visits.confirm_pictures(
        visit_id=visit_id,
        matched=request.POST.get("matched") == "yes",
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("visit", visit_id=visit_id)


@login_required
@require_POST
def identity(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """One means; a failure offers another."""
    actor, at = actor_of(request), clock.now()
    means = request.POST.get("means", "")
    if means not in set(Means):
        raise Invalid("form-unreadable", field="means", value=means[:40])
    birth_year = None
    if means == Means.BIRTH_YEAR:
        form = BirthYearForm(request.POST)
        if not form.is_valid():
            return render(request, "agent/visit.html", page(actor, visit_id, at, form=form), status=422)
        birth_year = form.cleaned_data["birth_year"]
    result = visits.prove_customer(
        visit_id=visit_id,
        means=Means(means),
        birth_year=birth_year,
        matched="matched" in request.POST,
        actor=actor,
        at=at,
    )
    if result is ProofResult.PROVEN:
        return redirect("visit", visit_id=visit_id)
    return _said(visit_id, result)


@login_required
@require_http_methods(["GET", "POST"])
def amount(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The phone is turned: the customer chooses and agrees here."""
    return _amount(request, visit_id, ConfirmedOn.AGENTS_PHONE)


@login_required
@require_http_methods(["GET", "POST"])
def assisted_amount(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The customer says the amount and cannot choose it: the agent types it, with a reason that the office sees."""
    return _amount(request, visit_id, ConfirmedOn.ASSISTED)


def _amount(request: HttpRequest, visit_id: UUID, confirmed_on: ConfirmedOn) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    is_assisted = confirmed_on is ConfirmedOn.ASSISTED
    if request.method == "POST":
        form, quote = answered_amount(request.POST, visit=visit, actor=actor)
        if form.is_valid():
            visits.agree_amount(
                visit_id=visit_id,
                quote_id=form.quote_id,
                amount_minor=form.wanted.minor,
                confirmed_on=confirmed_on,
                assisted_reason=request.POST.get("reason", "") if is_assisted else "",
                key=form.key,
                actor=actor,
                at=at,
            )
            return redirect("visit", visit_id=visit_id)
    else:
        quote = credit.make_quote(account_id=visit.account_id, actor=actor, at=at)
        form = door_amount_form(None, visit=visit, quote=quote)
    context = {"form": form, "quote": quote, "visit": visit, "is_assisted": is_assisted}
    if is_assisted:
        context["reasons"] = ASSISTED_REASONS.items()
    return render(request, "agent/turned_amount.html", context)


@login_required
@require_POST
def code(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The customer's code; the answer says how it stands."""
    actor, at = actor_of(request), clock.now()
    form = CodeForm(request.POST)
    if not form.is_valid():
        return render(request, "agent/visit.html", page(actor, visit_id, at, form=form), status=422)
    typed = "".join(form.cleaned_data["code"].split())
    result = visits.enter_code(visit_id=visit_id, code=typed, actor=actor, at=at)
    if result is CodeResult.RIGHT:
        return redirect("visit", visit_id=visit_id)
    return _said(visit_id, result)


def _said(visit_id: UUID, result: ProofResult | CodeResult) -> HttpResponse:
    """Back to the step by its address: a page loaded again must not use up another try."""
    return redirect(f"{reverse('visit', args=[visit_id])}?said={result}")


@login_required
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """End the visit early; no reason touches the debt or the agent's score."""
    actor, at = actor_of(request), clock.now()
    if request.method == "POST":
        visits.break_off(visit_id=visit_id, reason=request.POST.get("reason", ""), actor=actor, at=at)
        return redirect("home")
    visit = queries.visit(actor=actor, visit_id=visit_id)
    reasons = dict.fromkeys([*conduct.stop_reasons(at=at), *PROTOCOL_STOPS])
    return render(request, "agent/stop.html", {"visit": visit, "reasons": list(reasons)})
