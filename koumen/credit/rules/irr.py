"""What money truly costs: the rate at which what is paid back is worth what was lent.

A year's figure has two customs, and each page names which it shows: twelve times the month's rate (China,
United States), or the month's rate with interest on interest (the APR of the United Kingdom, FCA CONC App 1).
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

MONTHS = 12
CLOSE = Decimal("1e-15")  # a thousandth of the last decimal that is given back
LOWEST = Decimal("-0.999")  # all but nothing comes back
HIGHEST = Decimal(10) ** 9  # above it there is no loan


def monthly_irr(principal_minor: int, payments: Sequence[int]) -> Decimal:
    """The rate for a month of an amount lent now and paid back at the end of each month.

    Raises ValueError when nothing was lent or nothing comes back.
    """
    if principal_minor <= 0 or not payments or min(payments) < 0 or not any(payments):
        raise ValueError("a rate needs an amount lent and something that comes back")
    return _root(lambda rate: worth(payments, rate) - principal_minor)


def worth(payments: Sequence[int], monthly_rate: Decimal) -> Decimal:
    """What payments at the end of each month are worth now, at a rate for a month."""
    total = Decimal(0)
    for payment in reversed(payments):
        total = (total + payment) / (1 + monthly_rate)
    return total


def simple_annual(monthly_rate: Decimal) -> Decimal:
    """A year's rate as twelve times the month's."""
    return monthly_rate * MONTHS


def effective_annual(monthly_rate: Decimal) -> Decimal:
    """A year's rate with interest on interest."""
    return (1 + monthly_rate) ** MONTHS - 1


def _root(surplus: Callable[[Decimal], Decimal]) -> Decimal:
    """Where a falling function is zero, by halving a bracket: it needs no slope and cannot stray.

    Raises ValueError when it does not fall through zero between LOWEST and HIGHEST.
    """
    low, high = LOWEST, Decimal("0.1")
    if surplus(low) < 0:
        raise ValueError("these amounts have no rate")
    while surplus(high) > 0:
        low, high = high, high * 10
        if high > HIGHEST:
            raise ValueError("these amounts have no rate")
    while high - low > CLOSE:
        middle = (low + high) / 2
        if surplus(middle) > 0:
            low = middle
        else:
            high = middle
    return ((low + high) / 2).quantize(Decimal("1e-12"))
