"""What happens in the books."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class EntryReversed(Event):
    """An entry was undone by a new one; the subject is the new entry."""

    reverses_id: UUID


@dataclass(frozen=True, kw_only=True)
class BooksClosed(Event):
    """Days ``[from, to)`` of the books were proven and closed for good; the subject is the period."""

    from_date: date
    to_date: date
