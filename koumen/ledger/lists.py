"""The movements behind a line of the trial balance, page by page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from koumen.audit.command import require
from koumen.kit.actor import Actor
from koumen.ledger.models import Movement
from koumen.ledger.permissions import may_read_books
from koumen.ledger.rules.chart import AccountKind


@dataclass(frozen=True, kw_only=True)
class BookLine:
    """One movement seen from one kind of account."""

    id: int
    entry_id: UUID
    entry_kind: str
    source_id: UUID
    recorded_at: datetime
    other: AccountKind
    amount_minor: int
    is_debit: bool


@dataclass(frozen=True)
class BookPage:
    """Some movements, newest first, and how many there are in all; ``older`` is where the next page begins."""

    count: int
    lines: list[BookLine]
    older: int | None


def movements_of(
    *, actor: Actor, kind: AccountKind, currency: str, before: int | None = None, limit: int = 50
) -> BookPage:
    """A page of what moved on a kind of account in one currency; two queries. Raises Denied("books-not-yours").

    Pages follow the movement's own number, so that a page stays the same while new ones are posted.
    """
    require(may_read_books(actor), "books-not-yours")
    touched = Movement.objects.filter(Q(debit__kind=kind) | Q(credit__kind=kind), debit__currency=currency)
    wanted = touched.filter(id__lt=before) if before else touched
    rows = list(wanted.select_related("entry", "debit", "credit").order_by("-id")[: limit + 1])
    lines = [_line(row, kind) for row in rows[:limit]]
    return BookPage(touched.count(), lines, lines[-1].id if len(rows) > limit else None)


def _line(row: Movement, kind: AccountKind) -> BookLine:
    is_debit = row.debit.kind == kind
    return BookLine(
        id=row.id,
        entry_id=row.entry.entry_id,
        entry_kind=row.entry.kind,
        source_id=row.entry.source_id,
        recorded_at=row.entry.recorded_at,
        other=AccountKind(row.credit.kind if is_debit else row.debit.kind),
        amount_minor=row.amount_minor,
        is_debit=is_debit,
    )
