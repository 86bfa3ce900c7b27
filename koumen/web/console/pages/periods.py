"""The days of the books that are closed, and closing more of them."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from koumen.branch.queries import this_branch
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.ledger import queries as ledger
from koumen.ledger.permissions import may_close_books
from koumen.payments.books import close_books
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import said_by
from koumen.web.ui.actors import actor_of, signed_in


class Closing(forms.Form):
    """The last day to close."""

    through = forms.DateField(
        label=_("Close all days until and with"), widget=forms.DateInput(attrs={"type": "date"})
    )


@signed_in
@require_GET
def periods(request: HttpRequest) -> HttpResponse:
    """What is closed, by whom and when; finance can close more."""
    actor = actor_of(request)
    yesterday = clock.local_date(clock.now(), this_branch().zone) - timedelta(days=1)
    closed = ledger.closed_periods(actor=actor)
    context = {
        "periods": [
            {"period": period, "last": period.to_date - timedelta(days=1), "who": said_by(period.closed_by)}
            for period in closed
        ],
        "open_from": closed[0].to_date if closed else None,
        "may_close": may_close_books(actor),
        "form": Closing(initial={"through": yesterday}),
    }
    return page(request, "periods", "finance", context)


@signed_in
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close all days up to and with one; refused unless the whole proof of the books holds."""
    form = Closing(request.POST)
    if not form.is_valid():
        raise Invalid("day-unreadable", field="through")
    close_books(through=form.cleaned_data["through"], actor=actor_of(request), at=clock.now())
    return redirect("periods")
