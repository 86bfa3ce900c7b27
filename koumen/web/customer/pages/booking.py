"""Booking in four screens, one question each: how much, where, when, read back."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from koumen.agents import queries as agents
from koumen.branch.queries import this_branch
from koumen.credit import queries as credit
from koumen.dispatch import queries as slots_of
from koumen.dispatch.commands import Taken, TakeRequest, WaitRequest, join_waiting_list, make_wish, take
from koumen.dispatch.rules.needs import Lack
from koumen.dispatch.rules.slot import Slot, SlotRequest
from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Missing
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.visits.rules.booking import InitiatedBy
from koumen.web.customer.pages.cards import DebtCard, debt_cards, who_comes
from koumen.web.customer.pages.slots import SlotForm, WishForm, days_of, visit_page
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import AmountForm
from koumen.web.ui.wishes import VisitWishForm, brought_words, lack_words, language_words, wish_of

if TYPE_CHECKING:
    from koumen.people.models import Customer

DAYS_SHOWN = 7
WISHES = ("two_people", "same_person", "consultation", "equipment")


class PlaceForm(VisitWishForm):
    """Where we come, what is wished for, and what the agent should know."""

    note = forms.CharField(
        label=gettext_lazy("Anything the visitor should know?"),
        help_text=gettext_lazy("For example: third floor, please speak slowly."),
        required=False,
        max_length=120,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@login_required
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Open the form: from here on one key stands for this one booking."""
    request.session["booking"] = {"key": str(new_id())}
    return redirect("book_amount")


@login_required
@require_http_methods(["GET", "POST"])
def amount(request: HttpRequest) -> HttpResponse:
    """First screen: minimum, this bill, all, or another amount. A relative sees no debt, only "how much"."""
    actor, at = actor_of(request), clock.now()
    draft = _draft(request)
    debts = [] if actor.role is Role.RELATIVE else _debts(actor, at)
    chosen = request.GET.get("account") or draft.get("account_id")
    debt = next((d for d in debts if str(d.account_id) == chosen), debts[0] if debts else None)
    offered = {"minimum": debt.minimum, "bill": debt.bill, "all": debt.everything} if debt else {}
    form = AmountForm(
        request.POST or None,
        offered=offered,
        currency=this_branch().currency,
        initial={"amount": draft.get("choice", "bill")},
    )
    if request.method == "POST" and form.is_valid():
        draft |= {"choice": form.cleaned_data["amount"], "amount_minor": form.wanted.minor}
        draft |= {"account_id": str(debt.account_id)} if debt else {}
        return _next(request, draft, "book_place")
    return render(request, "customer/book_amount.html", {"form": form, "debt": debt, "debts": debts})


def _debts(actor: Actor, at: datetime) -> list[DebtCard]:
    customer = people.customer_of(actor)
    cards = debt_cards(actor=actor, accounts=credit.accounts_of(actor=actor, customer_id=customer.id), at=at)
    if not cards:
        raise Missing("credit-account-not-found")
    return cards


@login_required
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Second screen: the address and phone on file, cash or not, a word for the visitor."""
    actor, at = actor_of(request), clock.now()
    draft = _draft(request, needs="amount_minor")
    form = PlaceForm(request.POST or None, initial=draft)
    if request.method == "POST" and form.is_valid():
        return _next(request, draft | form.cleaned_data, "book_time")
    customer = _customer(actor, draft, at)
    details = None
    if actor.role is not Role.RELATIVE:
        details = reveal(person_ids=[customer.person_id], purpose="booking", actor=actor, at=at)[
            customer.person_id
        ]
    context: dict[str, Any] = {"form": form, "details": details}
    context |= {"has_wishes": any(draft.get(name) for name in WISHES)}
    if actor.role is not Role.RELATIVE:
        context["languages"] = language_words(customer.languages)
    return render(request, "customer/book_place.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def time(request: HttpRequest) -> HttpResponse:
    """Third screen: windows at which somebody can truly be there."""
    actor, at = actor_of(request), clock.now()
    draft = _draft(request, needs="amount_minor")
    wanted = _wanted(_customer(actor, draft, at), draft, at)
    offered = slots_of.slots(actor=actor, request=wanted, at=at)
    form = SlotForm(request.POST or None, slots=offered, initial={"slot": draft.get("slot")})
    if request.method == "POST" and form.is_valid():
        return _next(request, draft | {"slot": form.chosen.key}, "book_confirm")
    was_taken = bool(draft.pop("was_taken", False))
    if was_taken:
        request.session["booking"] = draft
    context = {"form": form, "days": days_of(form, actor=actor, at=at), "taken": was_taken}
    missing = () if offered else slots_of.lacks(wanted)
    by_cash = bool(draft.get("wants_cash")) and not draft.get("two_people")
    context |= {"lacks": lack_words(missing), "cash_needs_two": by_cash and Lack.STAFF in missing}
    return render(request, "customer/book_time.html", context | {"back_url": reverse("book_place")})


@login_required
@require_http_methods(["GET", "POST"])
def wish(request: HttpRequest) -> HttpResponse:
    """None of the slots suits: record what would have, and wait for it where the customer likes to."""
    actor, at = actor_of(request), clock.now()
    draft = request.session.get("booking") or {}
    customer = _customer(actor, draft, at)
    today = clock.local_date(at, this_branch().zone)
    form = WishForm(request.POST or None, days=[today + timedelta(days=n) for n in range(1, DAYS_SHOWN + 1)])
    may_wait = actor.role is Role.CUSTOMER and "amount_minor" in draft
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        day, part, hour = date.fromisoformat(said["date"]), said["part_of_day"], said["hour"]
        waits = may_wait and said["wait"]
        if waits:
            waited = _waiting(customer, draft, (day, part, hour))
            join_waiting_list(request=waited, actor=actor, at=at)
        else:
            make_wish(customer_id=customer.id, date=day, part_of_day=part, hour=hour, actor=actor, at=at)
        return render(request, "customer/wish_noted.html", {"waiting": waits})
    return render(request, "customer/book_wish.html", {"form": form, "may_wait": may_wait})


def _waiting(customer: "Customer", draft: dict[str, Any], when: tuple[date, str, int | None]) -> WaitRequest:
    day, part, hour = when
    return WaitRequest(
        customer_id=customer.id,
        account_id=UUID(draft["account_id"]),
        date=day,
        part_of_day=part,
        hour=hour,
        wanted_minor=draft["amount_minor"],
        currency=this_branch().currency,
        wish=wish_of(draft),
    )


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Fourth screen: read everything back, then take the slot."""
    actor, at = actor_of(request), clock.now()
    draft = _draft(request, needs="slot")
    slot = Slot.from_key(draft["slot"])
    customer = _customer(actor, draft, at)
    wanted = Money(draft["amount_minor"], this_branch().currency)
    if request.method == "POST":
        booking = _booking(actor, customer, draft, wanted)
        outcome = take(booking=booking, key=UUID(draft["key"]), actor=actor, at=at)
        if isinstance(outcome, Taken):
            request.session["booking"] = draft | {"done": str(outcome.visit.id)}
            return visit_page(outcome.visit, chosen=slot)
        return _next(request, draft | {"was_taken": True, "slot": ""}, "book_time")
    name, number = who_comes(agents.cards_of_shift(shift_id=slot.shift_id), actor=actor, at=at)
    details = reveal(person_ids=[customer.person_id], purpose="booking", actor=actor, at=at)
    context = {"slot": slot, "wanted": wanted, "draft": draft, "agent_name": name, "staff_number": number}
    context |= {
        "details": details[customer.person_id],
        "brought": brought_words(draft.get("equipment") or ()),
    }
    return render(request, "customer/book_confirm.html", context | {"is_own": actor.role is Role.CUSTOMER})


def _draft(request: HttpRequest, needs: str = "key") -> dict[str, Any]:
    """What has been answered so far; raises Missing when a screen was skipped."""
    draft: dict[str, Any] = dict(request.session.get("booking") or {})
    if needs not in draft or "key" not in draft:
        raise Missing("booking-not-begun")
    return draft


def _next(request: HttpRequest, draft: dict[str, Any], screen: str) -> HttpResponse:
    request.session["booking"] = draft
    return redirect(screen)


def _customer(actor: Actor, draft: dict[str, Any], at: datetime) -> "Customer":
    """Who the visit is for: oneself, or the customer who lets this relative ask."""
    chosen = draft.get("customer_id")
    return people.customer_of(actor, customer_id=UUID(chosen) if chosen else None, at=at)


def _wanted(customer: "Customer", draft: dict[str, Any], at: datetime) -> SlotRequest:
    asked = slots_of.Asked(
        customer_id=customer.id,
        wish=wish_of(draft),
        wanted_minor=draft["amount_minor"],
        currency=this_branch().currency,
        from_date=clock.local_date(at, this_branch().zone),
        days=DAYS_SHOWN,
    )
    return slots_of.request_for(asked)


def _booking(actor: Actor, customer: "Customer", draft: dict[str, Any], wanted: Money) -> TakeRequest:
    is_own = actor.role is Role.CUSTOMER
    account_id = UUID(draft["account_id"]) if is_own else credit.account_for_request(customer_id=customer.id)
    return TakeRequest(
        customer_id=customer.id,
        account_id=account_id,
        slot=Slot.from_key(draft["slot"]),
        wanted_minor=wanted.minor,
        currency=wanted.currency,
        wish=wish_of(draft),
        note=draft.get("note", ""),
        initiated_by=InitiatedBy.CUSTOMER if is_own else InitiatedBy.DELEGATE,
    )
