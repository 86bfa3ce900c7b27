"""An act whose turn has come, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.devices.models import Device
from koumen.devices.queries import seal_key
from koumen.devices.rules.alarms import SetAside
from koumen.devices.rules.bodies import SealedWord
from koumen.devices.rules.envelope import SignedAct
from koumen.devices.rules.sealing import belongs_to, open_word
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Invalid
from koumen.visits.rules.word import CardWord


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An act whose turn it is; ``teller`` books its money, and is the person who decided where one did."""

    device: Device
    act: SignedAct
    counted_at: datetime
    at: datetime
    teller: Actor = SYSTEM

    @property
    def visit_id(self) -> UUID:
        """The visit it is about; raises Invalid("act-unreadable") when it names none."""
        if self.act.visit_id is None:
            raise Invalid("act-unreadable", field="visit")
        return self.act.visit_id

    @property
    def agent(self) -> Actor:
        """Whose phone it is, as who acts."""
        return Actor(Role.AGENT, self.device.agent.person_id, agent_id=self.device.agent_id)

    def opened(self, sealed: str, *, word: str, **to: str | int) -> str | None:
        """What was sealed on this device, for this visit and this use; None for what was sealed for another."""
        bound = belongs_to(device=str(self.device.id), visit=str(self.visit_id), word=word, **to)
        return open_word(sealed, key=seal_key(), bound=bound)

    def card_word(self, card: SealedWord | None, **to: str | int) -> CardWord | None:
        """The code of the door card, opened; sealed for another visit, amount or receipt it does not open."""
        return CardWord(card.number, self.opened(card.sealed, word="door_card", **to)) if card else None


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What came of it: done, with the payment it became, or for a person to decide."""

    payment_id: UUID | None = None
    set_aside: SetAside | None = None


DONE = Applied()
