"""One visit: what happens now, move it, cancel it, say yes to a request."""

import hashlib
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.agents.queries.portraits import portrait_bytes
from koumen.dispatch import queries as slots_of
from koumen.dispatch.commands import Taken
from koumen.dispatch.commands import move as move_to
from koumen.dispatch.queries import LiveLine
from koumen.kit import clock
from koumen.kit.errors import Missing
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.queries.visitors import portraits_for
from koumen.visits.rules.reasons import CancelReason
from koumen.web.customer.pages.cards import visit_card
from koumen.web.customer.pages.slots import SlotForm, days_of, visit_page
from koumen.web.customer.pages.steps import stamp, step_of
from koumen.web.ui.actors import actor_of


@login_required
@require_GET
def show(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The visit as it stands, with the one thing to do now."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    context = step_of(visit, actor=actor, at=at, wants_another="another" in request.GET)
    context |= {
        "card": visit_card(visit, actor=actor, at=at),
        "line": slots_of.live_line(actor=actor, visit_id=visit_id, at=at),
        "instead": "instead" in request.GET,
    }
    return render(request, "customer/visit.html", context)


@login_required
@require_GET
def line(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """Which stop one is and when somebody is likely to come; 304 while that is what the browser has.

    The browser keeps it and asks with its ETag by itself: there is no name and no amount in it.
    """
    actor, at = actor_of(request), clock.now()
    found = slots_of.live_line(actor=actor, visit_id=visit_id, at=at)
    etag = f'W/"{hash_of(found)}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render(request, "customer/parts/live_line.html", {"line": found, "visit_id": visit_id})
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response


def hash_of(found: LiveLine | None) -> str:
    """A word for what the line says, in the reader's language."""
    said = f"{get_language()}{found}"
    return hashlib.sha256(said.encode()).hexdigest()[:24]


@login_required
@require_GET
def live(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Nothing while nothing changed; else the page is opened anew, and never an old form sent again."""
    visit = queries.visit(actor=actor_of(request), visit_id=visit_id)
    response = HttpResponse(status=204)
    if request.GET.get("seen") != stamp(visit):
        response["HX-Redirect"] = request.path.removesuffix("live/")
    return response


@login_required
@require_GET
def face(request: HttpRequest, visit_id: UUID, staff_number: str) -> HttpResponse:
    """The portrait of who comes, while they are to come; only for the customer whom they visit."""
    actor = actor_of(request)
    visit = queries.visit(actor=actor, visit_id=visit_id)
    portrait = portraits_for(actor=actor, visit=visit, at=clock.now()).get(staff_number)
    if portrait is None:
        raise Missing("portrait-not-found")
    return HttpResponse(portrait_bytes(portrait), content_type="image/jpeg")


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Another time for the same visit."""
    actor, at = actor_of(request), clock.now()
    offered = slots_of.slots_to_move(actor=actor, visit_id=visit_id, at=at)
    form = SlotForm(request.POST or None, slots=offered)
    taken = False
    if request.method == "POST" and form.is_valid():
        outcome = move_to(visit_id=visit_id, slot=form.chosen, key=form.key, actor=actor, at=at)
        if isinstance(outcome, Taken):
            return visit_page(outcome.visit, chosen=form.chosen)
        taken, form = True, SlotForm(None, slots=outcome.slots)
    context = {"form": form, "days": days_of(form, actor=actor, at=at), "moving": True, "taken": taken}
    context["back_url"] = reverse("visit", args=[visit_id])
    return render(request, "customer/book_time.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Ask once, then call it off."""
    actor, at = actor_of(request), clock.now()
    if request.method == "POST":
        visits.cancel_visit(visit_id=visit_id, reason=CancelReason.CHANGED_MIND, actor=actor, at=at)
        return redirect("visit", visit_id=visit_id)
    visit = queries.visit(actor=actor, visit_id=visit_id)
    return render(request, "customer/visit_cancel.html", {"card": visit_card(visit, actor=actor, at=at)})


@login_required
@require_POST
def confirm(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Say yes to a visit that somebody else asked for."""
    visits.confirm_visit(visit_id=visit_id, actor=actor_of(request), at=clock.now())
    return redirect("visit", visit_id=visit_id)


@login_required
@require_POST
def be_there(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Answer the reminder: I will be there."""
    visits.answer_reminder(visit_id=visit_id, actor=actor_of(request), at=clock.now())
    return redirect("visit", visit_id=visit_id)
