"""At the door, on the customer's own screen: the pictures, then the amount."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from koumen.kit import clock
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.rules.outcomes import ConfirmedOn
from koumen.web.customer.pages.cards import visit_card
from koumen.web.customer.pages.steps import step_of
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import answered_amount


@login_required
@require_POST
def pictures(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The same, or different: one tap, and no reason asked."""
    visits.confirm_pictures(
        visit_id=visit_id,
        matched=request.POST.get("matched") == "yes",
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("visit", visit_id=visit_id)


@login_required
@require_POST
def amount(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The amount that the customer agrees to, from the quote they saw."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    form, quote = answered_amount(request.POST, visit=visit, actor=actor)
    if not form.is_valid():
        context = step_of(visit, actor=actor, at=at, wants_another=True) | {"form": form, "quote": quote}
        return render(
            request, "customer/visit.html", context | {"card": visit_card(visit, actor=actor, at=at)}
        )
    visits.agree_amount(
        visit_id=visit_id,
        quote_id=form.quote_id,
        amount_minor=form.wanted.minor,
        confirmed_on=ConfirmedOn.OWN_SCREEN,
        key=form.key,
        actor=actor,
        at=at,
    )
    return redirect("visit", visit_id=visit_id)
