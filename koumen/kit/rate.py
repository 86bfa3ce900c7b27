"""Rates and the one named rule by which accrued amounts become booked ones."""

from decimal import ROUND_HALF_UP, Decimal


def half_up(amount: Decimal) -> int:
    """Round an amount in minor units half up, once, where it is posted."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(amount_minor: int, rate: Decimal) -> int:
    """A part of an amount at a rate, rounded half up to the minor unit."""
    return half_up(Decimal(amount_minor) * rate)
