"""The dispatch board in words: names short and whole, what persons decided and why, what puts a promise at risk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from koumen.dispatch.queries import Expectation
from koumen.people.rules.details import PersonalDetails
from koumen.web.console.pages.fault_words import fault_word
from koumen.web.console.pages.words import Words, said_by, word

if TYPE_CHECKING:
    from koumen.dispatch.models import Override

KINDS: Words = {
    "pin": _("Who goes"),
    "swap": _("Swapped"),
    "refuse": _("Who does not go"),
    "release": _("Left to the plan again"),
}
MOVE_REASONS: Words = {
    "customer_asked": _("The customer asked for it"),
    "agent_asked": _("The agent asked for it"),
    "knows_customer": _("The agent knows the customer"),
    "road": _("Trouble on the road"),
    "spread_work": _("To spread the work"),
    "other": _("Another reason"),
}
REFUSAL_REASONS: Words = {
    "customer_asked": _("The customer asked for it"),
    "agent_asked": _("The agent asked for it"),
    "known_privately": _("They know each other privately"),
    "unsafe": _("It is not safe for the agent"),
    "other": _("Another reason"),
}
CAUSES: Words = {
    "off": _("The agent cannot go on today"),
    "held_up": _("The agent said that they are held up"),
    "overrun": _("The visit before lasts longer"),
    "road": _("The way takes longer"),
    "not_set_out": _("The agent has not set out yet"),
    "earlier": _("Earlier visits took longer"),
    "shift_end": _("What is left of the shift has no room for it"),
    "no_way": _("We know of no road to this door."),
}
FIRST_HAN = "\u2e80"  # from here on letters are as wide as they are high
# As much of a name as a box holds.
ROOM_HAN, ROOM_LATIN = 3, 7


@dataclass(frozen=True)
class Said:
    """A name whole, as much of it as fits into a box, and beside minutes."""

    name: str
    short: str
    tiny: str

    @property
    def plain(self) -> dict[str, str]:
        """As JSON holds it."""
        return {"name": self.name, "short": self.short, "tiny": self.tiny}


NOBODY = Said("", "", "")


def said(details: PersonalDetails) -> Said:
    """How the board names a person."""
    name = details.spoken
    room, tiny = (ROOM_HAN, 1) if any(letter >= FIRST_HAN for letter in name) else (ROOM_LATIN, 3)
    return Said(name, name if len(name) <= room else f"{name[: room - 1]}…", name[:tiny])


@dataclass(frozen=True)
class Decision:
    """What a person decided about a visit, as the page tells it."""

    visit_id: UUID
    number: str
    kind: str
    agent: str
    after: str
    arrive_at: datetime | None
    reason: str
    who: str
    at: datetime


def decisions(rows: Iterable["Override"], until: datetime) -> list[Decision]:
    """Every decision of a day until a moment, the newest first."""
    return [_decision(row) for row in reversed(list(rows)) if row.made_at <= until]


def _decision(row: "Override") -> Decision:
    agent = row.agent or (row.shift.agent if row.shift else None)
    reasons = REFUSAL_REASONS if row.kind == "refuse" else MOVE_REASONS
    return Decision(
        visit_id=row.visit_id,
        number=row.visit.number,
        kind=word(KINDS, row.kind),
        agent=agent.staff_number if agent else "",
        after=row.after.number if row.after else "",
        arrive_at=row.arrive_at,
        reason=word(reasons, row.reason) if row.reason else "",
        who=said_by(row.made_by),
        at=row.made_at,
    )


def why_at_risk(one: Expectation) -> str:
    """What puts a promise at risk, as a sentence."""
    if one.why is None:
        return ""
    return word(CAUSES, one.why) if str(one.why) in CAUSES else fault_word(str(one.why))


def choices(words: Words) -> Sequence[tuple[str, object]]:
    """Reasons for a list to choose from."""
    return list(words.items())


Names = Mapping[UUID, Said]
