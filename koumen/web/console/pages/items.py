"""The things that go along to visits: what there is, who has it, how it came back."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.agents import commands
from koumen.agents import queries as agents
from koumen.agents.permissions import may_keep_items
from koumen.agents.queries import Kept
from koumen.branch.queries import this_branch
from koumen.kit import clock
from koumen.kit.errors import Refusal
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.item_words import CONDITIONS, KINDS
from koumen.web.ui.refusals import words
from koumen.web.ui.safe_next import safe_next


class ThingForm(forms.Form):
    """A new thing."""

    kind = forms.ChoiceField(label=_("Kind of thing"), choices=list(KINDS.items()))
    serial = forms.CharField(
        label=_("Serial number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


@signed_in
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Everything with its holder and condition; a new thing is entered here."""
    actor, at = actor_of(request), clock.now()
    form, status = ThingForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            commands.add_item(kind=said["kind"], serial=said["serial"], actor=actor, at=at)
            return redirect("items")
        except Refusal as refusal:
            form.add_error("serial", words(refusal.code, **refusal.params))
    if form.errors:
        status = 422
    today = clock.local_date(at, this_branch().zone)
    context = {
        "form": form,
        "rows": [_shown(one) for one in agents.items(actor=actor)],
        "shifts": agents.open_shifts(actor=actor, date=today),
        "may_keep": may_keep_items(actor),
        "back": [(code, CONDITIONS[code]) for code in ("good", "damaged", "missing")],
        "here": [(code, CONDITIONS[code]) for code in CONDITIONS],
    }
    return page(request, "items", "staff", context, status=status)


def _shown(one: Kept) -> dict[str, Any]:
    return {
        "thing": one.item,
        "kind": KINDS[one.item.kind],
        "condition": CONDITIONS[one.item.condition],
        "loan": one.loan,
    }


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """Everything as a file, holders by staff number."""
    return csv_file(
        "items",
        ("kind", "serial", "condition", "with", "lent_at"),
        (
            (
                *(one.item.kind, one.item.serial, one.item.condition),
                *((one.loan.agent.staff_number, one.loan.lent_at.isoformat()) if one.loan else ("", "")),
            )
            for one in agents.items(actor=actor_of(request))
        ),
    )


@signed_in
@require_POST
def lend(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Give a thing to the agent of a day."""
    commands.lend_item(
        item_id=item_id,
        shift_id=read_id(request.POST.get("shift", "")),
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("items")


@signed_in
@require_POST
def mend(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Say how a thing in the house is now."""
    commands.mend_item(
        item_id=item_id,
        condition=request.POST.get("condition", ""),
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("items")


@signed_in
@require_POST
def take_back(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """A thing is back, or missing; then on to where the form was."""
    commands.return_item(
        loan_id=loan_id,
        condition=request.POST.get("condition", ""),
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect(safe_next(request, reverse("items")))
