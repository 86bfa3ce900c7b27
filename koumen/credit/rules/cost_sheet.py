"""The sheet of all costs that a customer confirms before anything is borrowed or put into instalments.

What the rule of 2026 asks for (China, in force since 1 August 2026): the principal, each cost with how it is
collected, its rate or amount, who collects it and what it is in a year, the sum in a year when all goes well,
what may come on top and when, and that there is nothing else. It holds codes, whole units and decimals, no
sentences: the sites and the PDF put it into words. Its digest says whether two sheets are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from math import ceil

from koumen.credit.rules import irr
from koumen.credit.rules.cap import DAYS
from koumen.credit.rules.parameters import FeeMode, Kind, LateMode, Parameters
from koumen.credit.rules.schedule import Instalment, flat_fee, loan
from koumen.kit.canonical import digest

SHEET = "koumen.cost-sheet.1"  # changes when a field is added or means something else
EXACT = Decimal("0.000001")  # a year's rate: finer than any law asks, coarse enough to be written once
LENDER = "lender"  # who collects; nobody else may, so far


class Purpose(StrEnum):
    """What the sheet is for."""

    INSTALMENTS = "instalments"
    LOAN = "loan"
    REPAYMENT_PLAN = "repayment_plan"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One cost: its name, how it is collected, its rate or amount, who collects it, and what it is in a year.

    A rate is a part of one, as text; None where there is none. ``most_minor`` is the most it can be.
    """

    name: str
    how: str
    rate: str | None = None
    amount_minor: int | None = None
    most_minor: int | None = None
    annual: str | None = None
    collector: str = LENDER


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All costs of one borrowing: ``items`` when all goes well, ``contingent`` otherwise.

    ``annual`` is twelve times the month's rate, ``effective`` has interest on interest. ``terms`` is what
    the sheet is about besides its figures, such as the purchases that are split; it is in the digest too.
    """

    purpose: str
    currency: str
    principal_minor: int
    payments: tuple[int, ...]
    items: tuple[Cost, ...]
    contingent: tuple[Cost, ...]
    annual: str
    effective: str
    forced_read_seconds: int
    terms: Mapping[str, object] = field(default_factory=dict)

    @property
    def total_minor(self) -> int:
        """All that is paid back."""
        return sum(self.payments)

    @property
    def cost_minor(self) -> int:
        """What it costs when all goes well."""
        return self.total_minor - self.principal_minor

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, hexadecimal."""
        return digest(self.plain()).hex()

    def plain(self) -> dict[str, object]:
        """As stored, hashed and attached to the PDF."""
        values = asdict(self)
        values["payments"] = list(self.payments)
        values["items"] = [asdict(one) for one in self.items]
        values["contingent"] = [asdict(one) for one in self.contingent]
        return {"sheet": SHEET, "no_other_fees": True, **values, "terms": dict(self.terms)}

    @classmethod
    def of(cls, plain: Mapping[str, object]) -> "Sheet":
        """From what was stored."""
        values = {name: value for name, value in plain.items() if name not in {"sheet", "no_other_fees"}}
        for name in ("items", "contingent"):
            values[name] = tuple(Cost(**one) for one in values[name])  # type: ignore[attr-defined]  # as plain() made it
        return cls(**values | {"payments": tuple(values["payments"])})  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Borrowing:
    """What is borrowed and how it is paid back, month by month."""

    purpose: Purpose
    currency: str
    plan: Sequence[Instalment]
    cost: Cost  # its amount and its year are reckoned from the plan
    contingent: tuple[Cost, ...] = ()  # beside what the product says of every borrowing
    terms: Mapping[str, object] = field(default_factory=dict)


def instalment_sheet(
    parameters: Parameters,
    *,
    principal_minor: int,
    terms: int,
    currency: str,
    about: Mapping[str, object] | None = None,
) -> Sheet:
    """The sheet of a purchase in instalments. Raises Invalid("instalment-term-not-offered")."""
    rate, mode = parameters.fee_rate(terms), parameters.instalment_fee_mode
    how = "with_first_instalment" if mode == FeeMode.FIRST else "with_each_instalment"
    borrowing = Borrowing(
        purpose=Purpose.INSTALMENTS,
        currency=currency,
        plan=flat_fee(principal_minor, terms, rate, mode=mode),
        cost=Cost(name="instalment_fee", how=how, rate=parameters.instalment_terms[str(terms)]),
        terms=about or {},
    )
    return cost_sheet(borrowing, parameters)


def loan_sheet(
    parameters: Parameters,
    *,
    principal_minor: int,
    terms: int,
    currency: str,
    about: Mapping[str, object] | None = None,
) -> Sheet:
    """The sheet of a loan paid back month by month."""
    monthly = parameters.loan_rate / irr.MONTHS
    borrowing = Borrowing(
        purpose=Purpose.LOAN,
        currency=currency,
        plan=loan(principal_minor, terms, monthly, method=parameters.loan_method),
        cost=Cost(name="interest", how="with_each_instalment", rate=parameters.loan_annual_rate),
        terms=about or {},
    )
    return cost_sheet(borrowing, parameters)


def cost_sheet(borrowing: Borrowing, parameters: Parameters) -> Sheet:
    """The sheet of any borrowing: a loan, instalments, or a repayment plan made by hand."""
    principal = sum(one.principal_minor for one in borrowing.plan)
    payments = tuple(one.pay_minor for one in borrowing.plan)
    monthly = irr.monthly_irr(principal, payments)
    annual, effective = _exact(irr.simple_annual(monthly)), _exact(irr.effective_annual(monthly))
    cost = borrowing.cost
    item = Cost(
        name=cost.name, how=cost.how, rate=cost.rate, amount_minor=sum(payments) - principal, annual=annual
    )
    return Sheet(
        purpose=borrowing.purpose.value,
        currency=borrowing.currency,
        principal_minor=principal,
        payments=payments,
        items=(item,),
        contingent=(*_contingent(parameters), *borrowing.contingent),
        annual=annual,
        effective=effective,
        forced_read_seconds=parameters.forced_read_seconds,
        terms=borrowing.terms,
    )


def seconds_left(sheet: Sheet, shown_at: datetime, at: datetime) -> int:
    """How long a sheet must still be read before a tap confirms it."""
    return max(0, ceil(sheet.forced_read_seconds - (at - shown_at).total_seconds()))


def _contingent(parameters: Parameters) -> tuple[Cost, ...]:
    """What may come on top: when a payment is late or less than billed, and when all is paid early."""
    costs, most = [], parameters.late_cap_minor or None
    if parameters.late_mode == LateMode.DAILY_ON_OVERDUE and parameters.daily_late:
        rate, annual = parameters.late_daily_rate, _exact(parameters.daily_late * DAYS)
        costs.append(Cost(name="late", how="each_day_late", rate=rate, most_minor=most, annual=annual))
    if parameters.late_mode == LateMode.PCT_OF_UNPAID_MIN and parameters.late_share:
        costs.append(Cost(name="late", how="once_late", rate=parameters.late_rate, most_minor=most))
    if parameters.kind != Kind.LOAN and parameters.daily_interest:
        rate, annual = parameters.revolving_daily_rate, _exact(parameters.daily_interest * DAYS)
        costs.append(Cost(name="unpaid_interest", how="each_day_unpaid", rate=rate, annual=annual))
    costs.append(Cost(name="prepayment", how=str(parameters.early_settle)))
    return tuple(costs)


def _exact(rate: Decimal) -> str:
    return str(rate.quantize(EXACT))
