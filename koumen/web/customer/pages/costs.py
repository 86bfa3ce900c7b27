"""All costs of a borrowing: read, then said yes to, then kept as a paper."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from koumen.credit import commands as credit
from koumen.credit import queries
from koumen.credit.rules.cost_sheet import Sheet
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.visits import queries as visits
from koumen.visits.states import PROVEN_STATES
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import read_id
from koumen.web.ui.refusals import words
from koumen.web.ui.safe_next import safe_next


@login_required
@require_http_methods(["GET", "POST"])
def costs(request: HttpRequest, sheet_id: UUID) -> HttpResponseBase:
    """Read all costs; yes only after the time to read, and then on to where they are needed (``next``)."""
    actor, at = actor_of(request), clock.now()
    refused = ""
    if request.method == "POST":
        key = read_id(request.POST.get("once", ""))
        try:
            credit.confirm_cost_sheet(
                sheet_id=sheet_id, how=credit.ConfirmedHow.TAP, key=key, actor=actor, at=at
            )
        except Conflict as refusal:
            refused = words(refusal.code, **refusal.params)
        else:
            return redirect(safe_next(request, reverse("costs", args=[sheet_id])))
    sheet = queries.cost_sheet(actor=actor, sheet_id=sheet_id)
    following = safe_next(request, "")
    context = {
        "sheet": sheet,
        "seconds": Sheet.of(sheet.content).forced_read_seconds,
        "refused": refused,
        "may_confirm": sheet.confirmed_at is None
        and sheet.shown_to == actor.key
        and sheet.valid_until > at
        and sheet.account.version == sheet.account_version,
        "may_sign": _is_visited(actor, sheet.account_id),
        "next": following,
        "is_step": following in {reverse(name, args=[sheet_id]) for name in ("plan_begin", "loan_ask")},
    }
    return render(request, "customer/costs.html", context, status=409 if refused else 200)


def _is_visited(actor: Actor, account_id: UUID) -> bool:
    """Whether an agent sits at the table, who can take a signature; one query."""
    now = visits.coming_visits(actor=actor)
    return any(one.account_id == account_id and one.state in PROVEN_STATES for one in now)


@login_required
@require_GET
def pdf(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """The signed PDF."""
    content = credit.cost_sheet_pdf(sheet_id=sheet_id, actor=actor_of(request), at=clock.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="costs-{sheet_id}.pdf"'
    return response
