"""Reading one line of an account file: whole numbers, however they are written, and what makes no sense."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

# 1.00E+05 is how a spreadsheet saves 100000.
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
MOST = 10**15  # above it an amount is a mistake, in any currency
MOST_DIGITS = 15

MONTHS = (6, 5, 4, 3, 2, 1)  # April to September 2005, as the file counts back from the newest
_LATENESS = {6: "PAY_6", 5: "PAY_5", 4: "PAY_4", 3: "PAY_3", 2: "PAY_2", 1: "PAY_0"}  # there is no PAY_1

# Numbers get phone numbers of their own (importer/invented.py), of which there are so many.
MOST_ACCOUNTS = 89_999_999

_RANGES: dict[str, tuple[int, int]] = {
    "ID": (1, MOST_ACCOUNTS),
    "LIMIT_BAL": (0, MOST),
    "SEX": (1, 2),
    "AGE": (18, 120),
    **{_LATENESS[month]: (-2, 9) for month in MONTHS},
    **{f"BILL_AMT{month}": (-MOST, MOST) for month in MONTHS},
    **{f"PAY_AMT{month}": (0, MOST) for month in MONTHS},
}
COLUMNS = tuple(_RANGES)


@dataclass(frozen=True)
class BadCell(Exception):
    """Which field of a line cannot be taken, and why."""

    field: str
    why: str


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """One account as its line says it; the tuples run from the oldest month to the newest."""

    number: int
    limit: int
    is_woman: bool
    age: int
    lateness: tuple[int, ...]
    bills: tuple[int, ...]
    payments: tuple[int, ...]


def read_account(cells: Mapping[str, str]) -> AccountLine:
    """One account; raises BadCell naming the first field that cannot be taken."""
    values = {field: _whole(field, cells[field]) for field in COLUMNS}
    for field, (least, most) in _RANGES.items():
        if not least <= values[field] <= most:
            raise BadCell(field, f"must lie between {least} and {most}")
    return AccountLine(
        number=values["ID"],
        limit=values["LIMIT_BAL"],
        is_woman=values["SEX"] == 2,
        age=values["AGE"],
        lateness=tuple(values[_LATENESS[month]] for month in MONTHS),
        bills=tuple(values[f"BILL_AMT{month}"] for month in MONTHS),
        payments=tuple(values[f"PAY_AMT{month}"] for month in MONTHS),
    )


def _whole(field: str, text: str) -> int:
    text = text.strip()
    if not text:
        raise BadCell(field, "is empty")
    if not _NUMBER.fullmatch(text):
        raise BadCell(field, "is not a number")
    value = Decimal(text)
    if value and value.adjusted() > MOST_DIGITS:
        raise BadCell(field, "is absurdly large")
    if value != value.to_integral_value():
        raise BadCell(field, "is not a whole number")
    return int(value)
