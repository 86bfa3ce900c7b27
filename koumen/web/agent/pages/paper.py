"""The receipt on the paper that is at hand: a strip of 58 or 80 mm, or A5; printed by the browser."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from koumen.documents.rules.page import receipt_page
from koumen.kit import clock
from koumen.payments import commands as payments
from koumen.payments import queries
from koumen.web.ui.actors import actor_of

WIDTHS = ("58", "80", "a5")


@login_required
@require_GET
def receipt(request: HttpRequest, receipt_id: UUID, width: str) -> HttpResponse:
    """All that stands on the signed receipt, in the customer's language, laid out for one width of paper."""
    if width not in WIDTHS:
        raise Http404
    actor, at = actor_of(request), clock.now()
    view = queries.receipt(actor=actor, receipt_id=receipt_id)  # nobody prints another agent's receipts
    content = payments.receipt_content(receipt_id=view.id, at=at)
    context = {
        "width": width,
        "widths": WIDTHS,
        "receipt": view,
        "paper": receipt_page(content),
        "spoken": content.language,
    }
    return render(request, "agent/paper.html", context)
