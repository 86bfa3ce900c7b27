"""The day after: how much did you hand over, and did anyone ask for more? (Threats T4, T5.)"""

from dataclasses import dataclass
from enum import StrEnum

# When customers are asked, on the branch's clock: old people are up, and the visit is fresh.
ASK_FROM_HOUR = 10


class ToldBy(StrEnum):
    """How the answer came; never through the agent."""

    LINK = "link"
    CALL = "call"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the customer says."""

    amount_minor: int
    was_asked_for_more: bool


def fits(told: Told, booked_minor: int) -> bool:
    """Whether what was said is what was booked, and nobody asked for more."""
    return told.amount_minor == booked_minor and not told.was_asked_for_more
