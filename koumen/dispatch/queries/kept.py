"""Days kept as arrays by this process, for branches with many agents; PostgreSQL stays the truth.

Each question first asks for one digest a date, made of every shift's id and version. Where it differs from the one
that is kept, the shifts whose version moved are read anew, and only they. A version counts every change of what a day
is made from: commands count it, and triggers do for visits under way and for what agents may do. Versions are read
before what they stand for, so what is kept is at least as new as its version says.

Inside a transaction nothing is kept or used: what it has written may yet be undone. Taking never looks here.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Event, Lock, Thread
from uuid import UUID

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from koumen.agents import queries as agents
from koumen.agents.queries import DayVersion, WorkingDay
from koumen.audit.command import in_transaction
from koumen.branch.queries import this_branch
from koumen.conduct.queries import packs_between
from koumen.conduct.rules.pack import Pack, pack_on
from koumen.dispatch.queries.needs import brings_of
from koumen.dispatch.queries.slots import (
    OFFER_LEAD,
    Found,
    Routed,
    bookable,
    frame_of,
    routes_of,
    seconds,
    slot_of,
)
from koumen.dispatch.queries.travel import require_reachable, ways_on
from koumen.dispatch.roads.chart import chart_along
from koumen.dispatch.roads.times import Roads
from koumen.dispatch.rules.needs import masks_fit
from koumen.dispatch.rules.slot import Slot, SlotRequest
from koumen.dispatch.solver.chart import Chart, LineChart
from koumen.dispatch.solver.offer import Chance, Wanted
from koumen.dispatch.solver.progress import Frame
from koumen.dispatch.solver.travel import StraightLine, Travel, Ways
from koumen.kit.place import Place

# The plain rule answers so few in some milliseconds, and nothing has to be compiled.
FEW_SHIFTS = 30
# What people ask about is two months at most; a date of a thousand agents takes five megabytes.
MOST_DATES = 62

Hours = tuple[datetime, datetime, frozenset[str]]
"""What the windows of a shift hang on: its hours and certificates."""

_NONE = np.uint64(0)


_dates: dict[date, "KeptDate"] = {}
_lock = Lock()
_begun, _ready = Lock(), Event()


@dataclass(frozen=True)
class Question:
    """What is asked, with what holds on its dates."""

    request: SlotRequest
    ways: Mapping[date, Ways]
    packs: Sequence[Pack]
    earliest: int
    now: int
    without: UUID | None  # a shift that is not asked


class KeptDate:
    """The shifts of one date that have stops of their own, by row, and what each of them brings."""

    def __init__(self, days: Sequence[WorkingDay], ways: Ways) -> None:
        from koumen.dispatch.solver.block import Block

        self.days = list(days)
        self.ways = ways
        self.digest: int | None = None
        self.versions: Mapping[UUID, int] = {}
        self.rows = {day.shift_id: row for row, day in enumerate(days)}
        self.brought = np.zeros(len(days), np.int64)
        self.hours: dict[Hours, int] = {}
        self.hours_of = np.zeros(len(days), np.int64)
        self._bookable: tuple[Pack, Sequence[Sequence[tuple[datetime, datetime]]]] | None = None
        self.opens, self.closes = min(day.starts_at for day in days), max(day.ends_at for day in days)
        within = (seconds(self.opens), seconds(self.closes))
        self.block = Block(len(days), ways, within, lambda bands: chart_of(ways.travel, bands, days[0].start))

    def write(self, day: WorkingDay, route: Sequence[Routed]) -> None:
        """Write one shift anew."""
        row = self.rows[day.shift_id]
        self.days[row] = day
        self.brought[row] = brings_of(day).mask
        self.hours_of[row] = self.hours.setdefault(
            (day.starts_at, day.ends_at, day.certificates), len(self.hours)
        )
        self.block.write(row, frame_of(day), [routed.promise for routed in route])

    def shifts_of(self, agent_id: UUID | None) -> list[UUID]:
        """The shift in which an agent comes, alone or in a team."""
        return [day.shift_id for day in self.days if agent_id in day.agent_ids] if agent_id else []

    def _allowed(
        self, pack: Pack, question: Question
    ) -> tuple[list[tuple[datetime, datetime]], NDArray[np.uint64]]:
        """The windows of the date, and which of them each shift may be offered, as bits; as ``may_serve`` says."""
        request, each = question.request, self._bookable_with(pack)
        windows = sorted({window for of_hours in each for window in of_hours})
        bits = {
            window: (1 << number) if seconds(window[0]) >= question.earliest else 0
            for number, window in enumerate(windows)
        }
        by_hours = np.array([sum(bits[window] for window in of_hours) for of_hours in each], np.uint64)
        serves = masks_fit(request.needs.every, request.needs.one_of, self.brought)
        allowed = np.where(serves, by_hours[self.hours_of], _NONE)
        for row, day in enumerate(self.days) if request.barred else ():
            if day.agent_ids & request.barred:
                allowed[row] = 0
        if question.without in self.rows:
            allowed[self.rows[question.without]] = 0
        return windows, allowed

    def _bookable_with(self, pack: Pack) -> Sequence[Sequence[tuple[datetime, datetime]]]:
        """The windows of shifts with the same hours and certificates; kept while pack and hours stay the same."""
        if self._bookable is None or (self._bookable[0], len(self._bookable[1])) != (pack, len(self.hours)):
            zone = this_branch().zone
            firsts = [self.days[int(np.argmax(self.hours_of == number))] for number in self.hours.values()]
            self._bookable = pack, [bookable(pack, day, zone) for day in firsts]
        return self._bookable[1]

    def asks(self, question: Question) -> "list[Ask]":
        """What is asked of this date: everybody, and for themselves the agent who is preferred."""
        pack = pack_on(question.packs, self.days[0].date)
        if pack is None:
            return []
        windows, allowed = self._allowed(pack, question)
        rows = [self.rows[shift_id] for shift_id in self.shifts_of(question.request.prefers)]
        each = [np.where(np.arange(len(allowed)) == row, allowed, _NONE) for row in rows]
        return [Ask(self, windows, may) for may in (allowed, *each) if may.any()]


@dataclass(frozen=True)
class Ask:
    """The windows of a date, and which of them each shift may be offered, as bits."""

    date: KeptDate
    windows: Sequence[tuple[datetime, datetime]]
    allowed: NDArray[np.uint64]


def _chances(asks: Sequence[Ask], question: Question) -> list[Chance[Slot]]:
    from koumen.dispatch.solver import block

    wanted = Wanted(question.request.place, question.request.service_s)
    asked = []
    for ask in asks:
        windows = [(seconds(start), seconds(end)) for start, end in ask.windows]
        asked.append((ask.date.block, block.Question(wanted, windows, ask.allowed, question.now)))
    return [
        Chance(slot_of(ask.date.days[found.agent], *window), found.fit)
        for ask, fits in zip(asks, block.offers_of(asked), strict=True)
        for window, found in zip(ask.windows, fits, strict=True)
        if found is not None
    ]


@dataclass(frozen=True)
class KeptDays:
    """Some dates as they are kept, brought up to date; any number of questions can be put to them."""

    dates: Sequence[date]
    ways: Mapping[date, Ways]
    packs: Sequence[Pack]

    def find(self, request: SlotRequest, *, at: datetime, without: UUID | None = None) -> Found:
        """The best chances of each window; no query. Raises Invalid("place-off-the-roads")."""
        for travelled in {ways_.travel: ways_ for ways_ in self.ways.values()}.values():
            require_reachable(travelled, request.place)
        question = Question(
            request=request,
            ways=self.ways,
            packs=self.packs,
            earliest=seconds(at + OFFER_LEAD),
            now=seconds(at),
            without=without,
        )
        with _lock:
            kept = [_dates[on] for on in self.dates if on in _dates]
            found = _chances([ask for one in kept for ask in one.asks(question)], question)
            return Found(found, frozenset(id for one in kept for id in one.shifts_of(request.prefers)))


def kept_days(*, from_date: date, to_date: date) -> KeptDays | None:
    """The dates in [from, to) as arrays; None where the plain rule is to be asked.

    Three queries, and three more when something changed.
    """
    if in_transaction():
        return None
    digests = agents.day_digests(from_date=from_date, to_date=to_date)
    if sum(day.shifts for day in digests.values()) < FEW_SHIFTS or not _is_ready():
        return None
    ways = ways_on(list(digests))
    packs = packs_between(from_date=from_date, to_date=to_date)
    with _lock:
        _refresh({on: day.digest for on, day in digests.items()}, ways)
    return KeptDays(list(digests), ways, packs)


def find_in_kept(request: SlotRequest, *, at: datetime, without: UUID | None = None) -> Found | None:
    """One question put to the kept dates; None where the plain rule is to be asked. ``without``: a shift left out.

    Queries as ``kept_days``. Raises Invalid("place-off-the-roads").
    """
    days = kept_days(from_date=request.from_date, to_date=request.to_date)
    return days.find(request, at=at, without=without) if days else None


def _refresh(digests: Mapping[date, int], ways: Mapping[date, Ways]) -> None:
    """Read what changed since it was kept; no query when nothing did, else three."""
    changed = [on for on, digest in digests.items() if not _stands(_dates.get(on), digest, ways[on])]
    if not changed:
        return
    versions = agents.day_versions(dates=changed)
    ids = [id for on in changed for id in _moved(versions.get(on, ()), _dates.get(on), ways[on])]
    read: dict[date, list[WorkingDay]] = defaultdict(list)
    for day in agents.working_days_of(shift_ids=ids):
        read[day.date].append(day)
    routes = routes_of(ids)
    for on in changed:
        _write(on, Read(read[on], versions.get(on, ()), ways[on], routes))
    while len(_dates) > MOST_DATES:
        del _dates[min(_dates)]


def _stands(kept: KeptDate | None, digest: int, ways: Ways) -> bool:
    return kept is not None and kept.digest == digest and _is_same(kept.ways, ways)


@dataclass(frozen=True)
class Read:
    """What was read of a date: the shifts that moved, all versions, the ways, and the routes of those shifts."""

    days: Sequence[WorkingDay]
    versions: Sequence[DayVersion]
    ways: Ways
    routes: Mapping[UUID, Sequence[Routed]]


def _needs_all(kept: KeptDate | None, versions: Sequence[DayVersion], ways: Ways) -> bool:
    """Whether a date is another one: shifts came or went, or the ways."""
    return (
        kept is None
        or set(kept.rows) != {version.leads for version in versions}
        or not _is_same(kept.ways, ways)
    )


def _moved(versions: Sequence[DayVersion], kept: KeptDate | None, ways: Ways) -> set[UUID]:
    """The shifts to be read: those whose version moved, and all where the date itself is another."""
    known = {} if kept is None or _needs_all(kept, versions, ways) else kept.versions
    return {version.leads for version in versions if known.get(version.shift_id) != version.version}


def _write(on: date, read: Read) -> None:
    """Write what was read; a date that cannot be made whole from it is left to the next question."""
    kept = _dates.pop(on, None)
    if kept is None or _needs_all(kept, read.versions, read.ways) or _is_outside(kept, read.days):
        if not read.days or {day.shift_id for day in read.days} != {v.leads for v in read.versions}:
            return  # hours grew, or somebody was faster
        kept = KeptDate(read.days, read.ways)
    for day in read.days:
        kept.write(day, read.routes.get(day.shift_id, ()))
    kept.versions = {version.shift_id: version.version for version in read.versions}
    kept.digest = read.versions[0].digest
    _dates[on] = kept


def _is_outside(kept: KeptDate, days: Sequence[WorkingDay]) -> bool:
    return any(day.starts_at < kept.opens or day.ends_at > kept.closes for day in days)


def _is_same(one: Ways, other: Ways) -> bool:
    return one.travel == other.travel and one.spans == other.spans


def chart_of(travel: Travel, bands: Collection[int], about: Place) -> Chart:
    """The chart that belongs to travel times."""
    if isinstance(travel, Roads):
        return chart_along(travel, bands)
    assert isinstance(travel, StraightLine), "there are no other travel times"  # noqa: S101
    return LineChart(travel, about)


def _is_ready() -> bool:
    """Whether the arithmetic is compiled; the first who asks sets it going and does not wait for it."""
    if not _ready.is_set() and _begun.acquire(blocking=False):
        Thread(target=prepare, name="compile dispatch", daemon=True).start()
    return _ready.is_set()


def prepare() -> None:
    """Compile, or read what an earlier process compiled: some seconds the first time, then less than one."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(settings.KOUMEN_DATA) / "compiled"))
    from koumen.dispatch.solver import block

    here, line = Place(0, 0), StraightLine(300, 300, 0.2, 1.6)
    tiny = block.Block(1, Ways(line), (0, 7200), lambda bands: LineChart(line, here))
    tiny.write(0, Frame(0, 7200, here), [])
    tiny.offers(block.Question(Wanted(here, 60), [(0, 3600)], np.ones(1, np.uint64), 0))
    _ready.set()


def forget() -> None:
    """Keep nothing; for tests, which go from one database to another."""
    with _lock:
        _dates.clear()
