"""What a stored parameter may be: a whole number within bounds, a fraction, one of some words."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from koumen.kit.errors import Invalid


def within(name: str, value: object, least: int, most: int) -> None:
    """Refuse what is no whole number from least to most. Raises Invalid("parameter-out-of-range")."""
    if type(value) is not int or not least <= value <= most:
        raise Invalid("parameter-out-of-range", field=name, value=str(value)[:40])


def fraction(name: str, value: object, most: Decimal, decimals: int) -> Decimal:
    """A rate written as a decimal, from 0 to most, with so many decimals at most.

    Raises Invalid("parameter-out-of-range").
    """
    try:
        rate = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        rate = Decimal("NaN")
    exponent = rate.as_tuple().exponent
    if not rate.is_finite() or not 0 <= rate <= most or not isinstance(exponent, int) or exponent < -decimals:
        raise Invalid("parameter-out-of-range", field=name, value=str(value)[:40])
    return rate


def choice(name: str, value: object, words: Iterable[str]) -> None:
    """Refuse a word that names no rule. Raises Invalid("parameter-unknown-rule")."""
    if value not in set(words):
        raise Invalid("parameter-unknown-rule", field=name, value=str(value)[:40])
