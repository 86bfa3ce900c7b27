"""A bank card on the terminal, and a note that looks forged."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from koumen.agents import queries as agents
from koumen.kit import clock
from koumen.kit.errors import Invalid, Refusal
from koumen.kit.ids import new_id
from koumen.kit.money import CURRENCIES, Money
from koumen.payments import commands as payments
from koumen.payments import queries as payment_queries
from koumen.visits import queries
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import LONGEST_AMOUNT
from koumen.web.ui.refusals import words
from koumen.web.ui.wording import money

_TYPED = {"autocomplete": "off"}
_DIGITS = {"autocomplete": "off", "inputmode": "numeric"}


class CardForm(forms.Form):
    """What stands on the terminal's slip."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    terminal = forms.ChoiceField(label=_("Card terminal"))
    amount = forms.CharField(
        label=_("Amount on the slip"),
        max_length=LONGEST_AMOUNT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    approval_code = forms.CharField(
        label=_("Approval code"), max_length=12, widget=forms.TextInput(attrs=_TYPED)
    )
    last_four = forms.CharField(
        label=_("Last four digits of the card"), max_length=6, widget=forms.TextInput(attrs=_DIGITS)
    )

    def __init__(self, data: Any, *, terminals: list[tuple[str, str]], currency: str, **kwargs: Any) -> None:
        """Only terminals that were lent to this agent."""
        super().__init__(data, **kwargs)
        self.fields["terminal"].choices = terminals  # type: ignore[attr-defined]  # a choice field
        self.currency, self.money = currency, Money(0, currency)

    def clean_amount(self) -> str:
        """An amount as people write it."""
        try:
            self.money = Money.parse(self.cleaned_data["amount"], self.currency)
        except Invalid as refusal:
            raise forms.ValidationError(words(refusal.code, **refusal.params)) from None
        return str(self.cleaned_data["amount"])


@login_required
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The terminal has approved; what its slip says is typed here."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    remaining = Money(payment_queries.remaining_minor(visit), visit.currency)
    lent = [
        loan.item
        for loan in agents.loans_of(actor=actor, agent_id=visit.agent_id)
        if loan.item.kind == "card_terminal"
    ]
    form = CardForm(
        request.POST or None,
        terminals=[(str(item.id), item.serial) for item in lent],
        currency=visit.currency,
        initial={"once": new_id(), "amount": str(remaining.decimal)},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            payments.pay_card(
                visit_id=visit_id,
                amount_minor=form.money.minor,
                slip=payments.Slip(
                    item_id=UUID(said["terminal"]),
                    approval_code=said["approval_code"],
                    last_four=said["last_four"],
                ),
                key=said["once"],
                actor=actor,
                at=at,
            )
            return redirect("visit", visit_id=visit_id)
        except Refusal as refusal:
            form.add_error(None, words(refusal.code, **refusal.params))
    context = {"visit": visit, "form": form, "remaining": remaining, "has_terminal": bool(lent)}
    return render(request, "agent/card.html", context, status=422 if form.errors else 200)


class ForgedForm(forms.Form):
    """Which note, and what became of it."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    denomination = forms.ChoiceField(label=_("Which note"))
    serial = forms.CharField(
        label=_("Number on the note"), max_length=24, widget=forms.TextInput(attrs=_TYPED)
    )
    outcome = forms.ChoiceField(
        label=_("What happened to it"),
        choices=[
            ("refused", _("Given back; paid with another")),
            ("kept", _("Kept, against a numbered slip")),
        ],
    )

    def __init__(self, data: Any, *, currency: str, **kwargs: Any) -> None:
        """The notes of the currency, the largest first."""
        super().__init__(data, **kwargs)
        notes = [(str(note), money(Money(note, currency))) for note in CURRENCIES[currency].notes]
        self.fields["denomination"].choices = notes  # type: ignore[attr-defined]  # a choice field


@login_required
@require_http_methods(["GET", "POST"])
def forged(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Write a note down that looks forged; of one that is kept the customer holds the number."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    form = ForgedForm(request.POST or None, currency=visit.currency, initial={"once": new_id()})
    note = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            note = payments.write_forged_note(
                visit_id=visit_id,
                seen=payments.SeenNote(
                    denomination_minor=int(said["denomination"]),
                    serial=said["serial"],
                    outcome=said["outcome"],
                ),
                key=said["once"],
                actor=actor,
                at=at,
            )
        except Refusal as refusal:
            form.add_error(None, words(refusal.code, **refusal.params))
    context = {
        "visit": visit,
        "form": form,
        "note": note,
        "worth": Money(note.denomination_minor, note.currency) if note else None,
    }
    return render(request, "agent/forged.html", context, status=422 if form.errors else 200)
