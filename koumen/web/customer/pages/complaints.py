"""My complaints, each with its number and clock; and a debt that I dispute."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from koumen.conduct import commands, queries
from koumen.conduct.rules.complaints import Ground, Via
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.people import queries as people
from koumen.visits.queries import afterwards
from koumen.visits.queries import visit as visit_of
from koumen.visits.rules.links import Purpose
from koumen.web.ui.actors import actor_of
from koumen.web.ui.care_words import COMPLAINT_STATES, COMPLAINTS, GROUNDS, OUTCOMES, word
from koumen.web.ui.complaints import ComplaintForm


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What I complained of, what was answered, and what I dispute."""
    actor = actor_of(request)
    customer = people.customer_of(actor)
    context = {
        "complaints": [
            {
                "complaint": one,
                "about": word(COMPLAINTS, one.kind),
                "state": word(COMPLAINT_STATES, one.state),
                "outcome": word(OUTCOMES, one.outcome) if one.outcome else "",
                "words": queries.words_of(actor=actor, complaint_id=one.id),
            }
            for one in queries.complaints(actor=actor)
        ],
        "disputes": [
            {"dispute": one, "ground": word(GROUNDS, one.ground)}
            for one in queries.disputes_of(actor=actor, customer_id=customer.id)
        ],
    }
    return render(request, "customer/complaints.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A complaint about anything."""
    actor = actor_of(request)
    form = ComplaintForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context["complaint"] = commands.open_complaint(
            customer_id=people.customer_of(actor).id,
            kind=form.kind,
            words=form.cleaned_data["words"],
            via=Via.PAGE,
            actor=actor,
            at=clock.now(),
        )
    return render(request, "customer/complaint_new.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest) -> HttpResponse:
    """The debt is not mine, not there, or not right: until it is cleared nobody comes for it."""
    actor = actor_of(request)
    if request.method == "POST":
        ground = request.POST.get("ground", "")
        if ground not in set(Ground):
            raise Invalid("form-unreadable", field="ground", value=ground[:40])
        commands.open_dispute(
            customer_id=people.customer_of(actor).id, ground=Ground(ground), actor=actor, at=clock.now()
        )
        return redirect("complaints")
    return render(request, "customer/dispute.html", {"grounds": list(GROUNDS.items())})


@login_required
@require_GET
def rate(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """To the page that only the customer's own link opens."""
    actor = actor_of(request)
    visit = visit_of(actor=actor, visit_id=visit_id)
    return redirect(afterwards.link_of(actor=actor, visit=visit, purpose=Purpose.RATING))
