"""Complaints and disputes: what they are about, and how their clocks run."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

# R25: early enough to still answer in time, late enough not to cry wolf.
WARN_AT = Fraction(4, 5)
# As long as a letter of two pages.
LONGEST_WORDS = 2000


class ComplaintKind(StrEnum):
    """What a complaint is about."""

    VISITOR = "visitor"  # how somebody behaved
    MONEY_DIFFERS = "money_differs"  # what was given is not what the receipt says
    AMOUNT_WRONG = "amount_wrong"
    PRIVACY = "privacy"
    SERVICE = "service"  # late, not come, not reached
    OTHER = "other"


class Via(StrEnum):
    """How a complaint reached us."""

    LINK = "link"
    PAGE = "page"
    PHONE = "phone"
    WATCH = "watch"  # nobody wrote it: two answers that do not fit


class Outcome(StrEnum):
    """What became of a complaint."""

    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"


class Ground(StrEnum):
    """Why a debt is disputed (CONC 7.14.1)."""

    NOT_ME = "not_me"
    NO_DEBT = "no_debt"
    WRONG_AMOUNT = "wrong_amount"


class Sign(StrEnum):
    """How a clock stands."""

    IN_TIME = "in_time"
    NEAR = "near"
    BROKEN = "broken"


@dataclass(frozen=True)
class ComplaintRules:
    """Until when a complaint is acknowledged and answered; an example of a pack (CN 15 days, UK eight weeks)."""

    acknowledge: timedelta = timedelta(hours=24)
    answer: timedelta = timedelta(days=15)


CLOCKS_UNSAID = ComplaintRules()  # of packs from before there were complaints


def warn_at(opened_at: datetime, due_at: datetime) -> datetime:
    """When four fifths of the time are over."""
    seconds = (due_at - opened_at) // timedelta(seconds=1)
    return opened_at + timedelta(seconds=int(seconds * WARN_AT))


def sign_of(opened_at: datetime, due_at: datetime, now: datetime) -> Sign:
    """In time, near its end from four fifths on, or broken once the end has passed."""
    if now >= due_at:
        return Sign.BROKEN
    return Sign.NEAR if now >= warn_at(opened_at, due_at) else Sign.IN_TIME
