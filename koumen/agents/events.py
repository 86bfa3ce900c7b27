"""What happens to agents."""

from dataclasses import dataclass
from datetime import date
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
