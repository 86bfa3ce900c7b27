"""Ejection and insertion: more promises kept, none broken, and what begins soon left alone."""

from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koumen.dispatch.solver.day import EVER, Node
from koumen.dispatch.solver.live import risky
from koumen.dispatch.solver.mend import Loose, Part
from koumen.dispatch.solver.repair import Trouble, repair
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import StraightLine, Ways
from koumen.kit.place import Place

HOUR, MINUTE = 3600, 60
TWO, THREE = frozenset({0, 1}), frozenset({0, 1, 2})
WAYS = Ways(StraightLine(fixed_s=0, first_s=0, s_per_m=0.1, margin=1.0))  # ten metres a second


def at(east_km: float) -> Place:
    return Place(30.0, 120.0 + east_km / 96.3)


def part(*, home_km: float = 0, free: float = 9, ends: float = 18, rest: Rest | None = None) -> Part:
    home = at(home_km)
    return Part(Node(home, int(free * HOUR), EVER, 0), Node(home, 0, int(ends * HOUR), 0), rest, WAYS)


def stop(hour: float, km: float = 0, may_go: frozenset[int] = TWO) -> Loose:
    begins = int(hour * HOUR)
    return Loose(Node(at(km), begins, begins + HOUR - 1, 20 * MINUTE), may_go)


def broken(trouble: Trouble, routes: list[list[int]]) -> set[int]:
    found = set()
    for route, one in zip(routes, trouble.parts, strict=True):
        day = one.day([trouble.stops[number].node for number in route])
        found |= {route[place] for place in risky(day)}
    return found


def test_who_falls_ill_has_everything_taken_over_by_those_with_room() -> None:
    trouble = Trouble(
        parts=[part(free=10, ends=10), part(), part(home_km=1)],
        stops=[stop(11, 0, THREE), stop(12, 0, THREE), stop(11, 1, THREE), stop(15, 0, THREE)],
        routes=[[0, 1], [2], [3]],
        stays=frozenset(),
        at_risk=[0, 1],
    )
    routes = repair(trouble)
    assert routes[0] == []
    assert broken(trouble, routes) == set()
    assert sorted(number for route in routes for number in route) == [0, 1, 2, 3]


def test_of_a_late_day_only_as_much_moves_as_is_needed() -> None:
    trouble = Trouble(
        parts=[part(free=11.9), part(home_km=2)],
        stops=[stop(11), stop(12), stop(13), stop(14)],
        routes=[[0, 1, 2, 3], []],
        stays=frozenset(),
        at_risk=[],
    )
    assert broken(trouble, [list(route) for route in trouble.routes]) == set(), (
        "twenty minutes each: it just fits"
    )
    on_time = Trouble(
        [part(free=11.98), part(home_km=2)], [stop(11), stop(11, 1)], [[0, 1], []], frozenset(), [1]
    )
    assert broken(on_time, [[0, 1], []]) == {1}
    assert broken(on_time, repair(on_time)) == set()
    assert sum(len(route) for route in repair(on_time)) == 2


def test_nobody_gets_what_they_may_not_do_or_what_breaks_their_own_promises() -> None:
    full = Trouble(
        parts=[part(free=10, ends=10), part(), part()],
        stops=[stop(11), *(stop(11, 5 * n, frozenset({1})) for n in (0, 1, 2))],
        routes=[[0], [1, 2, 3], []],
        stays=frozenset(),
        at_risk=[0],
    )
    assert repair(full) == [[0], [1, 2, 3], []]


def test_where_nothing_has_room_another_visit_moves_on_and_makes_it() -> None:
    """The second agent alone may take cash and is full at eleven; what fills them anybody may take."""
    trouble = Trouble(
        parts=[part(free=10, ends=10), part(ends=11.9), part()],
        stops=[stop(11), stop(11.3, 0, THREE), stop(10.6, 0, THREE)],
        routes=[[0], [2, 1], []],
        stays=frozenset(),
        at_risk=[0],
    )
    routes = repair(trouble)
    assert 0 in routes[1]
    assert broken(trouble, routes) == set()


def test_nothing_new_is_put_before_what_begins_soon() -> None:
    trouble = Trouble(
        parts=[part(free=10, ends=10), part()],
        stops=[stop(10), stop(11)],
        routes=[[0], [1]],
        stays=frozenset({1}),
        at_risk=[0],
    )
    assert repair(trouble) == [[0], [1]], (
        "it would fit before, but the agent is already thinking of the other"
    )
    free = Trouble(trouble.parts, trouble.stops, trouble.routes, frozenset(), [0])
    assert repair(free) == [[], [0, 1]]


def test_somebody_else_goes_where_the_agent_may_not() -> None:
    trouble = Trouble([part(), part()], [stop(11, may_go=frozenset({1}))], [[0], []], frozenset(), [0])
    assert repair(trouble) == [[], [0]]


@dataclass
class Town:
    """A random day of some agents, some of whom are late or gone."""

    seed: int

    def trouble(self) -> Trouble:
        dice = Random(self.seed)  # noqa: S311  (a table drawn number by number takes most of the time)
        agents = dice.randint(2, 5)
        parts = []
        for _ in range(agents):
            free = dice.choice([9.0, 9.0, 10.5, 12.2])
            ends = free if dice.random() < 0.25 else 18
            rest = Rest(30 * MINUTE, 12 * HOUR, 14 * HOUR) if dice.random() < 0.5 and free < 12 else None
            parts.append(part(home_km=dice.uniform(0, 10), free=free, ends=ends, rest=rest))
        stops: list[Loose] = []
        routes: list[list[int]] = []
        for number in range(agents):
            hours = sorted(dice.choices([10, 11, 12, 13, 14, 15, 16], k=dice.randint(0, 5)))
            routes.append(list(range(len(stops), len(stops) + len(hours))))
            for hour in hours:
                may = frozenset(n for n in range(agents) if dice.random() < 0.7) | {number}
                stops.append(stop(hour, dice.uniform(0, 10), may))
        stays = frozenset(n for n, one in enumerate(stops) if one.node.earliest < 11 * HOUR)
        whole = Trouble(parts, stops, routes, stays, [])
        risky_now = broken(whole, [list(route) for route in routes])
        at_risk = sorted(risky_now, key=lambda n: (stops[n].node.earliest, n))
        return Trouble(parts, stops, routes, stays - risky_now, at_risk)


@given(st.integers(0, 1 << 32))
@settings(max_examples=400, deadline=None)
def test_a_repair_loses_nobody_breaks_nothing_and_moves_nothing_that_stays(seed: int) -> None:
    trouble = Town(seed).trouble()
    routes = repair(trouble)
    assert sorted(n for route in routes for n in route) == list(range(len(trouble.stops)))
    assert broken(trouble, routes) <= set(trouble.at_risk)
    for number, (before, after) in enumerate(zip(trouble.routes, routes, strict=True)):
        soon = [stop for stop in before if stop in trouble.stays]
        own = [stop for stop in after if stop in before or stop in trouble.stays]
        assert [stop for stop in own if stop in trouble.stays] == soon
        last = max((after.index(stop) for stop in soon), default=-1)
        assert set(after[: last + 1]) <= set(before), "nothing new before what begins soon"
        assert all(number in trouble.stops[stop].may_go for stop in after)


@pytest.mark.parametrize("seed", range(40))
def test_the_same_day_is_always_repaired_alike(seed: int) -> None:
    assert repair(Town(seed).trouble()) == repair(Town(seed).trouble())
