"""Whether a product is dearer than its cap allows: every price it has, at the amounts where rounding bites.

A plan passes the cap when what is paid back, at a twelfth of the cap for a month, is worth more than what was
lent. That is reckoned in whole fractions, so that a price exactly at the cap is allowed and one above it by
any part of a unit is not. Rounding weighs most near the smallest amount but seldom exactly there: some
hundred amounts from the smallest on are compared.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import partial

from koumen.credit.rules import irr
from koumen.credit.rules.parameters import FeeMode, Kind, Parameters
from koumen.credit.rules.schedule import Instalment, flat_fee, loan
from koumen.kit.errors import Invalid

DAYS = 365
LARGE_MINOR = 1_000_000_00  # so large that rounding no longer shows
# Rounding of principal and charge together repeats after some hundred units, and further up it weighs less.
COMPARED = 400
HUNDREDTH = Decimal("0.0001")  # of a percent, as pages show rates


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One price of a product: which parameter says it, for how many payments and what amount, and its cost a year.

    ``apr`` is twelve times the month's rate (365 times the day's), ``effective`` has interest on interest.
    ``most`` is the highest value of the parameter that the cap allows, before rounding. The daily rate has no
    terms and no amount.
    """

    field: str
    terms: int | None
    amount_minor: int | None
    apr: Decimal
    effective: Decimal
    is_above: bool
    most: Decimal

    @property
    def percent(self) -> str:
        """The cost of a year in percent; one above the cap is never shown as if it were not."""
        return percent(self.apr, rounding=ROUND_CEILING if self.is_above else ROUND_HALF_UP)


def cells(parameters: Parameters) -> tuple[Cell, ...]:
    """Every price of a product at the smallest amount, where rounding makes it dearest, and at a large one."""
    if parameters.kind == Kind.LOAN:
        return tuple(_loans(parameters))
    return (_revolving(parameters), *_instalments(parameters))


def check_cap(parameters: Parameters) -> None:
    """Refuse a product with a price above its cap, naming the dearest. Raises Invalid("price-above-cap")."""
    above = [cell for cell in cells(parameters) if cell.is_above]
    if not above:
        return
    worst = max(above, key=lambda cell: cell.apr)
    raise Invalid(
        "price-above-cap",
        field=worst.field,
        term=worst.terms or 0,
        amount_minor=worst.amount_minor or 0,
        apr=worst.percent,
        cap=percent(parameters.cap),
    )


def percent(rate: Decimal, *, rounding: str = ROUND_HALF_UP) -> str:
    """A rate in percent with two decimals: 15.86."""
    return str((rate.quantize(HUNDREDTH, rounding=rounding) * 100).quantize(Decimal("0.01")))


def is_dearer(principal_minor: int, payments: Sequence[int], cap: Decimal) -> bool:
    """Whether payments at the end of each month cost more in a year (twelve times the month) than a cap."""
    growth = 1 + Fraction(cap) / irr.MONTHS
    paid, lent = Fraction(0), Fraction(principal_minor)
    for payment in payments:
        paid, lent = paid * growth + payment, lent * growth
    return paid > lent


def highest_flat_fee(terms: int, cap: Decimal, *, mode: str) -> Decimal:
    """The highest flat fee, a part of the amount, at which a plan still meets a cap, before rounding."""
    rate = cap / irr.MONTHS
    worth = irr.worth([1] * terms, rate)
    if mode == FeeMode.FIRST:
        return (1 - worth / terms) * (1 + rate)
    return terms / worth - 1


def _revolving(parameters: Parameters) -> Cell:
    daily = parameters.daily_interest
    return Cell(
        field="revolving_daily_rate",
        terms=None,
        amount_minor=None,
        apr=daily * DAYS,
        effective=(1 + daily) ** DAYS - 1,
        is_above=daily * DAYS > parameters.cap,
        most=_down(parameters.cap / DAYS, Decimal("1e-8")),
    )


def _instalments(parameters: Parameters) -> Iterator[Cell]:
    mode = parameters.instalment_fee_mode
    for terms in parameters.terms:
        plan = partial(flat_fee, terms=terms, fee_rate=parameters.fee_rate(terms), mode=mode)
        most = _down(highest_flat_fee(terms, parameters.cap, mode=mode), HUNDREDTH)
        yield from _cells(f"instalment_terms.{terms}", parameters, plan, most)


def _loans(parameters: Parameters) -> Iterator[Cell]:
    monthly = parameters.loan_rate / irr.MONTHS
    for terms in parameters.loan_terms:
        plan = partial(loan, terms=terms, monthly_rate=monthly, method=parameters.loan_method)
        yield from _cells("loan_annual_rate", parameters, plan, parameters.cap)


def _cells(
    field: str, parameters: Parameters, plan: Callable[[int], tuple[Instalment, ...]], most: Decimal
) -> Iterator[Cell]:
    """The smallest amount, the one where rounding weighs most, and a large one."""
    smallest = parameters.instalment_minimum_minor
    monthly_cap = parameters.cap / irr.MONTHS
    dearest = max(
        range(smallest, smallest + COMPARED),
        key=lambda amount: irr.worth([one.pay_minor for one in plan(amount)], monthly_cap) / amount,
    )
    for amount in dict.fromkeys((smallest, dearest, max(smallest, LARGE_MINOR))):
        payments = [one.pay_minor for one in plan(amount)]
        monthly = irr.monthly_irr(amount, payments)
        yield Cell(
            field=field,
            terms=len(payments),
            amount_minor=amount,
            apr=irr.simple_annual(monthly),
            effective=irr.effective_annual(monthly),
            is_above=is_dearer(amount, payments, parameters.cap),
            most=most,
        )


def _down(rate: Decimal, step: Decimal) -> Decimal:
    return rate.quantize(step, rounding=ROUND_FLOOR)
