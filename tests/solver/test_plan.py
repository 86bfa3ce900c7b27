"""Better routes: never a broken promise, nobody sent who may not go, and what stands where nothing is better."""

from dataclasses import replace
from itertools import count

import numpy as np

from koumen.dispatch.solver.day import EVER, Node
from koumen.dispatch.solver.mend import Loose, Part, best_place, mend
from koumen.dispatch.solver.plan import Pause, Problem, Stint, Stop, improve
from koumen.dispatch.solver.pose import posed
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import StraightLine, Ways
from koumen.kit.place import Place

HOUR = 3600
BOTH = frozenset({0, 1})


def on_a_line(*metres: int) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Places along a street, a second a metre."""
    places = np.array(metres, np.int64)
    return np.asarray(np.abs(places[:, None] - places[None, :]), np.int64)


def street(may_go: frozenset[int] = BOTH) -> Problem:
    """Two agents at the two ends of a street, each sent to the visits at the other end."""
    stints = [Stint(0, 0, 0, 8 * HOUR), Stint(1, 1, 0, 8 * HOUR)]
    stops = [Stop(place, 0, 7 * HOUR, 600, may_go) for place in (2, 3, 4, 5)]
    return Problem(stints, stops, on_a_line(0, 2000, 100, 200, 1800, 1900), [[2, 3], [0, 1]])


def quiet(share: float, cost: int) -> None:
    """Nobody watches."""


def test_each_agent_gets_the_visits_of_their_own_end_of_the_street() -> None:
    crossed = street()
    routes = improve(crossed, 0.3, quiet)
    assert [sorted(route) for route in routes] == [[0, 1], [2, 3]]
    assert crossed.driving_s(routes) == 800 < crossed.driving_s(crossed.routes)


def test_nobody_goes_who_may_not() -> None:
    routes = improve(street(may_go=frozenset({1})), 0.3, quiet)
    assert routes[0] == []
    assert sorted(routes[1]) == [0, 1, 2, 3]


def test_it_tells_how_far_it_is_and_what_the_best_costs() -> None:
    told: list[tuple[float, int]] = []
    improve(street(), 0.2, lambda share, cost: told.append((share, cost)))
    assert told[-1][0] == 1.0
    assert told[-1][1] == 800
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_without_visits_or_time_the_routes_stay_as_they_are() -> None:
    nothing = replace(street(), stops=[], routes=[[], []])
    assert improve(nothing, 0.1, quiet) == [[], []]
    assert improve(street(), 0.0, quiet) is not None


def test_a_search_may_be_stopped_by_turns_and_then_finds_the_same_again() -> None:
    routes = improve(street(), 50, quiet, clock=count().__next__)
    assert routes == improve(street(), 50, quiet, clock=count().__next__)
    assert street().driving_s(routes) == 800


def test_what_cannot_be_kept_is_left_out_rather_than_breaking_the_rest() -> None:
    crossed = street()
    late = replace(crossed.stops[0], latest=0)
    routes = improve(replace(crossed, stops=[late, *crossed.stops[1:]], is_kept=False), 0.3, quiet)
    assert sorted(stop for route in routes for stop in route) == [1, 2, 3]


# --- breaks, as the optimiser is told of them -----------------------------------------------------------


LINE = Ways(StraightLine(fixed_s=0, first_s=0, s_per_m=0.1, margin=1.0))
HOME, AWAY = Place(30.0, 120.0), Place(30.05, 120.0)
FROM, UNTIL = Node(HOME, 9 * HOUR, EVER, 0), Node(HOME, 0, 15 * HOUR, 0)
REST = Rest(1800, 11 * HOUR, 12 * HOUR)
TIRED = Part(FROM, UNTIL, REST, LINE)
NO_BREAK = Part(FROM, UNTIL, None, LINE)


def visit(begins: float, ends: float, service_s: int, may_go: frozenset[int] = BOTH) -> Loose:
    return Loose(Node(HOME, int(begins * HOUR), int(ends * HOUR), service_s), may_go)


def test_a_break_is_planned_where_it_would_be_had_as_the_routes_stand() -> None:
    there = Loose(Node(AWAY, 10 * HOUR, 11 * HOUR, 1800), BOTH)
    problem = posed([TIRED, NO_BREAK], [there], [[0], []], bands=[0], is_kept=True)
    pauses = [stint.pause for stint in problem.stints]
    assert pauses == [Pause(REST, 4, 1), None], "behind the visit, at its door"
    problem = posed([TIRED, NO_BREAK], [there], [[], [0]], bands=[0], is_kept=True)
    assert problem.stints[0].pause == Pause(REST, 0, 0), "at home, where there is no visit"


def test_who_has_gone_home_without_a_break_holds_up_nobody_elses_plan() -> None:
    gone = replace(TIRED, last=Node(HOME, 0, 9 * HOUR, 0))
    crossed = [Loose(Node(place, 9 * HOUR, 14 * HOUR, 600), BOTH) for place in (AWAY, HOME, AWAY)]
    problem = posed([gone, NO_BREAK], crossed, [[], [0, 1, 2]], bands=[0], is_kept=True)
    assert problem.stints[0].pause is None
    assert improve(problem, 100, quiet, clock=count().__next__)[1] in (
        [0, 2, 1],
        [2, 0, 1],
        [1, 0, 2],
        [1, 2, 0],
    )


def test_a_plan_leaves_room_for_the_breaks() -> None:
    noon = [
        Loose(Node(AWAY, int(10.9 * HOUR), 11 * HOUR, 3600), BOTH),
        Loose(Node(AWAY, int(11.9 * HOUR), 12 * HOUR, 3600), BOTH),
    ]
    problem = posed([TIRED, TIRED], noon, [[0], [1]], bands=[0], is_kept=True)
    tireless = replace(problem, stints=[replace(stint, pause=None) for stint in problem.stints])
    unaware = improve(tireless, 100, quiet, clock=count().__next__)
    assert sorted(unaware) == [[], [0, 1]], "one way instead of two, and no time for a break"
    assert sorted(improve(problem, 100, quiet, clock=count().__next__)) == [[0], [1]]


# --- mending: the break and the bands, which the optimiser does not know --------------------------------


def test_a_visit_that_leaves_no_room_for_the_break_goes_to_somebody_else() -> None:
    busy = [visit(10, 10.2, 5000), visit(11.5, 11.6, 3000)]
    assert mend([TIRED, NO_BREAK], busy, [[0, 1], []]) in ([[0], [1]], [[1], [0]])
    assert mend([NO_BREAK, TIRED], busy, [[0, 1], []]) == [[0, 1], []]


def test_when_it_fits_nowhere_the_whole_plan_is_given_up() -> None:
    only_me = [visit(10, 10.2, 5000, frozenset({0})), visit(11.5, 11.6, 3000, frozenset({0}))]
    assert mend([TIRED, NO_BREAK], only_me, [[0, 1], []]) is None
    assert best_place([TIRED], [visit(16, 17, 60)], [[]], 0) is None
