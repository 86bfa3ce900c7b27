"""What makes a working day: it ends after it starts, on the day it is named after."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from koumen.kit.clock import local_date
from koumen.kit.errors import Invalid

# An agent carries money and works alone: twelve hours is also how long a phone must last without a network.
LONGEST_SHIFT = timedelta(hours=12)
# Less is within what any visit may take; who is held up for more than two hours ends the shift or calls dispatch.
LEAST_DELAY, LONGEST_DELAY = timedelta(minutes=5), timedelta(hours=2)


class OffReason(StrEnum):
    """Why an agent cannot go on today; nobody is asked what exactly it is."""

    UNWELL = "unwell"
    VEHICLE = "vehicle"
    FAMILY = "family"
    OTHER = "other"


def require_working_day(day: date, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> None:
    """Refuse times that are not a working day.

    Raises Invalid("shift-ends-before-it-starts"), Invalid("shift-too-long") or Invalid("shift-on-another-day").
    """
    if ends_at <= starts_at:
        raise Invalid("shift-ends-before-it-starts", field="ends_at")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise Invalid("shift-too-long", field="ends_at")
    if local_date(starts_at, zone) != day:
        raise Invalid("shift-on-another-day", field="starts_at")


def require_period(valid_from: date, valid_to: date) -> None:
    """Refuse a certificate that is never valid: the period is [from, to)."""
    if valid_to <= valid_from:
        raise Invalid("certificate-ends-before-it-starts", field="valid_to")


def require_delay(delay: timedelta) -> None:
    """Refuse a delay that is none, or that is the end of the day; raises Invalid("delay-wrong")."""
    if not LEAST_DELAY <= delay <= LONGEST_DELAY:
        raise Invalid("delay-wrong", field="minutes")
