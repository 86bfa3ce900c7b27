"""A product's parameters in words: what each is called, how its value reads, what differs between two versions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from koumen.credit.rules.parameters import RATES, Kind, Parameters
from koumen.kit.money import Money
from koumen.web.console.pages.words import Words, word
from koumen.web.ui import wording

# In the order of a form: what it is, when it is due, what it costs, how it is split, what bounds it.
NAMES: Mapping[str, str | Promise] = {
    "kind": gettext_lazy("Kind"),
    "apr_cap": gettext_lazy("Cap on the cost of a year"),
    "posting_basis": gettext_lazy("A purchase counts"),
    "bill_day": gettext_lazy("Bill day of the month"),
    "due_day": gettext_lazy("Due day of the month"),
    "due_days": gettext_lazy("Due days a customer may choose"),
    "grace_days": gettext_lazy("Days of grace"),
    "minimum_rate": gettext_lazy("Minimum payment, part of purchases"),
    "minimum_floor_minor": gettext_lazy("Least minimum payment"),
    "revolving_daily_rate": gettext_lazy("Interest for a day"),
    "revolving_base": gettext_lazy("Interest runs on"),
    "late_mode": gettext_lazy("Charge for paying late"),
    "late_daily_rate": gettext_lazy("Late charge for a day"),
    "late_rate": gettext_lazy("Late charge, part of the unpaid minimum"),
    "late_cap_minor": gettext_lazy("Most late charge of one bill"),
    "instalment_fee_mode": gettext_lazy("Fee of instalments is asked for"),
    "instalment_minimum_minor": gettext_lazy("Smallest amount lent or split"),
    "early_settle": gettext_lazy("Who pays early owes"),
    "loan_method": gettext_lazy("A loan is paid back"),
    "loan_annual_rate": gettext_lazy("Interest of a loan for a year"),
    "loan_terms": gettext_lazy("Months a loan may run"),
    "loan_alone_most_minor": gettext_lazy("Largest loan that begins without two persons"),
    "allocation": gettext_lazy("Order of payment"),
    "allocation_overdue": gettext_lazy("Order of payment when long overdue"),
    "allocation_overdue_after_days": gettext_lazy("Long overdue after days"),
    "forced_read_seconds": gettext_lazy("Seconds to read all costs"),
    "dormant_credit_days": gettext_lazy("Days until a credit balance is offered back"),
    "hardship_most_days": gettext_lazy("Most days of relief in hardship"),
    "plan_share": gettext_lazy("Repayment plans take at most, of what is left to live on"),
    "plan_most_months": gettext_lazy("Most months of a repayment plan"),
    "plan_grace_days": gettext_lazy("Days a repayment plan waits for a payment"),
    "plan_late": gettext_lazy("Late charges while a repayment plan is kept"),
    "plan_interest_quick": gettext_lazy("Part of the interest while a quick plan is kept"),
    "plan_interest_steady": gettext_lazy("Part of the interest while a steady plan is kept"),
    "plan_interest_gentle": gettext_lazy("Part of the interest while a gentle plan is kept"),
    "plan_waiver": gettext_lazy("Late charges of before a repayment plan"),
    "plan_broken": gettext_lazy("What a plan let go, when it is broken"),
    "rounding": gettext_lazy("Rounding"),
}
CHOICES: Mapping[str, Words] = {
    "kind": {
        "line": gettext_lazy("Credit line"),
        "card": gettext_lazy("Credit card"),
        "loan": gettext_lazy("Loan"),
    },
    "posting_basis": {
        "purchase": gettext_lazy("when it is made"),
        "confirmed": gettext_lazy("when the merchant confirms"),
    },
    "revolving_base": {
        "unpaid_from_due": gettext_lazy("what is unpaid, from the due day"),
        "all_from_posting": gettext_lazy("all purchases, from their day"),
    },
    "late_mode": {
        "daily_on_overdue": gettext_lazy("for each day, on what is overdue"),
        "pct_of_unpaid_min": gettext_lazy("once, a part of the unpaid minimum"),
        "none": gettext_lazy("none"),
    },
    "instalment_fee_mode": {
        "spread": gettext_lazy("with each instalment"),
        "first": gettext_lazy("with the first instalment"),
    },
    "early_settle": {
        "waive_unbilled": gettext_lazy("no fee that is not billed yet"),
        "all_due": gettext_lazy("the whole fee"),
        "pro_rata_days": gettext_lazy("the fee of the days used"),
    },
    "loan_method": {
        "equal_instalments": gettext_lazy("the same payment each month"),
        "equal_principal": gettext_lazy("the same principal each month"),
        "bullet": gettext_lazy("interest each month, all principal at the end"),
    },
    "allocation": {
        "default-1": gettext_lazy("instalments, interest, late charge, fees, principal"),
        "principal-first-1": gettext_lazy("principal, interest, fees"),
    },
    "plan_late": {"paused": gettext_lazy("rest"), "as_usual": gettext_lazy("as usual")},
    "plan_waiver": {
        "none": gettext_lazy("stay owed"),
        "at_agreement": gettext_lazy("are let go when it is agreed"),
        "when_kept": gettext_lazy("are let go when it is kept"),
    },
    "plan_broken": {
        "stays": gettext_lazy("stays let go"),
        "owed_again": gettext_lazy("is owed again"),
    },
    "rounding": {"HALF_UP": gettext_lazy("half up, where it is booked")},
}
LISTS = frozenset({"due_days", "loan_terms"})
_OF_LOANS = frozenset({"loan_method", "loan_annual_rate", "loan_terms", "loan_alone_most_minor"})
_OF_LINES = frozenset(
    {
        *("posting_basis", "revolving_base", "revolving_daily_rate", "minimum_rate", "minimum_floor_minor"),
        *("instalment_fee_mode", "due_days"),
    }
)


@dataclass(frozen=True)
class Changed:
    """One parameter that differs between two versions."""

    name: str
    before: str
    after: str


def choices_of(name: str) -> Words:
    """The words of a parameter that chooses a rule."""
    return CHOICES["allocation" if name == "allocation_overdue" else name]


def name_words(name: str) -> str:
    """What a parameter is called."""
    if name.startswith("instalment_terms."):
        return _("Fee of %(terms)s instalments") % {"terms": name.partition(".")[2]}
    return str(NAMES[name])


def rows_of(parameters: Parameters, currency: str) -> list[tuple[str, str]]:
    """Every parameter that matters for this kind of product: what it is called, how it reads."""
    unused = _OF_LINES if parameters.kind == Kind.LOAN else _OF_LOANS
    return [
        (name_words(name), value)
        for name, value in _values(parameters, currency).items()
        if name not in unused and not (parameters.kind == Kind.LOAN and name.startswith("instalment_terms."))
    ]


def changes(before: Parameters, after: Parameters, currency: str) -> list[Changed]:
    """What differs; a dash where there was or is nothing."""
    old, new = _values(before, currency), _values(after, currency)
    return [
        Changed(name_words(name), old.get(name, "—"), new.get(name, "—"))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def percent_words(rate: Decimal | str) -> str:
    """A part of one in percent, without needless zeros: 8.8 %."""
    return f"{(Decimal(rate) * 100).normalize():f}{wording.NO_BREAK}%"


def _values(parameters: Parameters, currency: str) -> dict[str, str]:
    return dict(_each_value(parameters, currency))


def _each_value(parameters: Parameters, currency: str) -> Iterator[tuple[str, str]]:
    for name in NAMES:
        value = getattr(parameters, name)
        yield name, _value_words(name, value, currency)
        if name == "instalment_fee_mode":
            for terms in parameters.terms:
                yield f"instalment_terms.{terms}", percent_words(parameters.fee_rate(terms))


def _value_words(name: str, value: object, currency: str) -> str:
    if name == "late_cap_minor" and not value:
        return _("no bound")
    if name.endswith("_minor"):
        return wording.money(Money(int(str(value)), currency))
    if name in RATES:
        return percent_words(str(value))
    if name in LISTS and isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "—"
    if isinstance(value, int):
        return str(value)
    return word(choices_of(name), value)
