"""What happens to agents."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class AgentEngaged(Event):
    """An agent was engaged; the subject is the agent."""

    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class AgentCertified(Event):
    """An agent got a certificate; the subject is the agent."""

    certificate: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, kw_only=True)
class ShiftPlanned(Event):
    """A working day was planned; the subject is the shift."""

    agent_id: UUID
    date: date


@dataclass(frozen=True, kw_only=True)
class ShiftEndedEarly(Event):
    """An agent cannot go on: nobody of this shift comes from then on; the subject is the shift."""

    agent_id: UUID
    off_from: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class ShiftDelayed(Event):
    """An agent is held up and cannot go on before a moment; the subject is the shift."""

    agent_id: UUID
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class ShiftResumed(Event):
    """An agent can go on after all; the subject is the shift."""

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class ShiftEquipped(Event):
    """What a working day carries was planned anew; the subject is the shift."""

    equipment: str  # codes, with blanks between them


@dataclass(frozen=True, kw_only=True)
class TeamFormed(Event):
    """Two agents go together on a day; the subject is the shift that both keep."""

    joined_shift_id: UUID
    agent_id: UUID
    partner_id: UUID


@dataclass(frozen=True, kw_only=True)
class TeamParted(Event):
    """Two agents go separately again; the subject is the shift that both kept."""

    joined_shift_id: UUID


@dataclass(frozen=True, kw_only=True)
class ShiftOpened(Event):
    """An agent took over what they carry on a working day; the subject is the shift."""

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class ShiftClosed(Event):
    """Money and things of a working day are back, or their loss is written down; the subject is the shift."""

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class ItemAdded(Event):
    """A thing with a serial number belongs to the branch now; the subject is the thing."""

    item_kind: str
    serial: str


@dataclass(frozen=True, kw_only=True)
class ItemLent(Event):
    """An agent has a thing for a working day; the subject is the thing."""

    loan_id: UUID
    agent_id: UUID
    shift_id: UUID
    condition: str


@dataclass(frozen=True, kw_only=True)
class ItemReturned(Event):
    """A thing came back, or was written down as missing; the subject is the thing."""

    loan_id: UUID
    agent_id: UUID
    condition: str


@dataclass(frozen=True, kw_only=True)
class ItemMended(Event):
    """A thing is fit again, was found, or is given up; the subject is the thing."""

    condition: str


@dataclass(frozen=True, kw_only=True)
class PortraitUploaded(Event):
    """A photo of an agent was put in and waits for a second person; the subject is the agent."""

    portrait_id: UUID
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PortraitApproved(Event):
    """A second person approved the photo by which customers know an agent; the subject is the agent."""

    portrait_id: UUID


@dataclass(frozen=True, kw_only=True)
class PortraitEnded(Event):
    """A photo of an agent is shown to nobody any more and was deleted; the subject is the agent."""

    portrait_id: UUID
