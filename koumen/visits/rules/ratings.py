"""What a customer says of a visit, what of it may be shown, and averages that do not jump."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

LONGEST_WORDS = 1000
MOST_STARS = 5
LOW_STARS = 2  # from here down a manager calls
# T18: shown after a day, and a low one after a week, so that no agent knows from whom it came.
SHOWN_AFTER = timedelta(hours=24)
LOW_SHOWN_AFTER = timedelta(days=7)
# As many visits as it takes until an agent's own ratings weigh as much as the branch's average.
PRIOR_WEIGHT = 10
PRIOR_MEAN = Fraction(4)  # of a branch that has no rating yet: the usual first year of such services


class Praise(StrEnum):
    """What was good."""

    FRIENDLY = "friendly"
    PATIENT = "patient"
    ON_TIME = "on_time"
    CLEAR = "clear"
    FELT_SAFE = "felt_safe"


class Blame(StrEnum):
    """What was not."""

    UNFRIENDLY = "unfriendly"
    HURRIED = "hurried"
    LATE = "late"
    UNCLEAR = "unclear"
    FELT_UNSAFE = "felt_unsafe"
    PRESSED = "pressed"


class Hours(StrEnum):
    """When the customer would rather be visited; demand for slots is counted from these."""

    EARLY = "early"  # before nine
    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    WEEKEND = "weekend"


class Moderation(StrEnum):
    """What may be done with the words of a rating."""

    NONE = "none"  # there are no words
    WAITING = "waiting"  # a person must look: they may name somebody
    SHOWN = "shown"
    HIDDEN = "hidden"


@dataclass(frozen=True, kw_only=True)
class Rated:
    """What a customer says: one to five stars, codes, and words if they like."""

    stars: int
    good: tuple[Praise, ...] = ()
    bad: tuple[Blame, ...] = ()
    hours: tuple[Hours, ...] = ()
    words: str = ""


# Digits in a row (telephones, cards, identity numbers, codes), addresses of mail and web, house numbers and names with
# a title. It holds too much rather than too little: a person decides.
_PERSONAL = (
    re.compile(r"(?:\d[ -]?){5,}"),
    re.compile(r"\S+@\S+|https?://|www\."),
    re.compile(r"[0-9〇一二三四五六七八九十]+\s*(?:号|號|室|楼|樓|弄|巷|栋|棟|单元|單元)"),
    re.compile(r"[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|太太|阿姨|叔叔|师傅|師傅)"),
    re.compile(r"\b(?:Mr|Mrs|Ms|Dr)\.?\s+[A-Z]"),
)


def may_hold_personal_data(words: str) -> bool:
    """Whether words may name or locate somebody, so that a person looks before anybody else reads them."""
    digits = words.translate({ord("０") + n: ord("0") + n for n in range(10)})
    return any(pattern.search(digits) for pattern in _PERSONAL)


def moderation_of(words: str) -> Moderation:
    """What becomes of words that were just written."""
    if not words.strip():
        return Moderation.NONE
    return Moderation.WAITING if may_hold_personal_data(words) else Moderation.SHOWN


def shown_from(rated_at: datetime, stars: int) -> datetime:
    """From when the agent may read a rating."""
    return rated_at + (LOW_SHOWN_AFTER if stars <= LOW_STARS else SHOWN_AFTER)


@dataclass(frozen=True)
class Average:
    """A smoothed average and the number of ratings behind it; never one without the other."""

    stars: Fraction
    count: int


def smoothed(stars: Iterable[int], prior: Fraction = PRIOR_MEAN) -> Average:
    """The Bayesian average: few ratings stay near the branch's, many say what they say."""
    given = list(stars)
    total = PRIOR_WEIGHT * prior + sum(given)
    return Average(total / (PRIOR_WEIGHT + len(given)), len(given))


def branch_mean(stars: Iterable[int]) -> Fraction:
    """The plain mean of all ratings; the usual first year's where there are none."""
    given = list(stars)
    return Fraction(sum(given), len(given)) if given else PRIOR_MEAN


def wished_hours(wishes: Iterable[Iterable[str]]) -> list[tuple[Hours, int]]:
    """How often each part of the day was wished for, most wanted first."""
    counted = Counter(hour for wish in wishes for hour in set(wish))
    return sorted(
        ((hour, counted[hour]) for hour in Hours if counted[hour]), key=lambda one: (-one[1], one[0])
    )
