"""All agents of a date as one block of arrays, kept while the date lives; a row is written anew when its day changes.

Offers from a block are those of offer.py over the same days, agent for agent: scan.py tests the same rule.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from koumen.dispatch.solver.chart import Chart, Spots
from koumen.dispatch.solver.day import Insertion
from koumen.dispatch.solver.offer import Wanted
from koumen.dispatch.solver.progress import Frame, Promise, free_as_time_goes_on, nodes_ahead
from koumen.dispatch.solver.scan import NOBODY, Asked, Best, Kept, Rows, Spans, Whole, fits, lay, survivors
from koumen.dispatch.solver.travel import EVER, NEVER, NO_WAY_S, Span, Ways

# The windows of an agent are bits of one number: two days of hours and more.
MOST_WINDOWS = 64
# Gaps of a window that are looked at exactly: nearly always the best is among the first, seldom beyond the room.
AT_FIRST, ROOM, TIMES_MORE = 8, 48, 8

_NO_MARKS = np.empty((0, 0), np.int32)

Window = tuple[int, int]
"""A promise of arrival in [from, to), seconds."""


@dataclass(frozen=True)
class Question:
    """A visit that looks for gaps: windows in order of time, and for each agent which of them as bits."""

    wanted: Wanted
    windows: Sequence[Window]
    allowed: NDArray[np.uint64]
    now: int


@dataclass(frozen=True)
class Fit:
    """The agent (row) who comes to a window with the least way, and how."""

    agent: int
    fit: Insertion


class Block:
    """The days of all agents on one date; not for two threads at once."""

    def __init__(
        self, agents: int, ways: Ways, within: Window, chart_of: Callable[[Sequence[int]], Chart]
    ) -> None:
        spans = spans_within(ways.spans, within)
        self.ways = ways
        self.bands = sorted({span.band for span in spans})
        self.chart = chart_of(self.bands)
        self.spans = Spans(
            np.array([span.begins for span in spans]),
            np.array([*(span.begins for span in spans[1:]), EVER]),
            np.array([span.band for span in spans]),
        )
        marks = self.chart.spots([]).fore.shape[1]
        self.rows = _empty(agents, 8, ways.travel.bands, marks)
        self.spots = [np.zeros((agents, 8)) for _ in range(4)]

    @property
    def width(self) -> int:
        """How many nodes a row has room for."""
        return int(self.rows.earliest.shape[1])

    def write(self, agent: int, frame: Frame, promises: Sequence[Promise]) -> None:
        """Write one agent's day: its shift and what is promised in it, in the order of the route."""
        place, at, again_s = free_as_time_goes_on(frame, promises, self.ways)
        ahead = nodes_ahead(frame, promises)
        places = [place, *(node.place for node in ahead)]
        rows, count = self._with_room_for(len(places)), len(places)
        rows.nodes[agent], rows.free[agent], rows.again[agent] = count, at, again_s
        rest = frame.rest
        rows.rest[agent] = (rest.length_s, rest.begins, rest.ends) if rest else (0, 0, 0)
        rows.earliest[agent, :count] = [NEVER, *(node.earliest for node in ahead)]  # the first is laid anew
        rows.latest[agent, :count] = [EVER, *(node.latest for node in ahead)]
        rows.service[agent, :count] = [0, *(node.service_s for node in ahead)]
        rows.legs[agent, : count - 1] = [self.ways.leg(*pair) for pair in pairwise(places)]
        spots = self.chart.spots(places)
        rows.fore[agent, :count], rows.back[agent, :count] = spots.fore, spots.back
        for known, new in zip(self.spots, spots[:4], strict=True):
            known[agent, :count] = new

    def _with_room_for(self, count: int) -> Rows:
        agents, room = self.rows.earliest.shape
        if count > room:
            more = _empty(agents, count + 4, self.rows.legs.shape[2], self.rows.fore.shape[2])
            for name, old in self.rows._asdict().items():
                new = getattr(more, name)
                new[tuple(slice(size) for size in old.shape)] = old
            self.rows = more
            self.spots = [np.pad(known, ((0, 0), (0, count + 4 - room))) for known in self.spots]
        return self.rows

    def offers(self, question: Question) -> list[Fit | None]:
        """As ``offers_of`` one date."""
        return offers_of([(self, question)])[0]

    def spots_at(self, nodes: Whole) -> Spots:
        """Some nodes (row by row) as the chart knows them, without their marks."""
        latitude, longitude, node, walk = (known.reshape(-1)[nodes] for known in self.spots)
        return Spots(latitude, longitude, node.astype(np.int64), walk, *(_NO_MARKS,) * 2)

    def open_between(self, agents: Whole, numbers: Whole) -> tuple[Whole, Whole]:
        """When gaps begin and end at best: the agent is free, and must be at the next node."""
        rows = self.rows
        soon = np.minimum(rows.ahead_begins[agents, numbers], rows.rested_begins[agents, numbers])
        by = np.maximum(rows.ahead_limits[agents, numbers + 1], rows.rested_limits[agents, numbers + 1])
        return soon + rows.service[agents, numbers], by


def offers_of(asked: Sequence[tuple[Block, Question]]) -> list[list[Fit | None]]:
    """For each window of some dates the best agent: least extra way, then the earliest start, first gap, first row.

    Dates whose ways are the same ask for them together.
    """
    searches = [_Search(block, question) for block, question in asked]
    left = searches
    while left:
        for search in left:
            search.scan()
        _test([(search, search.promising()) for search in left])
        _test([(search, search.still_better()) for search in left])
        left = [search for search in left if search.is_to_go_on()]
    return [search.found() for search in searches]


class _Search:
    """What is known so far of the best gaps of one date."""

    def __init__(self, block: Block, question: Question) -> None:
        self.block, self.question = block, question
        self.here = block.chart.spots([question.wanted.place])
        many = len(question.windows)
        self.best = Best(*(np.full(many, NOBODY) for _ in Best._fields))
        self.room = ROOM
        self.asked = Asked(
            fore=self.here.fore[0],
            back=self.here.back[0],
            least_s=block.chart.least_s,
            apart_s=block.chart.apart_s,
            service_s=question.wanted.service_s,
            starts=np.array([start for start, _ in question.windows], np.int64),
            lasts=np.array([end - 1 for _, end in question.windows], np.int64),
            windows=question.allowed,
            bound=np.full(many, EVER),
        )
        lay(block.rows, block.spans, question.now)

    @property
    def least(self) -> Whole:
        """The least extra way that was found for each window."""
        return np.where(self.best.agent == NOBODY, EVER, self.best.extra)

    def scan(self) -> None:
        """Keep the gaps that could be best."""
        self.kept = _kept(len(self.question.windows), self.room)
        survivors(self.block.rows, self.block.spans, self.asked, self.kept)
        used = np.arange(self.room) < self.kept.filled[:, None]
        self.bounds = np.where(used, self.kept.extra, EVER)

    def promising(self) -> Whole:
        """The first of each window: nearly always the best is among them."""
        self.first = self.bounds <= np.partition(self.bounds, AT_FIRST, axis=1)[:, [AT_FIRST]]
        return self._gaps(self.first)

    def still_better(self) -> Whole:
        """Those that could be better than what was found."""
        return self._gaps(~self.first & (self.bounds <= self.least[:, None]))

    def _gaps(self, which: NDArray[np.bool_]) -> Whole:
        which = which & (self.bounds < EVER)
        return np.unique(self.kept.agent[which] * self.block.width + self.kept.gap[which])

    def is_to_go_on(self) -> bool:
        """Whether what had no room could be better than what was found: then once more, with more room."""
        open_ = (self.kept.filled == self.room) & (self.least >= self.kept.extra[:, 0])
        if not open_.any():
            return False
        self.room *= TIMES_MORE
        windows = np.arange(len(open_), dtype=np.uint64)
        bits = np.bitwise_or.reduce(np.where(open_, np.uint64(1) << windows, np.uint64(0)))
        self.asked = self.asked._replace(
            bound=np.where(open_, self.least, NEVER), windows=self.question.allowed & bits
        )
        return True

    def found(self) -> list[Fit | None]:
        """The answer."""
        return [_fit(self.best, number) for number in range(len(self.question.windows))]


def _test(asked: Sequence[tuple[_Search, Whole]]) -> None:
    """Ask for the ways of some gaps of some dates, those of one chart and band together, and test them exactly."""
    parts = [_Part(search, gaps) for search, gaps in asked if len(gaps)]
    together: dict[tuple[Chart, int], list[tuple[_Part, Whole]]] = {}
    for part in parts:
        for band, some in part.touched():
            together.setdefault((part.search.block.chart, band), []).append((part, some))
    for (chart, band), some_of in together.items():
        here = some_of[0][0].search.here
        there = chart.there(_joined([part.spots(some) for part, some in some_of]), here, band)
        back = chart.back(here, _joined([part.spots(some, after=1) for part, some in some_of]), band)
        ends = np.cumsum([len(some) for _, some in some_of])[:-1]
        for (part, some), out, home in zip(some_of, np.split(there, ends), np.split(back, ends), strict=True):
            part.there[some, band], part.back[some, band] = out, home
    for part in parts:
        search, block = part.search, part.search.block
        gaps = (part.agents, part.numbers, part.there, part.back)
        fits(block.rows, block.spans, search.asked, gaps, search.best)


class _Part:
    """The gaps of one date that are tested, with the ways that are known."""

    def __init__(self, search: _Search, gaps: Whole) -> None:
        self.search, self.gaps = search, gaps
        self.agents, self.numbers = np.divmod(gaps, search.block.width)
        self.there = np.full((len(gaps), search.block.rows.legs.shape[2]), NO_WAY_S, np.int64)
        self.back = self.there.copy()

    def touched(self) -> Iterator[tuple[int, Whole]]:
        """The bands that gaps touch, with those gaps; in others nothing is asked."""
        soon, by = self.search.block.open_between(self.agents, self.numbers)
        for begins, ends, band in zip(*self.search.block.spans, strict=True):
            some = np.flatnonzero((begins <= by) & (ends > soon))
            if len(some):
                yield int(band), some

    def spots(self, some: Whole, after: int = 0) -> Spots:
        """Where some gaps begin, or end."""
        return self.search.block.spots_at(self.gaps[some] + after)


def _joined(spots: Sequence[Spots]) -> Spots:
    return (
        spots[0] if len(spots) == 1 else Spots(*(np.concatenate(part) for part in zip(*spots, strict=True)))
    )


def spans_within(spans: Sequence[Span], within: Window) -> list[Span]:
    """The bands that a day touches; before and after them nobody is on the road, so the outer two have no end."""
    touched = [
        span
        for number, span in enumerate(spans)
        if span.begins <= within[1] and (number + 1 == len(spans) or spans[number + 1].begins > within[0])
    ]
    return [Span(NEVER, touched[0].band), *touched[1:]]


def _fit(best: Best, window: int) -> Fit | None:
    if best.agent[window] == NOBODY:
        return None
    extra, start, gap, agent = (int(part[window]) for part in best)
    return Fit(agent, Insertion(extra, start, gap))


def _kept(windows: int, room: int) -> Kept:
    agents, gaps = (np.zeros((windows, room), np.int64) for _ in range(2))
    return Kept(np.full((windows, room), NEVER), agents, gaps, np.zeros(windows, np.int64))


def _empty(agents: int, room: int, bands: int, marks: int) -> Rows:
    def whole(*shape: int) -> NDArray[np.int64]:
        return np.zeros((agents, *shape), np.int64)

    return Rows(
        nodes=whole(),
        free=whole(),
        again=whole(),
        rest=whole(3),
        resting=np.zeros(agents, np.bool_),
        earliest=whole(room),
        latest=whole(room),
        service=whole(room),
        legs=whole(room, bands),
        ahead_begins=whole(room),
        ahead_limits=whole(room),
        rested_begins=whole(room),
        rested_limits=whole(room),
        fore=np.zeros((agents, room, marks), np.int32),
        back=np.zeros((agents, room, marks), np.int32),
    )
