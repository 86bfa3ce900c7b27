"""The one clock that edges and jobs ask; everything below them takes ``at``."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_fixed: ContextVar[datetime | None] = ContextVar("koumen_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _fixed.get() or datetime.now(UTC)


@contextmanager
def stopped_at(at: datetime) -> Iterator[None]:
    """Hold the clock still, for tests and for simulated days."""
    token = _fixed.set(at)
    try:
        yield
    finally:
        _fixed.reset(token)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The calendar date of a moment where the branch stands."""
    return at.astimezone(zone).date()


def next_midnight(at: datetime, zone: ZoneInfo) -> datetime:
    """The next local midnight after a moment, in UTC (quotes live until then)."""
    following = local_date(at, zone) + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC)
