"""The O(1) test, with bands and a break, against an oracle that tries every second: they must agree on every day."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from koumen.dispatch.solver.day import EVER, Day, Node, day_of, gaps_for, insertion
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import ALWAYS, Span, Ways
from koumen.kit.place import Place

Seconds = NDArray[np.bool_]
"""For each second whether something may be then."""

BEYOND = 160  # where no day of the tests goes
HORIZON = 60  # short units make every second testable; arithmetic does not know how long a unit is


@dataclass(eq=False)
class SmallDay:
    nodes: tuple[Node, ...]
    tables: tuple[tuple[tuple[int, ...], ...], ...]
    spans: tuple[Span, ...] = ALWAYS
    rest: Rest | None = None

    @cached_property
    def band_of_each_second(self) -> NDArray[np.int64]:
        return np.array([[s.band for s in self.spans if s.begins <= t][-1] for t in range(BEYOND)])

    @property
    def bands(self) -> int:
        return len(self.tables)

    def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> NDArray[np.int32]:
        """Any table of ways, not even symmetric: places are numbered by their latitude."""
        table = self.tables[band]
        rows = [[table[int(start.latitude)][int(end.latitude)] for end in ends] for start in starts]
        return np.array(rows, np.int32)

    @property
    def ways(self) -> Ways:
        return Ways(self, self.spans)


def place(number: int) -> Place:
    return Place(float(number), 0.0)


@st.composite
def small_days(draw: st.DrawFn, *, rests: bool | None = None) -> SmallDay:
    count = draw(st.integers(0, 4))
    end = draw(st.integers(10, HORIZON))
    nodes = [Node(place(0), draw(st.integers(0, 5)), EVER, 0)]
    for number in range(1, count + 1):
        earliest = draw(st.integers(0, end))
        latest = earliest + draw(st.integers(0, 15))
        nodes.append(Node(place(number), earliest, latest, draw(st.integers(0, 6))))
    nodes.append(Node(place(count + 1), 0, end, 0))
    bands = draw(st.integers(1, 3))
    dice = Random(draw(st.integers(0, 1 << 32)))  # noqa: S311  (a table drawn number by number takes most of the time)
    size = range(count + 3)
    tables = [tuple(tuple(dice.randint(0, 8) for _ in size) for _ in size) for _ in range(bands)]
    changes = draw(st.lists(st.integers(1, HORIZON), max_size=3, unique=True).map(sorted))
    spans = [Span(moment, draw(st.integers(0, bands - 1))) for moment in changes]
    rest = None
    if draw(st.booleans()) if rests is None else rests:
        begins = draw(st.integers(0, end))
        rest = Rest(draw(st.integers(1, 12)), begins, begins + draw(st.integers(0, 25)))
    return SmallDay(tuple(nodes), tuple(tables), (*ALWAYS, *spans), rest)


def can_be_kept(small: SmallDay, nodes: Sequence[Node]) -> bool:
    """Brute force: every second at which the agent may be at each door, with the break to come and behind.

    Nothing but what is allowed: wait a second, start the break at a door while it may start, leave at any second
    and take what the band of that second takes, start a visit in its window. No second is thought to be better.
    """
    ahead = np.zeros(BEYOND, np.bool_)
    ahead[nodes[0].earliest :] = True
    ahead, rested = (ahead, ~np.ones_like(ahead)) if small.rest else (~np.ones_like(ahead), ahead)
    ahead, rested = staying(small, served(ahead, nodes[0].service_s), served(rested, nodes[0].service_s))
    for before, after in pairwise(nodes):
        ahead, rested = staying(small, *(driven(small, before, after, layer) for layer in (ahead, rested)))
        window = np.zeros(BEYOND, np.bool_)
        window[after.earliest : min(after.latest, BEYOND) + 1] = True
        ahead, rested = ahead & window, rested & window
        if after is not nodes[-1]:
            layers = (served(layer, after.service_s) for layer in (ahead, rested))
            ahead, rested = staying(small, *layers)
    return bool(rested.any())


def served(layer: Seconds, service_s: int) -> Seconds:
    """The seconds at which a visit that started at one of these is over."""
    over = np.zeros_like(layer)
    over[service_s:] = layer[: BEYOND - service_s]
    return over


def staying(small: SmallDay, ahead: Seconds, rested: Seconds) -> tuple[Seconds, Seconds]:
    """The seconds at which the agent may still be at the door: waiting, and having the break there."""
    ahead = np.logical_or.accumulate(ahead)
    rested = rested.copy()
    if small.rest:
        for begins in range(small.rest.begins, min(small.rest.ends, BEYOND - 1) + 1):
            if ahead[begins] and begins + small.rest.length_s < BEYOND:
                rested[begins + small.rest.length_s] = True
    return ahead, np.logical_or.accumulate(rested)


def driven(small: SmallDay, before: Node, after: Node, layer: Seconds) -> Seconds:
    """The seconds of arrival of who leaves at one of these."""
    start, end = int(before.place.latitude), int(after.place.latitude)
    takes = np.array([table[start][end] for table in small.tables])[small.band_of_each_second]
    arrivals = (np.arange(BEYOND) + takes)[layer]
    there = np.zeros_like(layer)
    there[arrivals[arrivals < BEYOND]] = True
    return there


@given(small_days(), st.integers(0, HORIZON), st.integers(0, 15), st.integers(0, 6))
@settings(max_examples=3000, deadline=None)
def test_the_best_gap_is_the_one_that_brute_force_finds(
    small: SmallDay, earliest: int, width: int, service_s: int
) -> None:
    day = day_of(small.nodes, small.ways, small.rest)
    assume(day.is_kept)
    new = Node(place(len(small.nodes)), earliest, earliest + width, service_s)
    fits = {
        gap
        for gap in range(len(small.nodes) - 1)
        if can_be_kept(small, [*small.nodes[: gap + 1], new, *small.nodes[gap + 1 :]])
    }
    gaps = gaps_for(day, new.place)
    found = insertion(day, gaps, earliest=earliest, latest=new.latest, service_s=service_s)
    assert (found is not None) == bool(fits)
    if found is not None:
        assert found.gap in fits
        if small.bands == 1 and small.rest is None:
            assert found.extra_s == min(_extra(day, new, gap) for gap in fits)


def _extra(day: Day, new: Node, gap: int) -> int:
    before, after, leg = day.nodes[gap].place, day.nodes[gap + 1].place, day.ways.leg
    return leg(before, new.place)[0] + leg(new.place, after)[0] - leg(before, after)[0]


@given(small_days())
@settings(max_examples=500, deadline=None)
def test_a_day_is_kept_exactly_when_brute_force_keeps_it(small: SmallDay) -> None:
    day = day_of(small.nodes, small.ways, small.rest)
    assert day.is_kept == can_be_kept(small, list(small.nodes))


@given(small_days(rests=False))
@settings(max_examples=300, deadline=None)
def test_a_start_later_than_its_limit_breaks_a_promise_and_one_at_the_limit_does_not(small: SmallDay) -> None:
    day = day_of(small.nodes, small.ways, small.rest)
    for p, node in enumerate(small.nodes[1:], start=1):
        for start in range(node.earliest, min(node.latest, 2 * HORIZON) + 1):
            rest = [Node(node.place, start, start, node.service_s), *small.nodes[p + 1 :]]
            assert (start <= day.rested.limits[p]) == can_be_kept(small, rest)


def test_what_was_put_in_leaves_every_promise_kept() -> None:
    nodes = (Node(place(0), 0, EVER, 0), Node(place(1), 7200, 10799, 1200), Node(place(0), 0, 36000, 0))
    day = day_of(nodes, SmallDay(nodes, (((0, 3600), (3600, 0)),)).ways)
    gaps = gaps_for(day, place(0))
    before = insertion(day, gaps, earliest=0, latest=3599, service_s=1200)
    assert before is not None
    assert (before.gap, before.extra_s) == (0, 0), "on the way out, at home, nothing is driven twice"
    assert insertion(day, gaps, earliest=7200, latest=10799, service_s=1200) is None, "both cannot be at two"
