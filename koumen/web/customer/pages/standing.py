"""A visit every month: agreed once, and left out, paused or ended whenever the customer likes."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.credit import queries as credit
from koumen.dispatch import commands, queries
from koumen.kit import clock
from koumen.people.queries import customer_of
from koumen.web.ui.actors import actor_of
from koumen.web.ui.standing import StandingForm, change_standing, standing_card


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What is agreed, with the next day on which it falls."""
    actor, at = actor_of(request), clock.now()
    rows = queries.standings_of(actor=actor, customer_id=customer_of(actor).id)
    return render(request, "customer/standing.html", {"cards": [standing_card(row, at=at) for row in rows]})


@login_required
@require_http_methods(["GET", "POST"])
def agree(request: HttpRequest) -> HttpResponse:
    """On which day, for how much; and yes."""
    actor, at = actor_of(request), clock.now()
    customer = customer_of(actor)
    accounts = credit.accounts_of(actor=actor, customer_id=customer.id)
    form = StandingForm(request.POST or None, accounts=accounts, initial={"same_person": True})
    if request.method == "POST" and form.is_valid():
        commands.agree_standing(request=form.asked(customer.id), actor=actor, at=at)
        return redirect("standing")
    return render(request, "customer/standing_new.html", {"form": form})


@login_required
@require_POST
def change(request: HttpRequest, standing_id: UUID) -> HttpResponse:
    """Say yes, leave one out, pause, go on, end."""
    change_standing(standing_id, request.POST, actor=actor_of(request), at=clock.now())
    return redirect("standing")
