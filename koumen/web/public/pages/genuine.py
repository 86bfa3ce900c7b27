"""Is this visit genuine, and who may come to my door? Asked without signing in; nothing is given away."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from koumen.agents import queries as agents
from koumen.branch.queries import this_branch
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.people.commands import reveal
from koumen.visits import commands as visits
from koumen.visits.rules.inquiries import CALL_WITHIN
from koumen.web.ui.limits import is_allowed, too_many


class CustomerForm(forms.Form):
    """Whose visit it is; the telephone number to call is the one on file, never one that is typed here."""

    number = forms.CharField(
        label=_("Customer number"),
        help_text=_("It stands on your letters and on your door card."),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Please write the number.")},
    )


class BadgeForm(forms.Form):
    """What the visitor says, or what stands on their badge."""

    badge = forms.CharField(
        label=_("Number on the badge"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Please write the number.")},
    )


@require_http_methods(["GET", "POST"])
def genuine(request: HttpRequest) -> HttpResponse:
    """Somebody is at the door, or somebody called: we call the customer back, and say nothing here.

    Every number gets this one answer; past its three questions an hour a number is still answered so, and not noted.
    """
    form = CustomerForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "minutes": int(CALL_WITHIN.total_seconds() // 60)}
    if request.method == "POST" and form.is_valid():
        if not is_allowed(request, "genuine"):
            return too_many(request, "genuine")
        number = "".join(form.cleaned_data["number"].split()).upper()
        if is_allowed(request, "genuine_number", key=number):
            visits.ask_if_genuine(customer_number=number, actor=SYSTEM, at=clock.now())
        context["is_asked"] = True
    return render(request, "public/genuine.html", context)


@require_http_methods(["GET", "POST"])
def badge(request: HttpRequest) -> HttpResponse:
    """Who has this number, by first name, and whether they visit anybody today; no word of whom."""
    form = BadgeForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        if not is_allowed(request, "badge"):
            return too_many(request, "badge")
        at = clock.now()
        today = clock.local_date(at, this_branch().zone)
        found = agents.badge_on(staff_number=form.cleaned_data["badge"], date=today)
        if found:
            person = reveal(person_ids=[found.person_id], purpose="public-badge", actor=SYSTEM, at=at)
            context["name"] = person[found.person_id].given_name
        context |= {"is_asked": True, "found": found}
    return render(request, "public/badge.html", context)
