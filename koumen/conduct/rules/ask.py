"""May this be done to this customer at this moment? A decision from a pack, with reasons as codes.

Every outbound act asks first; the answer is stored with the pack that gave it. Hours are wall times in the
customer's zone, so a clock that jumps on a night of summer time moves the hours with it.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from koumen.conduct.rules.acts import Act, Circumstances, Decision, Reason
from koumen.conduct.rules.pack import Pack

MINUTE = timedelta(minutes=1)


def decide(pack: Pack, act: Act, moment: datetime, given: Circumstances) -> Decision:
    """Answer one question; every reason that applies is named, in a fixed order."""
    in_hours = (
        is_window_within_hours(pack, given.window_from, given.window_to, given.zone)
        if act is Act.BOOK
        else is_within_hours(pack, moment, given.zone)
    )
    against = {
        Reason.OUTSIDE_HOURS: not in_hours,
        Reason.NO_CERTIFICATE: pack.certificate is not None and pack.certificate not in given.certificates,
        Reason.NOT_ASSIGNED: not given.is_assigned,
        Reason.TOO_EARLY: act is Act.KNOCK and moment < given.window_from - pack.knock_before,
        Reason.DISPUTED: given.is_recovery and given.is_disputed,
        Reason.TOO_LATE: act is Act.KNOCK and moment > given.window_to + pack.knock_after,
    }
    return Decision(tuple(reason for reason, applies in against.items() if applies))


def is_within_hours(pack: Pack, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall clock where the customer lives stands in [opens, closes)."""
    return pack.opens <= moment.astimezone(zone).time() < pack.closes


def is_window_within_hours(pack: Pack, window_from: datetime, window_to: datetime, zone: ZoneInfo) -> bool:
    """Whether every moment of [from, to) is within the hours, on one local day."""
    start, end = window_from.astimezone(zone), window_to.astimezone(zone)
    if start.utcoffset() != end.utcoffset():  # the clock jumps inside the window: look at each minute
        minutes = int((window_to - window_from) / MINUTE)
        return all(is_within_hours(pack, window_from + n * MINUTE, zone) for n in range(minutes + 1))
    return (
        start < end
        and start.date() == end.date()
        and pack.opens <= start.time()
        and end.time() <= pack.closes
    )
