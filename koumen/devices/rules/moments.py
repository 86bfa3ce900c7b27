"""When something is believed of a device; one number each, with its reason."""

from datetime import datetime, timedelta

# Long enough to unpack a phone and sign in, short enough that a photographed code is of no use in the evening.
ENROLMENT_LIVES = timedelta(minutes=15)
# A phone comes out of a cellar within two hours; who is silent longer is called.
GAP_ALARMS_AFTER = timedelta(hours=2)
# A working day, and the way home.
PACK_LIVES = timedelta(hours=16)
# A certificate is renewed with the phone; two years is how long a phone lives in a pocket.
CERTIFICATE_LIVES = timedelta(days=730)
# A clock this far off is worth a look; radio clocks of phones differ by seconds.
CLOCK_MAY_DIFFER = timedelta(minutes=5)


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
