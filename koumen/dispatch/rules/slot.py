"""A slot: an arrival window that can be kept; and the question that asks for slots."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from koumen.dispatch.rules.needs import Needs
from koumen.kit.errors import Invalid
from koumen.kit.place import Place

HOUR = timedelta(hours=1)
# A week is what people plan; a month is what shifts are planned for.
USUAL_DAYS, MOST_DAYS = 7, 31
# Nobody needs half a day at a door; more is a mistake of the caller.
LONGEST_SERVICE_S = 3 * 60 * 60


class PartOfDay(StrEnum):
    """How people speak of the day; the same boundaries as the words on the pages."""

    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"


_UNTIL = ((12, PartOfDay.MORNING), (13, PartOfDay.MIDDAY), (18, PartOfDay.AFTERNOON))


def part_of_day(moment: datetime, zone: ZoneInfo) -> PartOfDay:
    """The part of the day in which a window begins."""
    hour = moment.astimezone(zone).hour
    return next((part for until, part in _UNTIL if hour < until), PartOfDay.EVENING)


def days_ahead(*, today: date, day: date) -> tuple[date, int]:
    """The days to look at: from today the usual ones, and as far as a later day, but no further than is planned."""
    return today, min(max(USUAL_DAYS, (day - today).days + 1), MOST_DAYS)


@dataclass(frozen=True, kw_only=True)
class SlotRequest:
    """Where, how long, what it takes, and on which days [from, from + days).

    ``barred`` agents do not go there; ``prefers`` one who comes where they can, whatever the way.
    """

    latitude: float
    longitude: float
    service_s: int
    needs: Needs
    from_date: date
    days: int = USUAL_DAYS
    barred: frozenset[UUID] = frozenset()
    prefers: UUID | None = None

    def __post_init__(self) -> None:
        _ = self.place  # raises Invalid("place-off-the-earth")
        if not 0 < self.service_s <= LONGEST_SERVICE_S:
            raise Invalid("service-time-wrong", field="service_s")
        if not 0 < self.days <= MOST_DAYS:
            raise Invalid("days-wrong", field="days")

    @property
    def place(self) -> Place:
        """Where the visit would be."""
        return Place(self.latitude, self.longitude)

    @property
    def to_date(self) -> date:
        """The first day after the last."""
        return self.from_date + timedelta(days=self.days)


@dataclass(frozen=True)
class Slot:
    """An agent can be there in [window_from, window_to); ``rank`` 0 costs the least way. Nothing is held."""

    shift_id: UUID
    agent_id: UUID
    date: date
    window_from: datetime
    window_to: datetime
    rank: int = 0

    @property
    def key(self) -> str:
        """The slot as one word, for a form."""
        start, end = (int(moment.timestamp()) for moment in (self.window_from, self.window_to))
        return f"{self.shift_id}.{self.agent_id}.{self.date.isoformat()}.{start}.{end}"

    @classmethod
    def from_key(cls, key: str) -> "Slot":
        """Read a slot from its word; raises Invalid("slot-unreadable"). Taking does not believe what it says."""
        try:
            shift_id, agent_id, day, start, end = key.split(".")
            window = (datetime.fromtimestamp(int(start), UTC), datetime.fromtimestamp(int(end), UTC))
            return cls(UUID(shift_id), UUID(agent_id), date.fromisoformat(day), *window)
        except (ValueError, OverflowError, OSError):
            raise Invalid("slot-unreadable", field="slot", value=key[:40]) from None


def windows_between(
    starts_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """One-hour windows on the hour where the branch stands, wholly inside a shift, in UTC.

    An hour that the clock skips has no window; of one that it repeats only the first is offered.
    """
    day = starts_at.astimezone(zone).date()
    while day <= ends_at.astimezone(zone).date():
        for hour in range(24):
            local = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
            start = local.astimezone(UTC)
            exists = start.astimezone(zone).hour == hour
            if exists and starts_at <= start and start + HOUR <= ends_at:
                yield start, start + HOUR
        day += timedelta(days=1)
