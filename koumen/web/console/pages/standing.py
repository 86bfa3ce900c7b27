"""Standing visits at the desk: written down for a caller, read back by another person, and looked after."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from koumen.credit import queries as credit
from koumen.credit.rules.mending import is_same_person
from koumen.dispatch import commands, queries
from koumen.dispatch.permissions import may_keep_standing
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.standing import StandingForm, change_standing, standing_card


class ReadBackForm(forms.Form):
    """What the second person of the desk must have done."""

    called = forms.BooleanField(label=_("I called the number on file and it is the customer"))
    said_yes = forms.BooleanField(label=_("I read everything back, and the customer said yes"))


@signed_in
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """What a customer agreed to or is asked, and a new wish of a caller."""
    actor, at = actor_of(request), clock.now()
    customer = people.customer_of(actor, customer_id=customer_id)
    accounts = credit.accounts_of(actor=actor, customer_id=customer_id)
    form = StandingForm(request.POST or None, accounts=accounts, initial={"same_person": True})
    if request.method == "POST" and form.is_valid():
        commands.ask_standing(request=form.asked(customer_id), actor=actor, at=at)
        return redirect("customer_standing", customer_id=customer_id)
    named = reveal(person_ids=[customer.person_id], purpose="console-customer", actor=actor, at=at)
    rows = queries.standings_of(actor=actor, customer_id=customer_id)
    context = {
        "customer": customer,
        "details": named[customer.person_id],
        "cards": [
            standing_card(row, at=at)
            | {
                "is_own": is_same_person(row.asked_by, actor.key),
                "read_back": ReadBackForm(auto_id=f"{row.id}-%s"),
            }
            for row in rows
        ],
        "form": form,
        "may_keep": may_keep_standing(actor, customer_id),
    }
    return page(request, "standing", "customers", context)


@signed_in
@require_POST
def change(request: HttpRequest, customer_id: UUID, standing_id: UUID) -> HttpResponse:
    """Say yes for the customer after a call, leave one out, pause, go on, end, as the caller says."""
    if request.POST.get("act") == "agree" and not ReadBackForm(request.POST).is_valid():
        raise Invalid("not-read-back", field="said_yes")
    change_standing(standing_id, request.POST, actor=actor_of(request), at=clock.now())
    return redirect("customer_standing", customer_id=customer_id)
