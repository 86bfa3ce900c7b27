"""Trusted contacts at the phone desk: who is told when a customer pays."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from koumen.branch.queries import this_branch
from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from koumen.people import queries as people
from koumen.people.commands import (
    name_trusted_contact,
    register_person,
    remove_trusted_contact,
    reveal,
)
from koumen.people.rules.details import PersonalDetails
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.sign_in import PhoneField

# A year: who is trusted is thought about again (T9).
TRUSTED_FOR = timedelta(days=365)


class TrustedForm(forms.Form):
    """Whom the customer names on the telephone."""

    name = forms.CharField(label=_("Name"), max_length=60)
    phone = PhoneField(label=_("Phone number"))


@signed_in
@require_http_methods(["GET", "POST"])
def name(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Somebody whom we know by this number already, or enter now."""
    actor, at = actor_of(request), clock.now()
    customer = people.customer_of(actor, customer_id=customer_id)
    form = TrustedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person_id = _person(form, customer.person.language, actor, at)
        until = clock.local_date(at, this_branch().zone) + TRUSTED_FOR
        name_trusted_contact(customer_id=customer.id, person_id=person_id, valid_to=until, actor=actor, at=at)
        return redirect("customer", customer_id=customer.id)
    return page(request, "trusted_new", "customers", {"form": form, "customer": customer})


@signed_in
@require_POST
def remove(request: HttpRequest, customer_id: UUID, contact_id: UUID) -> HttpResponse:
    """Told nothing more."""
    remove_trusted_contact(contact_id=contact_id, actor=actor_of(request), at=clock.now())
    return redirect("customer", customer_id=customer_id)


def trusted_panel(actor: Actor, customer_id: UUID, at: datetime) -> list[dict[str, Any]]:
    """Who is told, for the customer's page; one query and one reading."""
    contacts = people.trusted_contacts(customer_id=customer_id, at=at)
    names = reveal(
        person_ids=[one.person_id for one in contacts], purpose="console-customer", actor=actor, at=at
    )
    return [{"contact": one, "details": names[one.person_id]} for one in contacts]


def _person(form: TrustedForm, language: str, actor: Actor, at: datetime) -> UUID:
    known = people.persons_by_phone(form.cleaned_data["phone"])
    if known:
        return known[0].id
    details = PersonalDetails(
        name=form.cleaned_data["name"],
        given_name=form.cleaned_data["name"],
        phone=form.cleaned_data["phone"],
    )
    person = register_person(
        details=details, roles=frozenset({Role.RELATIVE}), language=language, actor=actor, at=at
    )
    return person.id
