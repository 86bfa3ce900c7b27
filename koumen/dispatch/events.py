"""What happens to slots and routes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class SlotTaken(Event):
    """A place in a shift was promised; the subject is the visit."""

    shift_id: UUID
    shift_version: int


@dataclass(frozen=True, kw_only=True)
class StopDropped(Event):
    """A visit left a shift's route; the subject is the visit."""

    shift_id: UUID
    shift_version: int


@dataclass(frozen=True, kw_only=True)
class WishMade(Event):
    """No slot suited a customer; the subject is the customer."""

    date: date
    part_of_day: str
