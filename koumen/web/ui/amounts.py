"""Choosing an amount: the same question when booking and at the door."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from koumen.credit import queries as credit
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from koumen.web.ui.choice import Choice
from koumen.web.ui.refusals import words
from koumen.web.ui.templatetags.koumen import money

if TYPE_CHECKING:
    from django.http import QueryDict

    from koumen.credit.models import Quote
    from koumen.visits.models import Visit

# A person may write ten thousand with spaces and signs; nobody needs more.
LONGEST_AMOUNT = 20


class AmountForm(forms.Form):
    """Minimum, this bill, everything, or another amount; somebody who may see no debt only writes one."""

    amount = forms.ChoiceField(label=gettext_lazy("How much?"), widget=forms.RadioSelect, required=False)
    other = forms.CharField(label=gettext_lazy("Another amount"), required=False, max_length=LONGEST_AMOUNT)

    def __init__(self, data: Any, *, offered: dict[str, Money], currency: str, **kwargs: Any) -> None:
        """Offer the amounts that are more than nothing."""
        super().__init__(data, **kwargs)
        self.currency = currency
        self.offered = {key: value for key, value in offered.items() if value.minor > 0}
        self.wanted = Money(0, currency)
        names = {
            "wanted": _("As booked"),
            "minimum": _("The minimum"),
            "bill": _("This bill"),
            "all": _("Everything"),
        }
        choices: list[tuple[str, Choice]] = [
            (key, Choice(names[key], "", money(value))) for key, value in self.offered.items()
        ]
        choices.append(("other", Choice(_("Another amount"), _("Write it below."), "")))
        self.fields["amount"].choices = choices  # type: ignore[attr-defined]  # a choice field
        self.fields["other"].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """Turn the answer into money; what cannot be read is said at the field."""
        data = super().clean() or {}
        chosen = data.get("amount") or "other"
        if chosen in self.offered:
            self.wanted = self.offered[chosen]
            return data
        try:
            self.wanted = Money.parse(data.get("other", ""), self.currency)
        except Invalid as refusal:
            self.add_error("other", words(refusal.code, **refusal.params))
        else:
            if self.wanted.minor <= 0:
                self.add_error("other", words("amount-not-positive"))
        return data


class DoorAmountForm(AmountForm):
    """The amount at the door: bound to the quote that was shown and to one key."""

    quote = forms.UUIDField(widget=forms.HiddenInput)
    once = forms.UUIDField(widget=forms.HiddenInput)

    @property
    def quote_id(self) -> UUID:
        """The quote that the customer saw."""
        return UUID(str(self.cleaned_data["quote"]))

    @property
    def key(self) -> UUID:
        """The key made when the form was opened."""
        return UUID(str(self.cleaned_data["once"]))


def answered_amount(data: "QueryDict", *, visit: "Visit", actor: Actor) -> "tuple[DoorAmountForm, Quote]":
    """The amount form as it came back, against the quote that the customer saw."""
    quote = credit.quote(actor=actor, quote_id=read_id(data.get("quote", "")))
    return door_amount_form(data, visit=visit, quote=quote), quote


def door_amount_form(data: "QueryDict | None", *, visit: "Visit", quote: "Quote") -> DoorAmountForm:
    """What the customer may answer at the door; the amount booked stands first."""
    currency = visit.currency
    wanted = min(visit.wanted_minor, quote.all_minor)
    offered = {
        "wanted": Money(wanted, currency),
        "minimum": Money(quote.minimum_minor, currency),
        "bill": Money(quote.bill_minor, currency),
        "all": Money(quote.all_minor, currency),
    }
    unlike = {key: money for key, money in offered.items() if key == "wanted" or money.minor != wanted}
    return DoorAmountForm(data, offered=unlike, currency=currency, initial={"amount": "wanted"})


def read_id(text: str) -> UUID:
    """An id that a form sent; raises Invalid("form-unreadable")."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("form-unreadable", field="id", value=text[:40]) from None
