"""All agents of a date as one block of arrays, kept while the date lives; a row is written anew when its day changes.

Offers from a block are those of offer.py over the same days, agent for agent: scan.py tests the same rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from koumen.dispatch.solver.chart import Chart, Spots
from koumen.dispatch.solver.day import Insertion
from koumen.dispatch.solver.offer import Wanted
from koumen.dispatch.solver.progress import Frame, Promise, free_as_time_goes_on, nodes_ahead
from koumen.dispatch.solver.scan import (
    NOBODY,
    Asked,
    Best,
    Marks,
    Nearest,
    Rows,
    Spans,
    fits,
    lay,
    no_worse,
    survey,
    those,
)
from koumen.dispatch.solver.travel import EVER, NEVER, Span, Ways

# The windows of an agent are bits of one number: two days of hours and more.
MOST_WINDOWS = 64
# Gaps of a window that are tested first: what they come to leaves few of the others.
AT_FIRST = 24

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
        marks = self.chart.spots([]).marks.shape[1]
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
        rows.marks[agent, :count] = spots.marks
        for known, new in zip(self.spots, spots[:4], strict=True):
            known[agent, :count] = new

    def _with_room_for(self, count: int) -> Rows:
        agents, room = self.rows.earliest.shape
        if count > room:
            more = _empty(agents, count + 4, self.rows.legs.shape[2], self.rows.marks.shape[2])
            for name, old in self.rows._asdict().items():
                new = getattr(more, name)
                new[tuple(slice(size) for size in old.shape)] = old
            self.rows = more
            self.spots = [np.pad(known, ((0, 0), (0, count + 4 - room))) for known in self.spots]
        return self.rows

    def offers(self, question: Question) -> list[Fit | None]:
        """As ``offers_of`` one date."""
        return offers_of([(self, question)])[0]

    def spots_at(self, gaps: Marks, after: int) -> Spots:
        """Where some gaps begin (after: 0) or end (1), as the chart knows the places, without their marks."""
        latitude, longitude, node, walk = (known[gaps[:, 0], gaps[:, 1] + after] for known in self.spots)
        return Spots(latitude, longitude, node.astype(np.int64), walk, _NO_MARKS)


def offers_of(asked: Sequence[tuple[Block, Question]]) -> list[list[Fit | None]]:
    """For each window of some dates the best agent: least extra way, then the earliest start, first gap, first row.

    It is one visit that looks for a date; dates whose ways are the same ask for them together.
    """
    here: dict[Chart, Spots] = {}
    for block, question in asked:
        if block.chart not in here:
            here[block.chart] = block.chart.spots([question.wanted.place])
    searches = [_Search(block, question, here[block.chart]) for block, question in asked]
    _test([(search, search.nearest()) for search in searches])
    _test([(search, search.no_worse()) for search in searches])
    return [search.found() for search in searches]


class _Search:
    """What is known so far of the best gaps of one date."""

    def __init__(self, block: Block, question: Question, here: Spots) -> None:
        self.block, self.here = block, here
        self.rows, self.spans = block.rows, block.spans
        self.best = Best(*(np.full(len(question.windows), NOBODY) for _ in Best._fields))
        self.seen = np.zeros(block.rows.earliest.shape, np.bool_)
        self.usable = np.empty((block.rows.earliest.size, 4), np.int32)
        self.asked = Asked(
            marks=here.marks[0],
            stretch=block.chart.stretch,
            least_s=block.chart.least_s,
            apart_s=block.chart.apart_s,
            service_s=question.wanted.service_s,
            starts=np.array([start for start, _ in question.windows], np.int64),
            lasts=np.array([end - 1 for _, end in question.windows], np.int64),
            windows=question.allowed,
        )
        lay(block.rows, block.spans, question.now)

    def nearest(self) -> Marks:
        """The gaps of each window that look best."""
        shape = (len(self.asked.starts), AT_FIRST)
        nearest = Nearest(np.full(shape, EVER), np.zeros(shape, np.int64), np.zeros(shape, np.int64))
        count = survey(self.rows, self.spans, self.asked, nearest, self.usable)
        self.usable = self.usable[:count]
        return those(nearest, self.seen)

    def no_worse(self) -> Marks:
        """The others that could be as good as what was found."""
        return no_worse(self.rows, self.spans, self.asked, self.usable, self.best, self.seen)

    def found(self) -> list[Fit | None]:
        """The answer."""
        told = [part.tolist() for part in self.best]
        return [
            None if agent == NOBODY else Fit(agent, Insertion(extra, start, gap))
            for extra, start, gap, agent in zip(*told, strict=True)
        ]


def _test(asked: Sequence[tuple[_Search, Marks]]) -> None:
    """Ask for the ways of some gaps of some dates, those of one chart together, and test them exactly."""
    together: dict[Chart, list[tuple[_Search, Marks]]] = {}
    for search, gaps in asked:
        if len(gaps):
            together.setdefault(search.block.chart, []).append((search, gaps))
    for chart, parts in together.items():
        here = parts[0][0].here
        there = chart.there(_joined([search.block.spots_at(gaps, 0) for search, gaps in parts]), here)
        back = chart.back(here, _joined([search.block.spots_at(gaps, 1) for search, gaps in parts]))
        done = 0
        for search, gaps in parts:
            these = slice(done, done + len(gaps))
            fits(search.rows, search.spans, search.asked, (gaps, there[these], back[these]), search.best)
            done += len(gaps)


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
        soon=whole(room),
        by=whole(room),
        marks=np.zeros((agents, room, marks), np.int32),
    )
