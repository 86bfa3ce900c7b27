"""What happens to messages."""

from dataclasses import dataclass
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """A message was handed to its channel; the subject is the person it is for."""

    message_id: UUID
    channel: str
    template: str
