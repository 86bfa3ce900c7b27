"""What may be asked about, and the answer: the words of conduct."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Act(StrEnum):
    """What is about to be done."""

    BOOK = "book"
    KNOCK = "knock"


class Verdict(StrEnum):
    """The answer."""

    ALLOW = "allow"
    DENY = "deny"


class Reason(StrEnum):
    """Why not; each site puts it into words."""

    OUTSIDE_HOURS = "outside-hours"
    NO_CERTIFICATE = "no-certificate"
    NOT_ASSIGNED = "not-assigned"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    DISPUTED = "disputed"  # the debt is disputed: every act to recover it waits (R24)


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known when asking: the promised window [from, to), the customer's zone, and who would come.

    ``certificates`` are the kinds that the agent holds on the day; ``is_assigned`` says that the one who acts
    is the agent of the visit. A visit that the customer asked for is no act of recovery, even in a dispute.
    """

    zone: ZoneInfo
    window_from: datetime
    window_to: datetime
    certificates: frozenset[str] = frozenset()
    is_assigned: bool = True
    is_recovery: bool = False  # the lender wants it, not the customer
    is_disputed: bool = False


@dataclass(frozen=True)
class Decision:
    """Allowed, or why not."""

    reasons: tuple[Reason, ...]

    @property
    def verdict(self) -> Verdict:
        """Allowed exactly when nothing speaks against it."""
        return Verdict.DENY if self.reasons else Verdict.ALLOW
