"""Reading one part of the books: its balances, its movements, its owners, one entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from koumen.audit.command import require
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Missing
from koumen.ledger.models import Account, Entry, Movement
from koumen.ledger.moment import one_moment
from koumen.ledger.permissions import may_read_books
from koumen.ledger.rules.chart import OWNED, AccountKind
from koumen.ledger.sums import SUMS_BEFORE

Place = tuple[date, int]  # booked date and number of a movement: where a page begins


@dataclass(frozen=True, kw_only=True)
class Book:
    """A kind of account in one currency; perhaps of one owner only, perhaps of some days, both included."""

    kind: AccountKind
    currency: str
    owner_id: UUID | None = None
    from_date: date | None = None
    through: date | None = None

    @property
    def is_one_account(self) -> bool:
        """Whether it is a single account: of one owner, or the branch's own."""
        return self.owner_id is not None or self.kind not in OWNED


@dataclass(frozen=True, kw_only=True)
class BookTotals:
    """What stood there before the days, what moved in them, how many movements that were; debit is positive."""

    opening_minor: int
    debit_minor: int
    credit_minor: int
    count: int

    @property
    def closing_minor(self) -> int:
        """What stands there after the days."""
        return self.opening_minor + self.debit_minor - self.credit_minor


@dataclass(frozen=True, kw_only=True)
class BookLine:
    """One movement as seen from the book; one inside the book is on both sides."""

    id: int
    entry_id: UUID
    entry_kind: str
    source_id: UUID
    booked_date: date
    effective_at: datetime
    recorded_at: datetime
    other: AccountKind
    other_owner_id: UUID | None
    owner_id: UUID | None
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True)
class BookPage:
    """The totals of the book and some of its movements, newest first, with what stood there after each of them.

    ``older`` is where the next page begins.
    """

    totals: BookTotals
    lines: list[BookLine]
    balances: list[int]
    older: Place | None


@dataclass(frozen=True, kw_only=True)
class OwnerLine:
    """What moved on the account of one owner, and what stands there; ``number`` is the account's, for paging."""

    number: int
    owner_id: UUID
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debit minus credit."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One amount of an entry, from the credited to the debited account."""

    debit: AccountKind
    debit_owner_id: UUID | None
    credit: AccountKind
    credit_owner_id: UUID | None
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class EntryRecord:
    """One entry with all its movements, what it undoes and what undid it, and the others of its source."""

    entry: Entry
    reverses_id: UUID | None
    reversed_by_id: UUID | None
    moved: list[Moved]
    same_source: list[Entry]


def book_page(*, actor: Actor, book: Book, before: Place | None = None, limit: int = 50) -> BookPage:
    """A page of a book with its totals, from one moment.

    Three queries; one more for a single account, one more from the second page on. Raises
    Denied("books-not-yours"), Invalid("days-crossed"), or Missing("account-not-found") when the owner has no
    such account.
    """
    require(may_read_books(actor), "books-not-yours")
    require_in_order(book.from_date, book.through)
    with one_moment():
        sides = _sides(book)
        totals = _totals(book, sides)
        within = _within(Movement.objects.filter(sides.touched), book)
        wanted = within.filter(_older_than(before)) if before else within
        newer = _net(within.exclude(_older_than(before)), sides) if before else 0
        found = [_line(row, book) for row in _in_order(wanted)[: limit + 1]]
    lines, balances = found[:limit], [totals.closing_minor - newer]
    for line in lines:
        balances.append(balances[-1] - line.debit_minor + line.credit_minor)
    older = (lines[-1].booked_date, lines[-1].id) if len(found) > limit else None
    return BookPage(totals, lines, balances[: len(lines)], older)


def book_lines(*, actor: Actor, book: Book) -> Iterator[BookLine]:
    """All movements of a book, newest first, read as they are wanted; two queries. Raises what book_page raises."""
    require(may_read_books(actor), "books-not-yours")
    require_in_order(book.from_date, book.through)
    rows = _in_order(_within(Movement.objects.filter(_sides(book).touched), book))
    return (_line(row, book) for row in rows.iterator(chunk_size=AT_ONCE))


AT_ONCE = 2_000  # rows in memory


def owners_in(
    *, actor: Actor, book: Book, before: int | None = None, limit: int = 50
) -> tuple[list[OwnerLine], int | None]:
    """The owners of a kind of account, newest account first, as of the end of the book; one query.

    The second value is where the next page begins. Raises Denied("books-not-yours").
    """
    require(may_read_books(actor), "books-not-yours")
    day = book.through + timedelta(days=1) if book.through else "infinity"
    values = {
        "day": day,
        "kind": book.kind.value,
        "currency": book.currency,
        "before": before,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, values)
        lines = [
            OwnerLine(number=number, owner_id=owner_id, debit_minor=debit, credit_minor=credit)
            for number, owner_id, debit, credit in cursor.fetchall()
        ]
    return lines[:limit], (lines[limit - 1].number if len(lines) > limit else None)


_OWNERS = f"""
  select id, owner_id, debit_minor, credit_minor from ({SUMS_BEFORE}) s
  where kind = %(kind)s and currency = %(currency)s and owner_id is not null
    and (%(before)s::bigint is null or id < %(before)s) and (debit_minor <> 0 or credit_minor <> 0)
  order by id desc limit %(limit)s + 1
"""  # noqa: S608  (text of our own)


def entry_record(*, actor: Actor, entry_id: UUID) -> EntryRecord:
    """One entry; three queries. Raises Denied("books-not-yours") or Missing("entry-not-found")."""
    require(may_read_books(actor), "books-not-yours")
    entry = Entry.objects.select_related("reverses", "reversed_by").filter(entry_id=entry_id).first()
    if entry is None:
        raise Missing("entry-not-found")
    rows = Movement.objects.filter(entry=entry).select_related("debit", "credit").order_by("id")
    undone_by = getattr(entry, "reversed_by", None)
    return EntryRecord(
        entry=entry,
        reverses_id=entry.reverses.entry_id if entry.reverses else None,
        reversed_by_id=undone_by.entry_id if undone_by else None,
        moved=[
            Moved(
                debit=AccountKind(row.debit.kind),
                debit_owner_id=row.debit.owner_id,
                credit=AccountKind(row.credit.kind),
                credit_owner_id=row.credit.owner_id,
                amount_minor=row.amount_minor,
                currency=row.debit.currency,
            )
            for row in rows
        ],
        same_source=list(
            Entry.objects.filter(source_id=entry.source_id)
            .exclude(id=entry.id)
            .order_by("id")[:MOST_OF_A_SOURCE]
        ),
    )


# An import is the source of all its entries; a page names the first of them.
MOST_OF_A_SOURCE = 20


def require_in_order(first: date | None, last: date | None) -> None:
    """Raises Invalid("days-crossed") when the first day comes after the last."""
    if first and last and first > last:
        raise Invalid("days-crossed", field="through", first=first, last=last)


@dataclass(frozen=True)
class _Sides:
    """Which movements touch a book, and on which side; ``own`` are its accounts."""

    own: Q
    debit: Q
    credit: Q

    @property
    def touched(self) -> Q:
        return self.debit | self.credit


def _sides(book: Book) -> _Sides:
    own = Q(kind=book.kind, currency=book.currency)
    if not book.is_one_account:
        return _Sides(
            own,
            Q(debit__kind=book.kind, debit__currency=book.currency),
            Q(credit__kind=book.kind, credit__currency=book.currency),
        )
    # by number, so that the few movements of one account are found by its index
    number = Account.objects.filter(own, owner_id=book.owner_id).values_list("id", flat=True).first()
    if number is None and book.owner_id:
        raise Missing("account-not-found")
    return _Sides(Q(id=number), Q(debit_id=number), Q(credit_id=number))


def _totals(book: Book, sides: _Sides) -> BookTotals:
    """The opening balance is what is kept, less what has moved since the first day."""
    kept = Account.objects.filter(sides.own).aggregate(debit=Sum("debit_minor"), credit=Sum("credit_minor"))
    since = Movement.objects.filter(sides.touched)
    if book.from_date:
        since = since.filter(entry__booked_date__gte=book.from_date)
    within = Q(entry__booked_date__lte=book.through) if book.through else Q(id__isnull=False)
    moved = since.aggregate(
        since_debit=Sum("amount_minor", filter=sides.debit, default=0),
        since_credit=Sum("amount_minor", filter=sides.credit, default=0),
        debit=Sum("amount_minor", filter=sides.debit & within, default=0),
        credit=Sum("amount_minor", filter=sides.credit & within, default=0),
        count=Count("id", filter=within),
    )
    now = int(kept["debit"] or 0) - int(kept["credit"] or 0)
    return BookTotals(
        opening_minor=now - int(moved["since_debit"]) + int(moved["since_credit"]),
        debit_minor=int(moved["debit"]),
        credit_minor=int(moved["credit"]),
        count=int(moved["count"]),
    )


def _within(rows: QuerySet[Movement], book: Book) -> QuerySet[Movement]:
    if book.from_date:
        rows = rows.filter(entry__booked_date__gte=book.from_date)
    return rows.filter(entry__booked_date__lte=book.through) if book.through else rows


def _in_order(rows: QuerySet[Movement]) -> QuerySet[Movement]:
    return rows.select_related("entry", "debit", "credit").order_by("-entry__booked_date", "-id")


def _older_than(place: Place) -> Q:
    day, number = place
    return Q(entry__booked_date__lt=day) | Q(entry__booked_date=day, id__lt=number)


def _net(rows: QuerySet[Movement], sides: _Sides) -> int:
    moved = rows.aggregate(
        debit=Sum("amount_minor", filter=sides.debit, default=0),
        credit=Sum("amount_minor", filter=sides.credit, default=0),
    )
    return int(moved["debit"]) - int(moved["credit"])


def _line(row: Movement, book: Book) -> BookLine:
    is_debit, is_credit = _is_in(row.debit, book), _is_in(row.credit, book)
    own, other = (row.debit, row.credit) if is_debit else (row.credit, row.debit)
    return BookLine(
        id=row.id,
        entry_id=row.entry.entry_id,
        entry_kind=row.entry.kind,
        source_id=row.entry.source_id,
        booked_date=row.entry.booked_date,
        effective_at=row.entry.effective_at,
        recorded_at=row.entry.recorded_at,
        other=AccountKind(other.kind),
        other_owner_id=other.owner_id,
        owner_id=own.owner_id,
        debit_minor=row.amount_minor if is_debit else 0,
        credit_minor=row.amount_minor if is_credit else 0,
    )


def _is_in(account: Account, book: Book) -> bool:
    return account.kind == book.kind and (book.owner_id is None or account.owner_id == book.owner_id)
