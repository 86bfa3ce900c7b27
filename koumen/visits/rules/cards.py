"""Door cards: how one reaches its customer, and when another is due."""

from datetime import datetime, timedelta
from enum import StrEnum

from koumen.visits.rules.secrets import CARD_NUMBERS

# A letter to an address that was changed the other day would bring a thief the key of the door (T13, R7).
CONTACT_RESTS = timedelta(hours=72)
# A letter takes some days, and a visit a month is usual: at two lines left the next card is made.
FEW_LEFT = 2


class CardWay(StrEnum):
    """How a printed card reaches its customer."""

    LETTER = "letter"  # printed at the phone desk and posted to the address on file
    COUNTER = "counter"  # printed at the branch and given into the hand of whoever showed who they are


def lines_left(next_number: int) -> int:
    """How many lines of a card no visit has taken yet."""
    return CARD_NUMBERS + 1 - next_number


def may_be_posted(contact_changed_at: datetime | None, at: datetime) -> bool:
    """Whether the address on file is old enough to send secrets there."""
    return contact_changed_at is None or at >= contact_changed_at + CONTACT_RESTS
