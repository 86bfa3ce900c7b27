"""Better routes for the agents of a cluster: PyVRP from the routes as they stand, in its own terms.

PyVRP (Wouda, Lan & Kool 2024, doi 10.1287/ijoc.2023.0055) minimises the time on the road. It knows windows and
shifts, but no bands, breaks or "who may go where": the caller gives the slowest time of each way and says who may
go; that becomes loads that only some agents have room for. A break becomes a visit where it would be had as the
routes stand, and every agent who owes one has room for one: what it promises too much at a place that is no longer
on the way, the caller takes back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

import numpy as np

from koumen.dispatch.solver.rest import Rest

if TYPE_CHECKING:
    from pyvrp import ProblemData, Solution

# Leaving a promise out costs more than any way round that a day has room for.
LEFT_OUT = 1_000_000
# Room for every visit of a day in a load that says "may go".
ROOM = 10_000

Matrix = np.ndarray[tuple[int, int], np.dtype[np.int64]]
"""Seconds, row = from."""

OnProgress = Callable[[float, int], None]
"""Told the share of the time that is over, and the best cost so far (seconds on the road)."""

Clock = Callable[[], float]
"""What a search is stopped by: seconds on the wall or of the processor, or turns (``count().__next__``)."""


@dataclass(frozen=True)
class Pause:
    """The break that a stint owes; as its route stands it would be had at a place (row), behind so many stops."""

    rest: Rest
    place: int
    behind: int


@dataclass(frozen=True)
class Stint:
    """What can still be planned of a shift: free at a place from a moment, home by another (row numbers)."""

    start: int
    home: int
    free: int
    ends: int
    pause: Pause | None = None


@dataclass(frozen=True)
class Stop:
    """A visit that can be planned: where (row number), start within [earliest, latest], who may go (stints)."""

    place: int
    earliest: int
    latest: int
    service_s: int
    may_go: frozenset[int]


@dataclass(frozen=True)
class Problem:
    """A cluster: ``durations`` (n, n) seconds, row = from; ``routes`` as they stand, one a stint."""

    stints: Sequence[Stint]
    stops: Sequence[Stop]
    durations: Matrix
    routes: Sequence[Sequence[int]]
    is_kept: bool = True  # whether all promises can be kept as it stands: then none may be left out

    def driving_s(self, routes: Sequence[Sequence[int]]) -> int:
        """The seconds on the road of some routes."""
        total = 0
        for stint, route in zip(self.stints, routes, strict=True):
            places = [stint.start, *(self.stops[stop].place for stop in route), stint.home]
            total += int(self.durations[places[:-1], places[1:]].sum()) if route else 0
        return total


@dataclass
class Until:
    """PyVRP's way to be told to stop: after some seconds; tells how it goes meanwhile."""

    seconds: float
    on_progress: OnProgress
    clock: Clock = perf_counter
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def __call__(self, best_cost: float) -> bool:
        """Whether the time is over."""
        share = (self.clock() - self.started) / self.seconds if self.seconds > 0 else 1.0
        self.on_progress(min(share, 1.0), int(best_cost))
        return share >= 1.0


def improve(
    problem: Problem, seconds: float, on_progress: OnProgress, seed: int = 0, clock: Clock = perf_counter
) -> list[list[int]]:
    """Routes that take less time on the road; the ones that stand where nothing better was found in time."""
    if not problem.stops or not problem.stints:
        return [list(route) for route in problem.routes]
    data = _data(problem)
    best = search(data, Until(seconds, on_progress, clock), seed, _as_it_stands(problem, data))
    if not best.is_feasible():
        return [list(route) for route in problem.routes]
    routes: list[list[int]] = [[] for _ in problem.stints]
    for route in best.routes():
        steps = [step.idx for step in route if step.is_client()]
        routes[route.vehicle_type()] = [stop for stop in steps if stop < len(problem.stops)]
    return routes


def search(data: "ProblemData", until: Until, seed: int, start: "Solution | None" = None) -> "Solution":
    """The best that PyVRP finds, from ``start`` or from nothing."""
    from pyvrp import solve  # heavy, and only planning needs it
    from pyvrp.exceptions import PenaltyBoundWarning

    with catch_warnings():
        simplefilter("ignore", PenaltyBoundWarning)  # it would like another way to find what may not exist
        found = solve(data, until, seed=seed, collect_stats=False, display=False, initial_solution=start)
    return found.best


def _as_it_stands(problem: Problem, data: "ProblemData") -> "Solution":
    """The routes as they stand, each with its break."""
    from pyvrp import Route, Solution

    routes, number = [], len(problem.stops)
    for row, (stint, route) in enumerate(zip(problem.stints, problem.routes, strict=True)):
        steps = list(route)
        if stint.pause:
            steps.insert(stint.pause.behind, number)
            number += 1
        if steps:
            routes.append(Route(data, steps, row))
    return Solution(data, routes)


def _data(problem: Problem) -> "ProblemData":
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    may_go, owe = _loads(problem), _owed(problem)
    loads = [*may_go, *owe]
    depots = [Depot(place) for stint in problem.stints for place in (stint.start, stint.home)]
    prize = 0 if problem.is_kept else LEFT_OUT
    return ProblemData(
        locations=[Location(0, 0)] * len(problem.durations),
        clients=[
            *(
                Client(
                    stop.place,
                    service_duration=stop.service_s,
                    tw_early=max(stop.earliest, 0),
                    tw_late=max(stop.latest, 0),
                    delivery=[int(stop.may_go == load) for load in loads],
                    required=problem.is_kept,
                    prize=prize,
                )
                for stop in problem.stops
            ),
            *(
                Client(
                    pause.place,
                    service_duration=pause.rest.length_s,
                    tw_early=max(pause.rest.begins, 0),
                    tw_late=max(pause.rest.ends, 0),
                    delivery=[int(pause.rest == load) for load in loads],
                    required=problem.is_kept,
                    prize=prize,
                )
                for stint in problem.stints
                if (pause := stint.pause)
            ),
        ],
        depots=depots,
        vehicle_types=[
            VehicleType(
                capacity=[
                    *(ROOM if number in allowed else 0 for allowed in may_go),
                    *(int(stint.pause is not None and stint.pause.rest == rest) for rest in owe),
                ],
                start_depot=2 * number,
                end_depot=2 * number + 1,
                tw_early=max(stint.free, 0),
                tw_late=max(stint.ends, stint.free, 0),
            )
            for number, stint in enumerate(problem.stints)
        ],
        distance_matrices=[problem.durations],  # type: ignore[list-item]  # the stubs write a shape as int
        duration_matrices=[problem.durations],  # type: ignore[list-item]
    )


def _loads(problem: Problem) -> list[frozenset[int]]:
    """A load for each different set of who may go, but none for "all"."""
    everybody = frozenset(range(len(problem.stints)))
    return sorted({stop.may_go for stop in problem.stops} - {everybody}, key=sorted)


def _owed(problem: Problem) -> list[Rest]:
    """A load for each different break: whoever owes one has room for one, so everybody has theirs."""
    owed = {stint.pause.rest for stint in problem.stints if stint.pause}
    return sorted(owed, key=lambda rest: (rest.begins, rest.ends, rest.length_s))
