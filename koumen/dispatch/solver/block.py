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
from koumen.dispatch.solver.scan import NOBODY, Asked, Best, Kept, Rows, Spans, Whole, fits, lay, survivors
from koumen.dispatch.solver.travel import EVER, NEVER, NO_WAY_S, Span, Ways

# The windows of an agent are bits of one number: two days of hours and more.
MOST_WINDOWS = 64
# Gaps of a window that are looked at exactly: nearly always the best is among the first, seldom beyond the room.
AT_FIRST, ROOM, TIMES_MORE = 8, 64, 8

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
        """For each window the best agent: least extra way, then the earliest start, the first gap, the first row."""
        here = self.chart.spots([question.wanted.place])
        lay(self.rows, self.spans, question.now)
        asked = self._asked(question, here)
        many = len(question.windows)
        best = Best(*(np.full(many, NOBODY) for _ in Best._fields))
        room = ROOM
        while True:
            kept = _kept(many, room)
            survivors(self.rows, self.spans, asked, kept)
            least = self._best_of(kept, here, asked, best)
            # what was left out of a full row adds at least as much way as the worst that was kept
            open_ = (kept.filled == room) & (least >= kept.extra[:, 0])
            if not open_.any():
                return [_fit(best, number) for number in range(many)]
            room *= TIMES_MORE
            bits = np.bitwise_or.reduce(np.where(open_, np.uint64(1) << np.arange(many, dtype=np.uint64), 0))
            asked = asked._replace(bound=np.where(open_, least, NEVER), windows=question.allowed & bits)

    def _best_of(self, kept: Kept, here: Spots, asked: Asked, best: Best) -> Whole:
        """Test the most promising of each window, then those that could still be better; the least ways found."""
        used = np.arange(kept.extra.shape[1]) < kept.filled[:, None]
        bounds = np.where(used, kept.extra, EVER)
        promising = bounds <= np.partition(bounds, AT_FIRST, axis=1)[:, [AT_FIRST]]
        self._test(kept, used & promising, here, asked, best)
        least = np.where(best.agent == NOBODY, EVER, best.extra)
        self._test(kept, used & ~promising & (bounds <= least[:, None]), here, asked, best)
        return np.where(best.agent == NOBODY, EVER, best.extra)

    def _asked(self, question: Question, here: Spots) -> Asked:
        return Asked(
            fore=here.fore[0],
            back=here.back[0],
            least_s=self.chart.least_s,
            apart_s=self.chart.apart_s,
            service_s=question.wanted.service_s,
            starts=np.array([start for start, _ in question.windows], np.int64),
            lasts=np.array([end - 1 for _, end in question.windows], np.int64),
            windows=question.allowed,
            bound=np.full(len(question.windows), EVER),
        )

    def _test(self, kept: Kept, which: NDArray[np.bool_], here: Spots, asked: Asked, best: Best) -> None:
        room = self.rows.earliest.shape[1]
        gaps = np.unique(kept.agent[which] * room + kept.gap[which])
        if not len(gaps):
            return
        there = np.full((len(gaps), self.rows.legs.shape[2]), NO_WAY_S, np.int64)
        back = there.copy()
        agents, numbers = np.divmod(gaps, room)
        soon, by = self._open_between(agents, numbers)
        for begins, ends, band in zip(*self.spans, strict=True):
            some = np.flatnonzero((begins <= by) & (ends > soon))  # the others do not touch this band
            there[some, band] = self.chart.there(self._spots_at(gaps[some]), here, int(band))
            back[some, band] = self.chart.back(here, self._spots_at(gaps[some] + 1), int(band))
        fits(self.rows, self.spans, asked, (agents, numbers, there, back), best)

    def _open_between(self, agents: Whole, numbers: Whole) -> tuple[Whole, Whole]:
        """When gaps begin and end at best: the agent is free, and must be at the next node."""
        rows = self.rows
        soon = np.minimum(rows.ahead_begins[agents, numbers], rows.rested_begins[agents, numbers])
        by = np.maximum(rows.ahead_limits[agents, numbers + 1], rows.rested_limits[agents, numbers + 1])
        return soon + rows.service[agents, numbers], by

    def _spots_at(self, nodes: NDArray[np.int64]) -> Spots:
        latitude, longitude, node, walk = (known.reshape(-1)[nodes] for known in self.spots)
        return Spots(latitude, longitude, node.astype(np.int64), walk, *(np.empty((0, 0), np.int32),) * 2)


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
