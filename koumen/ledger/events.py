"""What happens in the books."""

from dataclasses import dataclass
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class EntryReversed(Event):
    """An entry was undone by a new one; the subject is the new entry."""

    reverses_id: UUID
