"""An urgent request of a caller: what each way would cost today, and the one that the dispatcher chooses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from koumen.agents import queries as agents
from koumen.branch.queries import this_branch
from koumen.credit import queries as credit
from koumen.dispatch import queries
from koumen.dispatch.commands import TakeRequest, UrgentBooking, book_urgent
from koumen.dispatch.queries import Asked, UrgentWay
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.rules.standing import Amount
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id
from koumen.web.ui.refusals import words
from koumen.web.ui.standing import AMOUNTS
from koumen.web.ui.wishes import VisitWishForm

MINUTE_S = 60


class UrgentForm(VisitWishForm):
    """What the caller needs today."""

    field_order = ("account", "amount")

    account = forms.ChoiceField(label=_("Credit account"))
    amount = forms.ChoiceField(label=_("How much?"), choices=list(AMOUNTS.items()), initial="bill")

    def __init__(self, data: Any, *, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the accounts by number."""
        super().__init__(data, **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]


@signed_in
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """The question in the address, its answer below; a choice is sent with the question it answers."""
    actor, at = actor_of(request), clock.now()
    customer = people.customer_of(actor, customer_id=customer_id)
    accounts = credit.accounts_of(actor=actor, customer_id=customer_id)
    said = request.POST if request.method == "POST" else request.GET
    form = UrgentForm(
        said if "account" in said else None, accounts=[(str(one.id), one.number) for one in accounts]
    )
    named = reveal(person_ids=[customer.person_id], purpose="console-customer", actor=actor, at=at)
    context: dict[str, Any] = {"customer": customer, "details": named[customer.person_id], "form": form}
    status = 200
    if form.is_bound and form.is_valid():
        asked = _asked(customer_id, form, actor, at)
        if request.method == "POST":
            try:
                return redirect("visit", visit_id=_book(request, asked, form, actor, at))
            except Conflict as refusal:
                context["refused"], status = words(refusal.code, **refusal.params), 409
        ways = queries.urgent_ways(actor=actor, asked=asked, at=at)
        context |= {"ways": _shown(ways, actor, at), "once": new_id(), "is_asked": True}
        context["question"] = [
            (key, value) for key in said for value in said.getlist(key) if key in form.fields
        ]
    return page(request, "urgent", "customers", context, status=status)


def _asked(customer_id: UUID, form: UrgentForm, actor: Actor, at: datetime) -> Asked:
    account_id = UUID(form.cleaned_data["account"])
    owed = credit.owed(actor=actor, account_id=account_id, at=at)
    amounts = {
        Amount.MINIMUM: owed.minimum_minor,
        Amount.BILL: owed.bill_minor,
        Amount.ALL: owed.all_minor,
    }
    minor = amounts[Amount(form.cleaned_data["amount"])] or owed.all_minor
    if minor <= 0:
        raise Invalid("amount-not-positive", field="amount")
    return Asked(
        customer_id=customer_id,
        wish=form.wish,
        wanted_minor=minor,
        currency=this_branch().currency,
        from_date=clock.local_date(at, this_branch().zone),
        days=1,
    )


def _book(request: HttpRequest, asked: Asked, form: UrgentForm, actor: Actor, at: datetime) -> UUID:
    moved, to_shift = request.POST.get("moved", ""), request.POST.get("to_shift", "")
    booking = TakeRequest(
        customer_id=asked.customer_id,
        account_id=UUID(form.cleaned_data["account"]),
        slot=Slot.from_key(request.POST.get("slot", "")),
        wanted_minor=asked.wanted_minor,
        currency=asked.currency,
        wish=asked.wish,
    )
    urgent = UrgentBooking(
        booking=booking,
        moved_id=read_id(moved) if moved else None,
        to_shift_id=read_id(to_shift) if to_shift else None,
    )
    key = read_id(request.POST.get("once", ""))
    return book_urgent(urgent=urgent, key=key, actor=actor, at=at).visit.id


def _shown(ways: list[UrgentWay], actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Each way with who comes; two queries and one reading of names."""
    ids = {way.slot.agent_id for way in ways} | {way.moved.to_agent_id for way in ways if way.moved}
    cards = agents.agent_cards(agent_ids=ids)
    people_ids = [card.person_id for card in cards.values()]
    named = reveal(person_ids=people_ids, purpose="console-urgent", actor=actor, at=at)
    known = {id: f"{named[card.person_id].given_name} {card.staff_number}" for id, card in cards.items()}
    return [
        {
            "way": way,
            "agent": known[way.slot.agent_id],
            "begins": f"{way.begins_at.astimezone(this_branch().zone):%H:%M}",
            "extra": -(-way.extra_s // MINUTE_S),
            "tight": [{"one": one, "left": one.left_s // MINUTE_S} for one in way.tight],
            "instead": known[way.moved.to_agent_id] if way.moved else "",
        }
        for way in ways
    ]
