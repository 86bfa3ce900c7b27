"""On which days a standing visit falls: the same weekday of each month, or so many days before the bill is due."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from koumen.dispatch.rules.slot import PartOfDay
from koumen.kit.errors import Invalid

# Long enough to find somebody and to be told, short enough that the bill is known.
BOOKED_AHEAD = timedelta(days=10)
# From here on a place that was not found is said; before, shifts may still be planned.
GIVEN_UP = timedelta(days=4)
# A holiday, or a day without a place: this many days are looked at besides.
DAYS_NEAR = 2
# "The fifth Tuesday" does not exist in most months: it means the last.
LAST_WEEK = 5
DAYS_BEFORE = range(1, 15)
LONGEST_PAUSE = timedelta(days=366)
DAYS_A_WEEK = 7


class Amount(StrEnum):
    """How much is to be paid each time."""

    MINIMUM = "minimum"
    BILL = "bill"
    ALL = "all"


class Outcome(StrEnum):
    """What came of a month."""

    BOOKED = "booked"
    SKIPPED = "skipped"
    NOTHING_OWED = "nothing_owed"
    VISITED = "visited"  # another visit is booked near that day
    NO_PLACE = "no_place"


@dataclass(frozen=True, kw_only=True)
class StandingRule:
    """Either ``week`` (1 to 5; 5 is the last) and ``weekday`` (0 is Monday), or ``days_before`` the due day.

    Raises Invalid("standing-rule-wrong" | "part-of-day-unknown" | "standing-amount-unknown").
    """

    part_of_day: str
    amount: str
    week: int | None = None
    weekday: int | None = None
    days_before: int | None = None

    def __post_init__(self) -> None:
        is_weekday = self.week in range(1, LAST_WEEK + 1) and self.weekday in range(DAYS_A_WEEK)
        is_before = self.days_before in DAYS_BEFORE
        has_both = self.days_before is not None and (self.week, self.weekday) != (None, None)
        if has_both or not (is_weekday or is_before):
            raise Invalid("standing-rule-wrong", field="week")
        if self.part_of_day not in set(PartOfDay):
            raise Invalid("part-of-day-unknown", field="part_of_day", value=self.part_of_day[:40])
        if self.amount not in set(Amount):
            raise Invalid("standing-amount-unknown", field="amount", value=self.amount[:40])

    def falls_on(self, month: date, due_day: int, holidays: Collection[date]) -> date:
        """The day in the month of a date; on a holiday the next day, or the one before where a bill falls due."""
        if self.days_before is not None:
            due = month.replace(day=min(due_day, monthrange(month.year, month.month)[1]))
            return _no_holiday(due - timedelta(days=self.days_before), -1, holidays)
        return _no_holiday(self._weekday_in(month), 1, holidays)

    def _weekday_in(self, month: date) -> date:
        first = month.replace(day=1)
        day = first + timedelta(days=((self.weekday or 0) - first.weekday()) % DAYS_A_WEEK)
        day += timedelta(days=DAYS_A_WEEK * ((self.week or 1) - 1))
        while day.month != month.month:  # the fifth that is not there: the last
            day -= timedelta(days=DAYS_A_WEEK)
        return day

    def days_for(self, day: date) -> list[date]:
        """The days to look at, the right one first: later ones, or earlier where a bill falls due."""
        step = -1 if self.days_before is not None else 1
        return [day + timedelta(days=step * number) for number in range(DAYS_NEAR + 1)]


def _no_holiday(day: date, step: int, holidays: Collection[date]) -> date:
    while day in holidays:
        day += timedelta(days=step)
    return day


def months_near(today: date) -> list[date]:
    """The first days of this month and of the next two: a visit of one may fall into the month before its bill."""
    first = today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return [first, following, (following + timedelta(days=32)).replace(day=1)]
