"""The tender: cash counted note by note, and by a second person along; a wallet's QR code, a bank transfer."""

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from koumen.kit import clock
from koumen.kit.errors import Invalid, Refusal
from koumen.kit.ids import new_id
from koumen.kit.money import CURRENCIES, Money
from koumen.payments import commands as payments
from koumen.payments import jobs
from koumen.payments import queries as payment_queries
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import LONGEST_AMOUNT, read_id
from koumen.web.ui.notes import read_notes, worth
from koumen.web.ui.refusals import words


@login_required
@require_http_methods(["GET", "POST"])
def cash(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Count together; "count again" only adds up, the other button posts."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    remaining = Money(payment_queries.remaining_minor(visit), visit.currency)
    if not remaining and request.method == "GET":
        return redirect("visit", visit_id=visit_id)
    data = request.POST
    notes = CURRENCIES[visit.currency].notes
    fault, counted_in, counted_out = "", {}, {}
    if request.method == "POST":
        try:
            counted_in = read_notes(data, "in", visit.currency)
            counted_out = read_notes(data, "out", visit.currency)
            if "pay" in data:
                payments.pay_cash(
                    visit_id=visit_id,
                    notes_in=counted_in,
                    notes_out=counted_out,
                    key=read_id(data.get("once", "")),
                    actor=actor,
                    at=at,
                )
                return redirect("visit", visit_id=visit_id)
        except Refusal as refusal:
            fault = words(refusal.code, **refusal.params)
    total_in, total_out = worth(counted_in, visit.currency), worth(counted_out, visit.currency)
    context = {
        "visit": visit,
        "remaining": remaining,
        "once": data.get("once", ""),
        "fault": fault,
        "rows": [
            (Money(note, visit.currency), counted_in.get(note), counted_out.get(note)) for note in notes
        ],
        "total_in": total_in,
        "total_out": total_out,
        "due_back": total_in - remaining if total_in.minor >= remaining.minor else None,
        "missing": remaining - total_in if total_in.minor < remaining.minor else None,
    }
    return render(request, "agent/cash.html", context, status=409 if fault else 200)


class AlongForm(forms.Form):
    """What the second of a team saw counted, all together."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.CharField(
        label=_("All the cash that was counted"),
        max_length=LONGEST_AMOUNT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Please write the amount.")},
    )


@login_required
@require_http_methods(["GET", "POST"])
def counted_along(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The second of a team signs what they counted; what the first one's phone says is compared in the office."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    form = AlongForm(request.POST or None, initial={"once": new_id()})
    if request.method == "POST" and form.is_valid():
        try:
            payments.witness_cash(
                visit_id=visit_id,
                amount_minor=Money.parse(form.cleaned_data["amount"], visit.currency).minor,
                currency=visit.currency,
                key=form.cleaned_data["once"],
                actor=actor,
                at=at,
            )
            return redirect("visit", visit_id=visit_id)
        except Invalid as refusal:
            form.add_error("amount", words(refusal.code, **refusal.params))
    context = {"form": form, "visit": visit}
    return render(request, "agent/counted_along.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def ask_office(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Too much cash for one bag: a second agent, or another time for the rest."""
    visits.ask_office(
        visit_id=visit_id, wish=request.POST.get("wish", ""), actor=actor_of(request), at=clock.now()
    )
    return redirect("visit", visit_id=visit_id)


@login_required
@require_POST
def wallet(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Open the tender, then ask the provider for its QR code; a silent provider is asked again by a job."""
    actor, at = actor_of(request), clock.now()
    payment = payments.open_wallet(
        visit_id=visit_id,
        amount_minor=_amount_minor(request.POST.get("amount", "")),
        key=read_id(request.POST.get("once", "")),
        actor=actor,
        at=at,
    )
    jobs.start_wallet(payment_id=payment.id, at=at)
    return redirect("visit", visit_id=visit_id)


def _amount_minor(text: str) -> int:
    """What the page offered, in minor units: sent back, so that the same form twice is the same act."""
    if not (text.isascii() and text.isdigit()):
        raise Invalid("form-unreadable", field="amount", value=text[:12])
    return int(text)


@login_required
@require_POST
def close_wallet(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Give this QR code up; it is closed at the provider first."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    tender = payment_queries.open_tender(visit)
    if tender is not None:
        jobs.give_up_wallet(payment_id=tender.id, actor=actor, at=at)
    return redirect("visit", visit_id=visit_id)


@login_required
@require_POST
def transfer(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Begin a transfer: its code is shown, and nothing is credited before the bank has the money."""
    payments.show_transfer(
        visit_id=visit_id,
        amount_minor=_amount_minor(request.POST.get("amount", "")),
        key=read_id(request.POST.get("once", "")),
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("visit", visit_id=visit_id)


@login_required
@require_POST
def drop_transfer(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The customer did not make this transfer after all."""
    payments.drop_transfer(
        payment_id=read_id(request.POST.get("payment", "")), actor=actor_of(request), at=clock.now()
    )
    return redirect("visit", visit_id=visit_id)
