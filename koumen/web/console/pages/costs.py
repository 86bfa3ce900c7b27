"""A sheet of all costs as it was put before somebody, for the office."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from koumen.credit import commands as credit
from koumen.credit import queries
from koumen.kit import clock
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import said_by
from koumen.web.ui.actors import actor_of, signed_in


@signed_in
@require_GET
def show(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """What it said, to whom it was shown, how it was confirmed."""
    sheet = queries.cost_sheet(actor=actor_of(request), sheet_id=sheet_id)
    context = {
        "sheet": sheet,
        "shown_to": said_by(sheet.shown_to),
        "confirmed_by": said_by(sheet.confirmed_by) if sheet.confirmed_by else "",
    }
    return page(request, "costs", "customers", context)


@signed_in
@require_GET
def pdf(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """The signed PDF."""
    content = credit.cost_sheet_pdf(sheet_id=sheet_id, actor=actor_of(request), at=clock.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="costs-{sheet_id}.pdf"'
    return response
