"""Files of the bank and of the acquirer of the card terminals, read strictly; names in them are never kept.

Both are CSV with a first line of headings. Bank: ``date,amount,currency,reference,text``; money that left the account
(a negative amount) is passed over. Acquirer: ``date,amount,currency,reference,terminal,approval_code,last_four``.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from koumen.kit.errors import Invalid
from koumen.kit.money import CURRENCIES, Money

# A month of a branch; a longer file is another file.
MOST_LINES = 20_000
# What we print on a slip, or tell a customer to write: nothing else of a text is kept.
OUR_NUMBER = re.compile(r"\b(?:[A-Z0-9_]+-B-[0-9]{7}|T[2-7A-Z]{9})\b")


class Source(StrEnum):
    """Whose file it is."""

    BANK = "bank"
    CARD = "card"


HEADINGS = {
    Source.BANK: ("date", "amount", "currency", "reference", "text"),
    Source.CARD: ("date", "amount", "currency", "reference", "terminal", "approval_code", "last_four"),
}


@dataclass(frozen=True, kw_only=True)
class FileLine:
    """One amount that arrived."""

    line_no: int
    booked_date: date
    amount: Money
    reference: str
    our_number: str = ""
    terminal: str = ""
    approval_code: str = ""
    last_four: str = ""


def read_settlement(source: Source, content: bytes) -> list[FileLine]:
    """The lines of a file; raises Invalid("file-unreadable" | "file-line-unreadable", line=…)."""
    wanted = HEADINGS[source]
    unreadable = Invalid("file-unreadable", field="file", headings=", ".join(wanted))
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise unreadable from None
    if not set(wanted) <= {(name or "").strip() for name in rows.fieldnames or ()}:
        raise unreadable
    return list(_lines(source, rows))


def _lines(source: Source, rows: Iterator[Mapping[str, str]]) -> Iterator[FileLine]:
    seen = set()
    for number, row in enumerate(rows, start=2):
        if number > MOST_LINES:
            raise Invalid("file-line-unreadable", field="file", line=number)
        try:
            line = _line(source, number, {(key or ""): (value or "") for key, value in row.items()})
        except (ValueError, KeyError, Invalid, TypeError, AttributeError):
            raise Invalid("file-line-unreadable", field="file", line=number) from None
        if line is None:
            continue
        if line.reference in seen:
            raise Invalid("file-line-unreadable", field="file", line=number)
        seen.add(line.reference)
        yield line


def _line(source: Source, number: int, row: Mapping[str, str]) -> FileLine | None:
    amount, currency = row["amount"].strip(), row["currency"].strip()
    reference = row["reference"].strip()
    if currency not in CURRENCIES or not reference or len(reference) > 60:
        raise ValueError
    if amount.startswith("-"):
        return None
    money = Money.parse(amount, currency)
    if not money:
        raise ValueError
    found = OUR_NUMBER.search(row.get("text", "").upper()) if source is Source.BANK else None
    return FileLine(
        line_no=number,
        booked_date=date.fromisoformat(row["date"].strip()),
        amount=money,
        reference=reference,
        our_number=found.group() if found else "",
        terminal=row.get("terminal", "").strip().upper() if source is Source.CARD else "",
        approval_code=row.get("approval_code", "").strip().upper() if source is Source.CARD else "",
        last_four=row.get("last_four", "").strip()[-4:] if source is Source.CARD else "",
    )
