"""Waiting for a time that comes free: where one stands, and the answer to a place that is offered."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from koumen.agents import queries as agents
from koumen.dispatch import commands, queries
from koumen.dispatch.commands import Taken
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.kit.money import Money
from koumen.web.customer.pages.cards import who_comes
from koumen.web.ui.actors import actor_of

if TYPE_CHECKING:
    from koumen.dispatch.models import Waiting


def waiting_card(row: "Waiting", *, actor: Actor, at: datetime) -> dict[str, Any]:
    """What a customer sees of a place in the line; an offer whose time is over is not shown any more."""
    offer = getattr(row, "offer", None)
    if offer is not None and at >= offer.answer_by:
        offer = None
    card: dict[str, Any] = {
        "waiting": row,
        "offer": offer,
        "wanted": Money(row.wanted_minor, row.currency),
        "is_open": row.ended_at is None,
    }
    if offer is not None:
        cards = agents.cards_of_shift(shift_id=offer.shift_id)
        card["agent_name"], card["staff_number"] = who_comes(cards, actor=actor, at=at)
    return card


@login_required
@require_GET
def show(request: HttpRequest, waiting_id: UUID) -> HttpResponse:
    """The place in the line, with the offered time and its two answers."""
    actor, at = actor_of(request), clock.now()
    row = queries.waiting(actor=actor, waiting_id=waiting_id)
    if row.visit_id:
        return redirect("visit", visit_id=row.visit_id)
    context = {"card": waiting_card(row, actor=actor, at=at), "gone": "gone" in request.GET}
    return render(request, "customer/waiting.html", context)


@login_required
@require_POST
def accept(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Yes: the visit is booked, or somebody was faster and the waiting goes on."""
    actor, at = actor_of(request), clock.now()
    waiting_id = queries.place_offer(offer_id=offer_id).waiting_id
    try:
        outcome = commands.accept_place(offer_id=offer_id, actor=actor, at=at)
    except Conflict:
        return _gone(waiting_id)
    if isinstance(outcome, Taken):
        return redirect("visit", visit_id=outcome.visit.id)
    return _gone(waiting_id)


def _gone(waiting_id: UUID) -> HttpResponse:
    response = redirect("waiting", waiting_id=waiting_id)
    response["Location"] += "?gone=1"
    return response


@login_required
@require_POST
def decline(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """No: somebody else is asked, and the waiting goes on."""
    row = commands.decline_place(offer_id=offer_id, actor=actor_of(request), at=clock.now())
    return redirect("waiting", waiting_id=row.id)


@login_required
@require_POST
def leave(request: HttpRequest, waiting_id: UUID) -> HttpResponse:
    """Wait no longer."""
    commands.leave_waiting_list(waiting_id=waiting_id, actor=actor_of(request), at=clock.now())
    return redirect("home")
