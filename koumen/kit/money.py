"""Amounts of money as integers of a currency's smallest unit; never floats."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from koumen.kit.errors import Invalid


@dataclass(frozen=True)
class Currency:
    """A currency as this product counts it.

    ``minor_units`` is the number of decimals of the smallest unit that is booked; ``notes`` are the
    denominations, in minor units, that an agent counts at a door, largest first.
    """

    code: str
    symbol: str
    minor_units: int
    notes: tuple[int, ...]


# TWD is booked without decimals: ISO 4217 lists two, but Taiwanese consumer credit is billed in whole dollars.
CURRENCIES: dict[str, Currency] = {
    "CNY": Currency("CNY", "¥", 2, (10000, 5000, 2000, 1000, 500, 100, 50, 10)),
    "TWD": Currency("TWD", "NT$", 0, (2000, 1000, 500, 200, 100, 50, 10, 5, 1)),
    "HKD": Currency("HKD", "HK$", 2, (100000, 50000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10)),
}

_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units of one currency; arithmetic across currencies is refused."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise Invalid("currency-unknown", field="currency", value=self.currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read what a person typed ("1,286.40"); raises Invalid("amount-unreadable")."""
        cleaned = re.sub(r"[\s,，]", "", text.translate(_FULL_WIDTH))
        if not _AMOUNT.fullmatch(cleaned):
            raise Invalid("amount-unreadable", field="amount", value=text[:40])
        units = CURRENCIES[currency].minor_units
        scaled = Decimal(cleaned).scaleb(units)
        if scaled != scaled.to_integral_value():
            raise Invalid("amount-too-fine", field="amount", value=text[:40])
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with the currency's decimals."""
        return Decimal(self.minor).scaleb(-CURRENCIES[self.currency].minor_units)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise Invalid("currencies-differ", field="currency", value=other.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.decimal:,} {self.currency}"


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．", "0123456789.")


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Sum amounts of one currency; the empty sum is zero."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result
