"""Two people count much cash: what their two words say together."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from koumen.visits.rules.outcomes import AlertKind

# A visit works for half a day without a signal (R12): whoever has not told by then is asked.
BOTH_TELL_WITHIN = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class TwoCounts:
    """The cash of a visit of two: what is booked, what the second said if they did, and the newest moment of both."""

    booked_minor: int
    witnessed_minor: int | None
    counted_at: datetime
    is_over: bool  # the first one's phone has told the end of the visit, and so all of its cash


def count_alarm(counts: TwoCounts, *, two_over_minor: int, at: datetime) -> AlertKind | None:
    """What the console must hear; without a second word only much cash alarms."""
    is_late = at >= counts.counted_at + BOTH_TELL_WITHIN
    if counts.witnessed_minor is None:
        is_much = counts.booked_minor > two_over_minor
        return AlertKind.COUNTED_ALONE if is_much and is_late else None
    is_same = counts.witnessed_minor == counts.booked_minor
    return None if is_same or not (counts.is_over or is_late) else AlertKind.COUNTS_DIFFER
