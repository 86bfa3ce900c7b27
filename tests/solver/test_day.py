"""The O(1) test against an oracle that tries every second: they must agree on every day."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from koumen.dispatch.solver.day import EVER, Day, Node, day_of, detours, insertion
from koumen.dispatch.solver.travel import Travel
from koumen.kit.place import Place

HORIZON = 60  # short units make every second testable; arithmetic does not know how long a unit is


@dataclass(frozen=True)
class SmallDay:
    nodes: tuple[Node, ...]
    ways: tuple[tuple[int, ...], ...]

    def travel(self, start: Place, end: Place) -> int:
        """Any table of ways, not even symmetric: places are numbered by their latitude."""
        return self.ways[int(start.latitude)][int(end.latitude)]


def place(number: int) -> Place:
    return Place(float(number), 0.0)


@st.composite
def small_days(draw: st.DrawFn) -> SmallDay:
    count = draw(st.integers(0, 4))
    end = draw(st.integers(10, HORIZON))
    nodes = [Node(place(0), draw(st.integers(0, 5)), EVER, 0)]
    for number in range(1, count + 1):
        earliest = draw(st.integers(0, end))
        latest = earliest + draw(st.integers(0, 15))
        nodes.append(Node(place(number), earliest, latest, draw(st.integers(0, 6))))
    nodes.append(Node(place(count + 1), 0, end, 0))
    ways = draw(
        st.lists(
            st.lists(st.integers(0, 8), min_size=count + 3, max_size=count + 3).map(tuple),
            min_size=count + 3,
            max_size=count + 3,
        )
    )
    return SmallDay(tuple(nodes), tuple(ways))


def can_be_kept(nodes: list[Node], travel: Travel) -> bool:
    """Brute force: the set of every second at which each node may start, waiting allowed anywhere."""
    starts = set(range(nodes[0].earliest, 2 * HORIZON))
    for before, after in pairwise(nodes):
        soonest = min(starts, default=EVER) + before.service_s + travel(before.place, after.place)
        starts = {t for t in range(2 * HORIZON) if t >= soonest and after.earliest <= t <= after.latest}
    return bool(starts)


@given(small_days(), st.integers(0, HORIZON), st.integers(0, 15), st.integers(0, 6))
@settings(max_examples=3000, deadline=None)
def test_the_best_gap_is_the_one_that_brute_force_finds(
    small: SmallDay, earliest: int, width: int, service_s: int
) -> None:
    day = day_of(small.nodes, small.travel)
    assume(day.is_kept)
    new = Node(place(len(small.nodes)), earliest, earliest + width, service_s)
    fits = {
        gap
        for gap in range(len(small.nodes) - 1)
        if can_be_kept([*small.nodes[: gap + 1], new, *small.nodes[gap + 1 :]], small.travel)
    }
    ways = detours(day, new.place, small.travel)
    found = insertion(day, ways, earliest=earliest, latest=new.latest, service_s=service_s)
    assert (found is not None) == bool(fits)
    if found is not None:
        assert found.gap in fits
        assert found.extra_s == min(_extra(small, day, new, gap) for gap in fits)


def _extra(small: SmallDay, day: Day, new: Node, gap: int) -> int:
    before, after = day.nodes[gap].place, day.nodes[gap + 1].place
    return small.travel(before, new.place) + small.travel(new.place, after) - small.travel(before, after)


@given(small_days())
@settings(max_examples=500, deadline=None)
def test_a_day_is_kept_exactly_when_brute_force_keeps_it(small: SmallDay) -> None:
    day = day_of(small.nodes, small.travel)
    assert day.is_kept == can_be_kept(list(small.nodes), small.travel)


@given(small_days())
@settings(max_examples=500, deadline=None)
def test_a_start_later_than_its_limit_breaks_a_promise_and_one_at_the_limit_does_not(small: SmallDay) -> None:
    day = day_of(small.nodes, small.travel)
    for p, node in enumerate(small.nodes[1:], start=1):
        for start in range(node.earliest, min(node.latest, 2 * HORIZON) + 1):
            rest = [Node(node.place, start, start, node.service_s), *small.nodes[p + 1 :]]
            assert (start <= day.limits[p]) == can_be_kept(rest, small.travel)


def test_what_was_put_in_leaves_every_promise_kept() -> None:
    home, far = Place(30.0, 120.0), Place(30.0, 121.0)

    def hour(start: Place, end: Place) -> int:
        return 0 if start == end else 3600

    day = day_of([Node(home, 0, EVER, 0), Node(far, 7200, 10799, 1200), Node(home, 0, 36000, 0)], hour)
    ways = detours(day, home, hour)
    before = insertion(day, ways, earliest=0, latest=3599, service_s=1200)
    assert before is not None
    assert (before.gap, before.extra_s) == (0, 0), "on the way out, at home, nothing is driven twice"
    assert insertion(day, ways, earliest=7200, latest=10799, service_s=1200) is None, "both cannot be at two"
