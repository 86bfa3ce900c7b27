"""The waiting list: how long somebody has to answer, in hours in which people are awake."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# Long enough to come home and ask a daughter, short enough that three in line can be asked on one day.
ANSWER_WITHIN = timedelta(hours=2)
# Less is no time to answer: then the place is left to whoever books it.
LEAST_TO_ANSWER = timedelta(minutes=30)
# A place must still be taken in time to prepare the visit; taking itself asks for three quarters of an hour.
ANSWERED_BEFORE = timedelta(hours=1)


def answer_by(
    at: datetime, window_from: datetime, hours: tuple[time, time], zone: ZoneInfo
) -> datetime | None:
    """Until when a place offered now is kept for its answer, in UTC as ``at``; None when that leaves no time to answer.

    Only time within the hours of the day counts: what is offered in the evening may be answered the next morning.
    """
    latest = window_from - ANSWERED_BEFORE
    until = min(_after_waking(at, ANSWER_WITHIN, hours, zone), latest)
    return until if until - at >= LEAST_TO_ANSWER else None


def _after_waking(at: datetime, left: timedelta, hours: tuple[time, time], zone: ZoneInfo) -> datetime:
    opens, closes = hours
    day = at.astimezone(zone).date()
    moment = at
    while True:
        begins = max(moment, datetime.combine(day, opens, zone).astimezone(at.tzinfo))
        ends = datetime.combine(day, closes, zone).astimezone(at.tzinfo)
        if begins + left <= ends:
            return begins + left
        left -= max(ends - begins, timedelta(0))
        day += timedelta(days=1)
        moment = ends
