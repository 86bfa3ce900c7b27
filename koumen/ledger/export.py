"""The books as a file: streamed, so that memory does not grow with them."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.ledger.moment import one_moment
from koumen.ledger.permissions import may_read_books
from koumen.ledger.reports import require_in_order
from koumen.ledger.rules import beancount
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.sums import SUMS_BEFORE

AT_ONCE = 5_000  # rows in memory


class Format(StrEnum):
    """What the file is written as."""

    BEANCOUNT = "beancount"
    CSV = "csv"


@dataclass(frozen=True, kw_only=True)
class BooksExport:
    """What is wanted: days from and through, both included; condensed into one line a day, kind and two accounts."""

    form: Format
    from_date: date | None = None
    through: date | None = None
    condensed: bool = False


class _Moved(NamedTuple):
    """One movement, or all of a day between two kinds of accounts; in the order of the columns of a CSV."""

    movement: int
    entry: UUID | None
    entry_kind: str
    source: UUID | None
    reverses: UUID | None
    booked_date: date
    effective_at: datetime | None
    recorded_at: datetime | None
    debit_kind: str
    debit_owner: UUID | None
    credit_kind: str
    credit_owner: UUID | None
    currency: str
    amount_minor: int


Write = Callable[[str], object]

_SINGLE = """
  select m.id, e.entry_id, e.kind, e.source_id, r.entry_id, e.booked_date, e.effective_at, e.recorded_at,
    d.kind, d.owner_id, c.kind, c.owner_id, d.currency, m.amount_minor
  from ledger_entry e
  join ledger_movement m on m.entry_id = e.id
  join ledger_account d on d.id = m.debit_id
  join ledger_account c on c.id = m.credit_id
  left join ledger_entry r on r.id = e.reverses_id
  where e.booked_date >= %(first)s and e.booked_date <= %(last)s
  order by e.booked_date, e.id, m.id
"""
_CONDENSED = """
  select count(*), null, e.kind, null::uuid, null::uuid, e.booked_date, null, null,
    d.kind, null::uuid, c.kind, null::uuid, d.currency, sum(m.amount_minor)::bigint
  from ledger_entry e
  join ledger_movement m on m.entry_id = e.id
  join ledger_account d on d.id = m.debit_id
  join ledger_account c on c.id = m.credit_id
  where e.booked_date >= %(first)s and e.booked_date <= %(last)s
  group by e.booked_date, e.kind, d.kind, c.kind, d.currency
  order by e.booked_date, e.kind, d.kind, c.kind, d.currency
"""
# Balances of accounts, or of kinds, before a day; debit is positive.
_BALANCES = f"""
  select kind, {{owner}}, currency, sum(debit_minor - credit_minor)::bigint from ({SUMS_BEFORE}) s
  group by 1, 2, 3 order by 1, 2, 3
"""  # noqa: S608  (text of our own)
_DAYS = "select min(booked_date), max(booked_date) from ledger_entry where booked_date >= %s and booked_date <= %s"


def export_books(*, wanted: BooksExport, write: Write, actor: Actor) -> int:
    """Write the books piece by piece, all from one moment; returns how many lines or movements.

    Raises Denied("books-not-yours") or Invalid("days-crossed").
    """
    require(may_read_books(actor), "books-not-yours")
    require_in_order(wanted.from_date, wanted.through)
    with one_moment():
        if wanted.form is Format.CSV:
            return _write_csv(wanted, write)
        return _write_beancount(wanted, write)


def _rows(query: str, values: Mapping[str, date | str]) -> Iterator[tuple[object, ...]]:
    """The rows of a query from a cursor on the server."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def _moved(wanted: BooksExport) -> Iterator[_Moved]:
    days = {"first": wanted.from_date or "-infinity", "last": wanted.through or "infinity"}
    for row in _rows(_CONDENSED if wanted.condensed else _SINGLE, days):
        yield _Moved._make(row)


# --- CSV ------------------------------------------------------------------------------------------------

_CONDENSED_COLUMNS = (
    "booked_date",
    "entry_kind",
    "debit_kind",
    "credit_kind",
    "currency",
    "amount",
    "movements",
)


def _write_csv(wanted: BooksExport, write: Write) -> int:
    """One line a movement, amounts in major units, times in UTC."""
    lines = csv.writer(_Into(write), lineterminator="\n")
    lines.writerow(_CONDENSED_COLUMNS if wanted.condensed else (*_Moved._fields[:-1], "amount"))
    count = 0
    for count, row in enumerate(_moved(wanted), 1):  # noqa: B007  (the last one is the answer)
        lines.writerow(_condensed_line(row) if wanted.condensed else _line(row))
    return count


class _Into:
    """A file for the csv module."""

    def __init__(self, write: Write) -> None:
        self.write = write


def _line(row: _Moved) -> tuple[object, ...]:
    times = (moment.isoformat() if moment else "" for moment in (row.effective_at, row.recorded_at))
    return (*row[:6], *times, *row[8:-1], Money(row.amount_minor, row.currency).decimal)


def _condensed_line(row: _Moved) -> tuple[object, ...]:
    amount = Money(row.amount_minor, row.currency).decimal
    return (
        *(row.booked_date, row.entry_kind, row.debit_kind, row.credit_kind),
        *(row.currency, amount, row.movement),
    )


# --- Beancount ------------------------------------------------------------------------------------------


def _write_beancount(wanted: BooksExport, write: Write) -> int:
    """Options, accounts, what was brought forward, entries, and what must stand on each account at the end."""
    first, last = _first_and_last(wanted)
    currencies = sorted({str(row[2]) for row in _balances("infinity", condensed=True)})
    write(beancount.heading(this_branch().schema, currencies))
    if first is None or last is None:
        return 0
    for name in _names(condensed=wanted.condensed):
        write(beancount.opened(first, name))
    if brought := list(_postings(first, condensed=wanted.condensed)):
        write(beancount.transaction(first, "brought forward", brought))
    count = 0
    for entry in _entries(wanted):
        count += len(entry)
        write(_told(entry))
    write("\n")
    after = last + timedelta(days=1)
    for kind, owner, currency, minor in _balances(after, condensed=wanted.condensed):
        write(beancount.balance(after, beancount.account_name(kind, owner), minor, currency))
    return count


def _first_and_last(wanted: BooksExport) -> tuple[date | None, date | None]:
    """The days of the file: as wanted, or else of the first and the last entry."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, [wanted.from_date or "-infinity", wanted.through or "infinity"])
        first, last = cursor.fetchone()
    return wanted.from_date or first, wanted.through or last or wanted.from_date


def _balances(day: date | str, *, condensed: bool) -> Iterator[tuple[AccountKind, UUID | None, str, int]]:
    query = _BALANCES.format(owner="null::uuid" if condensed else "owner_id")
    for kind, owner, currency, minor in _rows(query, {"day": day}):
        yield AccountKind(str(kind)), owner, str(currency), int(str(minor))  # type: ignore[misc]


def _names(*, condensed: bool) -> Iterator[str]:
    """Each account once, whatever its currencies."""
    for name, _ in groupby(
        beancount.account_name(kind, owner)
        for kind, owner, _, _ in _balances("infinity", condensed=condensed)
    ):
        yield name


def _postings(day: date, *, condensed: bool) -> Iterator[beancount.Posting]:
    for kind, owner, currency, minor in _balances(day, condensed=condensed):
        if minor:
            yield beancount.account_name(kind, owner), minor, currency


def _entries(wanted: BooksExport) -> Iterable[list[_Moved]]:
    """The movements of an entry together; condensed ones each alone."""
    for _, moved in groupby(_moved(wanted), key=lambda row: row.entry or row):
        yield list(moved)


def _told(entry: list[_Moved]) -> str:
    head = entry[0]
    notes: list[tuple[str, object]] = []
    if head.entry and head.effective_at and head.recorded_at:
        notes = [
            ("entry", head.entry),
            ("effective", head.effective_at.isoformat()),
            ("recorded", head.recorded_at.isoformat()),
        ]
    if head.reverses:
        notes.append(("reverses", head.reverses))
    postings: list[beancount.Posting] = []
    for row in entry:
        debit = beancount.account_name(AccountKind(row.debit_kind), row.debit_owner)
        credit = beancount.account_name(AccountKind(row.credit_kind), row.credit_owner)
        postings += [(debit, row.amount_minor, row.currency), (credit, -row.amount_minor, row.currency)]
    return beancount.transaction(
        head.booked_date, head.entry_kind, postings, source_id=head.source, notes=notes
    )
