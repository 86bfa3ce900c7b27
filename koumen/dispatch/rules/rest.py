"""The break that a working day owes the agent."""

from datetime import datetime, timedelta

# Half an hour after four hours at the latest: Labor Standards Act (Taiwan), art. 35. Where the law asks for less,
# half a day on the road still does.
LENGTH = timedelta(minutes=30)
AT_THE_LATEST = timedelta(hours=4)
# Earlier it would be no break but a late start.
AT_THE_EARLIEST = timedelta(hours=2)


def break_due(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime] | None:
    """Between which moments the break of a shift starts; None for a shift that owes none."""
    if ends_at - starts_at <= AT_THE_LATEST:
        return None
    return starts_at + AT_THE_EARLIEST, starts_at + AT_THE_LATEST
