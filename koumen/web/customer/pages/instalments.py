"""Paying in instalments: in how many, then all costs, then yes; nothing begins before that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from koumen.credit import commands, queries
from koumen.credit.queries.plans import Offer, SplitWish, instalment_offers
from koumen.credit.rules.calendar import next_day
from koumen.credit.rules.cost_sheet import Sheet
from koumen.credit.rules.plan import request_of
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.web.customer.pages.accounts import chosen_account
from koumen.web.customer.pages.bill_part import asked_amount, asked_purchases
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import read_id
from koumen.web.ui.choice import Choice
from koumen.web.ui.templatetags.costs import cost_line
from koumen.web.ui.templatetags.koumen import money


class TermsForm(forms.Form):
    """One of the numbers of instalments, each with its true cost in one line."""

    terms = forms.ChoiceField(
        label=gettext_lazy("In how many months?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one.")},
    )

    def __init__(self, data: Any, *, offers: Sequence[Offer]) -> None:
        """Offer what there is."""
        super().__init__(data)
        self.offers = {str(offer.request.terms): offer for offer in offers}
        self.fields["terms"].choices = [  # type: ignore[attr-defined]  # a choice field
            (terms, _choice(offer)) for terms, offer in self.offers.items()
        ]

    @property
    def chosen(self) -> Offer:
        """What was chosen."""
        return self.offers[self.cleaned_data["terms"]]


def _choice(offer: Offer) -> Choice:
    """Where the first month asks more (all of the fee), that is said before the sentence of all costs."""
    first, *others = (Money(minor, offer.sheet.currency) for minor in offer.sheet.payments)
    following = others[0] if others else first
    begins = _("The first month %(amount)s.") % {"amount": money(first)} if following < first else ""
    return Choice(
        _("%(n)s months") % {"n": offer.request.terms},
        f"{begins} {cost_line(offer.sheet)}".strip(),
        _("%(amount)s a month") % {"amount": money(following)},
    )


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponseBase:
    """In how many instalments: a purchase (``?purchase=``), or of the newest bill some (``?chosen=``), an amount, or all."""
    actor, at = actor_of(request), clock.now()
    account, _accounts = chosen_account(request, actor)
    wanted = request.GET.get("purchase", "")
    wish = SplitWish(
        purchase_id=read_id(wanted) if wanted else None,
        amount_minor=asked_amount(request.GET.get("amount", "")),
        chosen=asked_purchases(request.GET.getlist("chosen")),
    )
    offers = instalment_offers(actor=actor, account_id=account.id, wish=wish, at=at)
    form = TermsForm(request.POST or None, offers=offers)
    if request.method == "POST" and form.is_valid():
        sheet = commands.show_plan_sheet(request=form.chosen.request, actor=actor, at=at)
        following = urlencode({"next": reverse("plan_begin", args=[sheet.id])})
        return redirect(f"{reverse('costs', args=[sheet.id])}?{following}")
    amount = Money(offers[0].request.amount_minor, account.product.currency) if offers else None
    context = {
        "form": form,
        "amount": amount,
        "is_bill": wish.purchase_id is None,
        "is_part": bool(wish.amount_minor or wish.chosen),
    }
    return render(request, "customer/instalments.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, sheet_id: UUID) -> HttpResponseBase:
    """Read back once more, then the plan begins; a sheet that is not confirmed yet is read first."""
    actor, at = actor_of(request), clock.now()
    shown = queries.cost_sheet(actor=actor, sheet_id=sheet_id)
    sheet = Sheet.of(shown.content)
    wanted = request_of(shown.account_id, sheet)
    if request.method == "POST":
        key = read_id(request.POST.get("once", ""))
        plan = commands.start_plan(request=wanted, sheet_id=sheet_id, key=key, actor=actor, at=at)
        return redirect("plan", plan_id=plan.id)
    if shown.confirmed_at is None:
        return redirect("costs", sheet_id=sheet_id)
    return render(request, "customer/plan_begin.html", _read_back(actor, sheet, wanted.account_id, at))


def _read_back(actor: Actor, sheet: Sheet, account_id: UUID, at: datetime) -> dict[str, Any]:
    account = queries.position_at(actor=actor, account_id=account_id, at=at)
    billed = next_day(account.position.counted_to, account.parameters.bill_day)
    payments = [Money(minor, sheet.currency) for minor in sheet.payments]
    return {
        "sheet": sheet,
        "amount": Money(sheet.principal_minor, sheet.currency),
        "total": Money(sheet.total_minor, sheet.currency),
        "cost": Money(sheet.cost_minor, sheet.currency),
        "first": payments[0],
        "following": payments[1],
        "last": payments[-1],
        "months": len(payments),
        "billed": billed,
    }
