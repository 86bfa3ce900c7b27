"""Photos and signatures of a visit: each for one purpose, until a day, and nothing that its purpose does not need."""

from dataclasses import dataclass
from enum import StrEnum

from koumen.documents.rules.picture import Picture, drawing, photo
from koumen.kit.errors import Invalid

# Enough for a quarrel about a stack of notes; whoever takes more photographs a home.
MOST_PIECES = 12
LONGEST_NAME = 80


class Purpose(StrEnum):
    """What a piece of evidence is for; how long it is kept stands in the policy pack."""

    FORGED_NOTE = "forged_note"
    DOOR_CARD = "door_card"  # a card that is damaged or was tampered with
    IDENTITY = "identity"  # a paper that stands for an identity card
    INCIDENT = "incident"
    MEETING_PLACE = "meeting_place"
    VISIT = "visit"  # signed: it went as it is written
    COSTS = "costs"  # signed: all costs of a borrowing


PHOTOS = frozenset(
    {Purpose.FORGED_NOTE, Purpose.DOOR_CARD, Purpose.IDENTITY, Purpose.INCIDENT, Purpose.MEETING_PLACE}
)


class Way(StrEnum):
    """How it came about."""

    PHOTO = "photo"
    DRAWN = "drawn"  # on the screen, with a finger
    TYPED = "typed"  # the name, before two agents
    ON_PAPER = "on_paper"  # a photo of what was signed with a pen


class Reason(StrEnum):
    """Why somebody at the office looks at a piece."""

    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    SAFETY = "safety"
    OBJECTION = "objection"
    INSPECTION = "inspection"


class Deleted(StrEnum):
    """Why a piece is no longer kept."""

    DUE = "due"
    OBJECTION = "objection"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What the customer gave as a signature: a picture for two of the ways, a name for the third."""

    way: Way
    picture: bytes = b""
    name: str = ""

    def made(self) -> Picture:
        """As it is kept. Raises as documents' pictures, and Invalid("signature-empty" | "signature-way-unknown")."""
        if self.way is Way.DRAWN:
            return drawing(self.picture)
        if self.way is Way.ON_PAPER:
            return photo(self.picture)
        if self.way is not Way.TYPED:
            raise Invalid("signature-way-unknown", field="way")
        name = " ".join(self.name.split())
        if not 2 <= len(name) <= LONGEST_NAME:
            raise Invalid("signature-empty", field="name")
        return Picture(name.encode(), "text/plain; charset=utf-8")
