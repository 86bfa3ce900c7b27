"""Setting out, turning back, arriving, nobody opening, leaving."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from koumen.kit import clock
from koumen.visits import commands as visits
from koumen.visits.rules.points import Moment
from koumen.visits.rules.reasons import TurnBackReason
from koumen.web.agent.pages.places import prove_place_in
from koumen.web.agent.pages.visit import page
from koumen.web.ui.actors import actor_of


@login_required
@require_POST
def set_out(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """On the way."""
    actor, at = actor_of(request), clock.now()
    visits.set_out(visit_id=visit_id, actor=actor, at=at)
    prove_place_in(request, visit_id, Moment.SET_OUT, actor=actor, at=at)
    return redirect("visit", visit_id=visit_id)


@login_required
@require_POST
def turn_back(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Back; the promise stands and dispatch sees it."""
    visits.turn_back(visit_id=visit_id, reason=TurnBackReason.ROAD, actor=actor_of(request), at=clock.now())
    return redirect("home")


@login_required
@require_POST
def arrive(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """At the door, if the policy pack lets the agent knock now; else the reasons why not."""
    actor, at = actor_of(request), clock.now()
    arrival = visits.arrive(visit_id=visit_id, actor=actor, at=at)
    prove_place_in(request, visit_id, Moment.ARRIVED, actor=actor, at=at)
    if arrival.is_allowed:
        return redirect("visit", visit_id=visit_id)
    context = page(actor, visit_id, at, may_not_knock=arrival.ruling.reasons)
    return render(request, "agent/visit.html", context, status=409)


@login_required
@require_POST
def no_answer(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Nobody opened."""
    visits.no_answer(visit_id=visit_id, actor=actor_of(request), at=clock.now())
    return redirect("home")


@login_required
@require_POST
def leave(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The visit is complete."""
    actor, at = actor_of(request), clock.now()
    visits.leave(visit_id=visit_id, actor=actor, at=at)
    prove_place_in(request, visit_id, Moment.LEFT, actor=actor, at=at)
    return redirect("home")
