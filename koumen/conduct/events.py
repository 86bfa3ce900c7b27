"""What happens in conduct."""

from dataclasses import dataclass
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class PackStored(Event):
    """A policy pack was stored; the subject is the pack."""

    pack: str
    version: int


@dataclass(frozen=True, kw_only=True)
class RulingGiven(Event):
    """A pack answered whether an act may happen; the subject is the ruling."""

    act: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class ComplaintOpened(Event):
    """Somebody complained; the subject is the complaint."""

    customer_id: UUID
    about: str
    via: str
    visit_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ComplaintAcknowledged(Event):
    """The customer was told that their complaint is with us; the subject is the complaint."""


@dataclass(frozen=True, kw_only=True)
class ComplaintNearsItsEnd(Event):
    """Four fifths of the time to answer are over; the subject is the complaint."""


@dataclass(frozen=True, kw_only=True)
class ComplaintAnswered(Event):
    """A complaint was answered; the subject is the complaint."""

    outcome: str
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(Event):
    """A customer disputes their debt; the subject is the customer."""

    dispute_id: UUID
    ground: str


@dataclass(frozen=True, kw_only=True)
class DisputeClosed(Event):
    """A dispute was settled; the subject is the customer."""

    dispute_id: UUID
