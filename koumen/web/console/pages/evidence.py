"""What was kept of a visit: looked at by compliance for a reason, and deleted before its day where the customer objects."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.visits import commands
from koumen.visits.permissions import may_look_at_evidence
from koumen.visits.queries.evidence import Kept, evidence_of_visit, is_held
from koumen.visits.rules.evidence import Reason
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.care_words import EVIDENCE, EVIDENCE_REASONS, EVIDENCE_WAYS, word


def evidence_panel(actor: Actor, visit_id: UUID, at: datetime) -> dict[str, Any]:
    """The pieces of a visit for its page and for a complaint about it."""
    kept_all = evidence_of_visit(actor=actor, visit_id=visit_id)
    # the same for all pieces of a visit but those that the customer objects to
    held = {one.evidence.objection_id: is_held(one.evidence, at=at) for one in _one_each(kept_all)}
    pieces = [
        {
            "row": kept.evidence,
            "looks": kept.looks,
            "purpose": word(EVIDENCE, kept.evidence.purpose),
            "way": word(EVIDENCE_WAYS, kept.evidence.way),
            "is_held": held[kept.evidence.objection_id],
        }
        for kept in kept_all
    ]
    return {"pieces": pieces, "reasons": EVIDENCE_REASONS.items(), "may_look": may_look_at_evidence(actor)}


def _one_each(pieces: list[Kept]) -> Iterable[Kept]:
    return {kept.evidence.objection_id: kept for kept in pieces}.values()


@signed_in
@require_POST
def look(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """The picture or the name itself; the look is recorded before anything is shown."""
    why = request.POST.get("reason", "")
    if why not in set(Reason):
        raise Invalid("form-unreadable", field="reason", value=why[:40])
    seen = commands.look_at_evidence(
        evidence_id=evidence_id, reason=Reason(why), actor=actor_of(request), at=clock.now()
    )
    return HttpResponse(seen.content, content_type=seen.media_type)


@signed_in
@require_POST
def remove(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """The customer's objection is right: it is deleted now."""
    removed = commands.remove_evidence(evidence_id=evidence_id, actor=actor_of(request), at=clock.now())
    return redirect("visit", visit_id=removed.visit_id)
