"""Photos and signatures of my visits: what for, until when, how often looked at; and that I do not want one to be kept."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from koumen.kit import clock
from koumen.people import queries as people
from koumen.visits import commands as visits
from koumen.visits.queries.evidence import evidence_of_customer
from koumen.web.ui.actors import actor_of
from koumen.web.ui.care_words import EVIDENCE, EVIDENCE_WAYS, word


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Everything that was kept, newest first; the pictures themselves are for the office, with a reason."""
    actor = actor_of(request)
    customer = people.customer_of(actor)
    pieces = [
        {
            "kept": kept,
            "purpose": word(EVIDENCE, kept.evidence.purpose),
            "way": word(EVIDENCE_WAYS, kept.evidence.way),
        }
        for kept in evidence_of_customer(actor=actor, customer_id=customer.id)
    ]
    return render(request, "customer/evidence.html", {"pieces": pieces})


@login_required
@require_POST
def object_to(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """I do not want it to be kept: a complaint with a number and a day."""
    visits.object_to_evidence(evidence_id=evidence_id, actor=actor_of(request), at=clock.now())
    return redirect("evidence")
