"""The form of a new version: percent and amounts as people write them, one price a line."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from koumen.credit.commands import NewVersion
from koumen.credit.rules.cap import check_cap
from koumen.credit.rules.parameters import RATES, Parameters
from koumen.kit.errors import Invalid
from koumen.kit.ids import new_id
from koumen.kit.money import CURRENCIES, Money
from koumen.web.console.pages.product_words import CHOICES, LISTS, NAMES, choices_of
from koumen.web.ui.refusals import words

PLANS = 8  # among more numbers of instalments nobody can choose
LONGEST = 40  # of anything written here
_FIXED = frozenset({"rounding"})  # one rule there is
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("What it is"), ("product", "currency", "kind", "apr_cap", "effective_from")),
    (
        _("Bills and days"),
        (
            "posting_basis",
            "bill_day",
            "due_day",
            "due_days",
            "grace_days",
            "minimum_rate",
            "minimum_floor_minor",
        ),
    ),
    (
        _("Interest and lateness"),
        (
            *("revolving_daily_rate", "revolving_base", "late_mode"),
            *("late_daily_rate", "late_rate", "late_cap_minor"),
        ),
    ),
    (_("Plans in instalments"), ("instalment_minimum_minor", "instalment_fee_mode", "early_settle")),
    (_("Loans"), ("loan_method", "loan_annual_rate", "loan_terms", "loan_alone_most_minor")),
    (
        _("Orders and limits"),
        (
            *("allocation", "allocation_overdue", "allocation_overdue_after_days"),
            *("forced_read_seconds", "dormant_credit_days", "hardship_most_days"),
        ),
    ),
    (
        _("When paying is hard"),
        (
            *("plan_share", "plan_most_months", "plan_grace_days", "plan_late"),
            *("plan_interest_quick", "plan_interest_steady", "plan_interest_gentle"),
            *("plan_waiver", "plan_broken"),
        ),
    ),
)
_HINTS: Mapping[str, Any] = {
    "apr_cap": _("In percent. No price may cost more in a year."),
    "revolving_daily_rate": _("In percent, for example 0.05"),
    "late_daily_rate": _("In percent, for example 0.05"),
    "late_rate": _("In percent"),
    "minimum_rate": _("In percent"),
    "loan_annual_rate": _("In percent"),
    "plan_share": _("In percent"),
    "plan_interest_quick": _("In percent; 100 is all of it"),
    "plan_interest_steady": _("In percent; 100 is all of it"),
    "plan_interest_gentle": _("In percent; 100 is all of it"),
    "late_cap_minor": _("0 means no bound"),
    "loan_alone_most_minor": _("0 means that two persons look at every loan"),
    "due_days": _("Separated by commas"),
    "loan_terms": _("Separated by commas"),
    "effective_from": _("Accounts opened before keep their version."),
}


class ProductForm(forms.Form):
    """Everything a product version says. After is_valid() ``wanted`` is what the command takes."""

    product = forms.CharField(label=_("Name of the product"), max_length=LONGEST)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    effective_from = forms.DateField(
        label=_("In force from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    once = forms.UUIDField(widget=forms.HiddenInput)

    wanted: NewVersion | None = None
    parameters: Parameters | None = None

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        """One field for each parameter, and a line for each plan of instalments."""
        super().__init__(data, **kwargs)
        for one in fields(Parameters):
            if one.name not in _FIXED and one.name != "instalment_terms":
                self.fields[one.name] = _field(one.name)
        for no in range(PLANS):
            self.fields[f"terms_{no}"] = forms.CharField(
                label=_("Instalments"), required=False, max_length=3, widget=_digits("numeric")
            )
            self.fields[f"fee_{no}"] = forms.CharField(
                label=_("Fee in percent"), required=False, max_length=12, widget=_digits("decimal")
            )
        for name, hint in _HINTS.items():
            self.fields[name].help_text = hint

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The fields as the page shows them."""
        return [
            {
                "title": title,
                "fields": [self[name] for name in names],
                "holds_plans": "instalment_fee_mode" in names,
            }
            for title, names in GROUPS
        ]

    @property
    def plans(self) -> list[dict[str, Any]]:
        """The lines of the plans."""
        return [{"terms": self[f"terms_{no}"], "fee": self[f"fee_{no}"]} for no in range(PLANS)]

    @property
    def counted_in(self) -> str:
        """The currency of the amounts, of a form that could be read or was just opened."""
        return str(self.cleaned_data["currency"] if self.is_bound else self.initial["currency"])

    @property
    def key(self) -> UUID:
        """The key made when the form was opened."""
        return UUID(str(self.cleaned_data["once"]))

    def clean(self) -> dict[str, Any]:
        """Read the parameters; what the rules refuse is said at its field."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            self.parameters = Parameters.of(self._plain(data))
            check_cap(self.parameters)
            self.wanted = NewVersion(
                product=data["product"],
                currency=data["currency"],
                parameters=self.parameters,
                effective_from=data["effective_from"],
                after=data["after"],
            )
        except Invalid as refusal:
            self.add_error(self._field_of(refusal.field), words(refusal.code, **refusal.params))
        return data

    def _plain(self, data: Mapping[str, Any]) -> dict[str, object]:
        plain: dict[str, object] = {}
        for one in fields(Parameters):
            if one.name in data:
                plain[one.name] = _read(one.name, data[one.name], data["currency"])
        plain["instalment_terms"] = {
            data[f"terms_{no}"].strip(): _part(f"fee_{no}", data[f"fee_{no}"])
            for no in range(PLANS)
            if data.get(f"terms_{no}", "").strip()
        }
        return plain

    def _field_of(self, parameter: str) -> str | None:
        """Which field of the page a parameter is written in."""
        if parameter.startswith("instalment_terms."):
            terms = parameter.partition(".")[2]
            for no in range(PLANS):
                if self.cleaned_data.get(f"terms_{no}", "").strip()[:8] == terms:
                    return f"fee_{no}"
        return parameter if parameter in self.fields else None


def opened_form(
    parameters: Parameters, *, product: str, currency: str, after: int, today: date
) -> ProductForm:
    """The form with what there is, and a key of its own."""
    initial: dict[str, Any] = {
        "product": product,
        "currency": currency,
        "effective_from": today,
        "after": after,
        "once": new_id(),
    }
    for one in fields(Parameters):
        if one.name != "instalment_terms":
            initial[one.name] = _written(one.name, getattr(parameters, one.name), currency)
    for no, terms in enumerate(parameters.terms[:PLANS]):
        initial[f"terms_{no}"] = terms
        initial[f"fee_{no}"] = _percent(parameters.fee_rate(terms))
    form = ProductForm(initial=initial)
    form.parameters = parameters
    return form


def _field(name: str) -> forms.Field:
    label: Any = NAMES[name]  # a lazy text, which forms take
    if name in CHOICES or name == "allocation_overdue":
        return forms.ChoiceField(label=label, choices=list(choices_of(name).items()))
    if name in RATES or name.endswith("_minor"):
        return forms.CharField(label=label, max_length=LONGEST, widget=_digits("decimal"))
    if name in LISTS:
        return forms.CharField(label=label, max_length=LONGEST, required=False)
    return forms.IntegerField(label=label, widget=_digits("numeric"))


def _digits(keys: str) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": keys, "autocomplete": "off"})


def _read(name: str, written: Any, currency: str) -> object:
    """A value as it is stored, from how it was written. Raises Invalid with the parameter's name."""
    if name in RATES:
        return _part(name, written)
    if name.endswith("_minor"):
        try:
            return Money.parse(written, currency).minor
        except Invalid as refusal:
            raise Invalid(refusal.code, field=name) from None
    if name in LISTS:
        return [_whole(name, one) for one in written.replace("，", ",").split(",") if one.strip()]
    return written


def _whole(name: str, written: str) -> int:
    if not written.strip().isdecimal():
        raise Invalid("parameter-unreadable", field=name, value=written[:40])
    return int(written.strip()[:6])


def _part(name: str, written: str) -> str:
    """Percent as a part of one: 8.8 is 0.088."""
    try:
        rate = Decimal(written.strip().removesuffix("%").strip()) / 100
    except InvalidOperation:
        raise Invalid("parameter-unreadable", field=name, value=written[:40]) from None
    if not rate.is_finite():
        raise Invalid("parameter-unreadable", field=name, value=written[:40])
    return f"{rate.normalize():f}" if rate else "0"


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}" if rate else "0"


def _written(name: str, value: Any, currency: str) -> object:
    if name in RATES:
        return _percent(Decimal(value))
    if name.endswith("_minor"):
        return str(Money(value, currency).decimal)
    if name in LISTS:
        return ", ".join(str(one) for one in value)
    return value
