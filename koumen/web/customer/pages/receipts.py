"""Receipts: the list, and each as a signed PDF."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from koumen.kit import clock
from koumen.payments import commands as payments
from koumen.payments import queries
from koumen.web.ui.actors import actor_of


@login_required
@require_GET
def receipts(request: HttpRequest) -> HttpResponse:
    """All receipts, newest first."""
    return render(
        request, "customer/receipts.html", {"receipts": queries.receipts_of(actor=actor_of(request))}
    )


@login_required
@require_GET
def pdf(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The signed PDF, made now if nobody opened it before."""
    content = payments.receipt_pdf(receipt_id=receipt_id, actor=actor_of(request), at=clock.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{receipt_id}.pdf"'
    return response
