"""What a customer is told about a promise by the clock, and when: reminders, near, late, another time for free."""

from datetime import datetime, timedelta
from enum import StrEnum

# One number each, from the life of a visit.
DAY_BEFORE, HOURS_BEFORE = timedelta(hours=24), timedelta(hours=2)
NEAR = timedelta(minutes=20)
LATE, REBOOK = timedelta(minutes=10), timedelta(minutes=30)
# Lateness that lies further ahead may still be made good, by the agent or by a repair.
TELL_AHEAD = timedelta(hours=2)
# When the agent cannot come at all, somebody else has until then to be found.
NOBODY_BEFORE = timedelta(hours=1)
# Who booked or was told a short while ago needs no reminder of the same.
FRESH = timedelta(hours=1)
# "On the way" was told when the agent set out: so soon after it, "near" would say the same again.
JUST_SET_OUT = timedelta(minutes=5)


class NoticeKind(StrEnum):
    """What is told once for each promised window."""

    DAY_BEFORE = "day_before"
    HOURS_BEFORE = "hours_before"
    NEAR = "near"
    LATE = "late"
    REBOOK = "rebook"


def reminder_due(window_from: datetime, booked_at: datetime, at: datetime) -> NoticeKind | None:
    """The reminder that a booked visit is due at a moment: a day before, or two hours before, never one too late."""
    for kind, before, until in (
        (NoticeKind.HOURS_BEFORE, HOURS_BEFORE, NEAR),
        (NoticeKind.DAY_BEFORE, DAY_BEFORE, HOURS_BEFORE),
    ):
        due = window_from - before
        if due <= at < window_from - until and booked_at <= due - FRESH:
            return kind
    return None


def lateness_due(
    window_from: datetime, expected_at: datetime | None, late: timedelta, at: datetime
) -> NoticeKind | None:
    """What must be told of a visit that comes late, or to which nobody can come (``expected_at`` is None)."""
    if expected_at is None:
        return NoticeKind.REBOOK if at >= window_from - NOBODY_BEFORE else None
    if at < window_from - TELL_AHEAD or late < LATE:
        return None
    return NoticeKind.REBOOK if late >= REBOOK else NoticeKind.LATE


def is_near(expected_at: datetime | None, set_out_at: datetime | None, at: datetime) -> bool:
    """Whether the customer is told now that the agent, who is on the way, is near."""
    if expected_at is None or set_out_at is None:
        return False
    return at >= expected_at - NEAR and at >= set_out_at + JUST_SET_OUT
