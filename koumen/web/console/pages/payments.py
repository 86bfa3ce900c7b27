"""The list of payments, filtered by its address."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.payments.queries import PaymentSearch, payments_found, verify_url
from koumen.web.console.pages.frame import page, without
from koumen.web.console.pages.words import PAYMENTS, TENDERS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file, every_page

if TYPE_CHECKING:
    from koumen.payments.models import Payment

A_FILE_PAGE = 1000
_DATE = {"type": "date"}


class PaymentFilter(forms.Form):
    """What to look for; all of it may be left empty."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *PAYMENTS.items()])
    tender = forms.ChoiceField(label=_("Paid by"), required=False, choices=[("", _("All")), *TENDERS.items()])
    agent = forms.CharField(label=_("Staff number"), required=False, max_length=20)
    day_from = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=_DATE))
    day_to = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs=_DATE))

    @property
    def search(self) -> PaymentSearch:
        """What the room is asked; the last day counts whole. A field that cannot be read filters nothing."""
        wanted = self.cleaned_data if self.is_valid() else {**self.cleaned_data}
        last = wanted.get("day_to")
        return PaymentSearch(
            state=wanted.get("state", ""),
            tender=wanted.get("tender", ""),
            staff_number=wanted.get("agent", "").strip(),
            opened_from=_midnight(wanted.get("day_from")),
            opened_to=_midnight(last + timedelta(days=1) if last else None),
        )


def _midnight(day: Any) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=this_branch().zone) if day else None


@signed_in
@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """A page of what was paid, and how many there are."""
    form = PaymentFilter(request.GET)
    found = payments_found(
        actor=actor_of(request), search=form.search, before=_id(request.GET.get("before", ""))
    )
    context = {
        "form": form,
        "count": found.count,
        "older": found.older,
        "kept": without(request, "before"),
        "is_first": "before" not in request.GET,
        "payments": [_shown(payment) for payment in found.payments],
    }
    return page(request, "payments", "finance", context)


def _shown(payment: "Payment") -> dict[str, Any]:
    receipt = getattr(payment, "receipt", None)
    return {
        "payment": payment,
        "amount": Money(payment.amount_minor, payment.currency),
        "tender": word(TENDERS, payment.tender),
        "state": word(PAYMENTS, payment.state),
        "receipt": receipt,
        "verify_url": verify_url(receipt.token) if receipt else "",
    }


@signed_in
@require_GET
def payments_csv(request: HttpRequest) -> HttpResponseBase:
    """All that match, as a file."""
    actor, search = actor_of(request), PaymentFilter(request.GET).search
    payments_found(actor=actor, search=search, limit=1)  # a refusal must be a page, not half a file
    return csv_file(
        "payments",
        ("opened_at", "visit", "staff_number", "tender", "state", "currency", "amount", "receipt", "late"),
        (_row(payment) for payment in _all(actor, search)),
    )


def _all(actor: Actor, search: PaymentSearch) -> "Iterator[Payment]":
    for found in every_page(
        lambda before: payments_found(actor=actor, search=search, before=before, limit=A_FILE_PAGE)
    ):
        yield from found.payments


def _row(payment: "Payment") -> tuple[object, ...]:
    receipt = getattr(payment, "receipt", None)
    return (
        *(payment.opened_at.isoformat(), payment.visit.number, payment.agent.staff_number),
        *(
            payment.tender,
            payment.state,
            payment.currency,
            Money(payment.amount_minor, payment.currency).decimal,
        ),
        *(receipt.printed_number if receipt else "", "yes" if payment.is_late else ""),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
