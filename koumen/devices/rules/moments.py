"""When something is believed of a device; one number each, with its reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Long enough to unpack a phone and sign in, short enough that a photographed code is of no use in the evening.
ENROLMENT_LIVES = timedelta(minutes=15)
# A phone comes out of a cellar within two hours; who is silent longer is called.
GAP_ALARMS_AFTER = timedelta(hours=2)
# The last visit of a shift may run late, and its agent comes home by train: then the day is over.
PACK_GRACE = timedelta(hours=4)
# Whoever has no shift that day has no end of it either: a working day, and the way home.
PACK_LIVES = timedelta(hours=16)
# A visit works for half a day without a signal (R12). Of what is told later than that only the phone knows the moment.
LOOSE_AFTER = timedelta(hours=12)
# A certificate is renewed with the phone; two years is how long a phone lives in a pocket.
CERTIFICATE_LIVES = timedelta(days=730)
# A clock this far off is worth a look; radio clocks of phones differ by seconds.
CLOCK_MAY_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Between which moments an act was done, by what we know ourselves and not by the phone's clock."""

    earliest: datetime  # its day pack was issued, or the phone was heard of with the act before it
    latest: datetime  # it was here, or the phone had its next day pack

    @property
    def is_loose(self) -> bool:
        """Whether so much lies between them that a person should look at what the phone says."""
        return self.latest - self.earliest > LOOSE_AFTER


def pack_over_at(issued_at: datetime, shift_ends_at: datetime | None) -> datetime:
    """From when on a day pack is an old one: no new visit is begun with it, and what is done with it is looked at."""
    if shift_ends_at is None:
        return issued_at + PACK_LIVES
    return max(shift_ends_at, issued_at) + PACK_GRACE


def believed(
    said_at: datetime, offset_ms: int | None, *, earliest: datetime, latest: datetime
) -> tuple[datetime, bool]:
    """When an act counts as done, and whether the phone said something else that cannot be.

    The phone's clock is corrected by the difference that it knew. Outside the bounds the nearest allowed moment
    counts: an earlier one is the customer's gain, a later one was never theirs.
    """
    claimed = said_at + timedelta(milliseconds=offset_ms or 0)
    counted = min(max(claimed, earliest), latest)
    return counted, abs(counted - claimed) > CLOCK_MAY_DIFFER
