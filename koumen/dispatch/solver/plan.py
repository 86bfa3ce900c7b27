"""Better routes for the agents of a cluster: PyVRP from the routes as they stand, in its own terms.

PyVRP (Wouda, Lan & Kool 2024, doi 10.1287/ijoc.2023.0055) minimises the time on the road. It knows windows and
shifts, but no bands, breaks or "who may go where": the caller gives the slowest time of each way, takes back what
a break does not leave room for, and says who may go; that becomes loads that only some agents have room for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

import numpy as np

if TYPE_CHECKING:
    from pyvrp import ProblemData

# Leaving a promise out costs more than any way round that a day has room for.
LEFT_OUT = 1_000_000
# Room for every visit of a day in a load that says "may go".
ROOM = 10_000

Matrix = np.ndarray[tuple[int, int], np.dtype[np.int64]]
"""Seconds, row = from."""

OnProgress = Callable[[float, int], None]
"""Told the share of the time that is over, and the best cost so far (seconds on the road)."""


@dataclass(frozen=True)
class Stint:
    """What can still be planned of a shift: free at a place from a moment, home by another (row numbers)."""

    start: int
    home: int
    free: int
    ends: int


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
    started: float = field(default_factory=perf_counter)

    def __call__(self, best_cost: float) -> bool:
        """Whether the time is over."""
        share = (perf_counter() - self.started) / self.seconds if self.seconds > 0 else 1.0
        self.on_progress(min(share, 1.0), int(best_cost))
        return share >= 1.0


def improve(problem: Problem, seconds: float, on_progress: OnProgress, seed: int = 0) -> list[list[int]]:
    """Routes that take less time on the road; the ones that stand where nothing better was found in time."""
    from pyvrp import Route, Solution, solve  # heavy, and only planning needs it
    from pyvrp.exceptions import PenaltyBoundWarning

    if not problem.stops or not problem.stints:
        return [list(route) for route in problem.routes]
    data = _data(problem)
    start = Solution(
        data, [Route(data, list(route), stint) for stint, route in enumerate(problem.routes) if route]
    )
    until = Until(seconds, on_progress)
    with catch_warnings():
        simplefilter("ignore", PenaltyBoundWarning)  # it would like another way to find what may not exist
        result = solve(data, until, seed=seed, collect_stats=False, display=False, initial_solution=start)
    if not result.best.is_feasible():
        return [list(route) for route in problem.routes]
    routes: list[list[int]] = [[] for _ in problem.stints]
    for route in result.best.routes():
        routes[route.vehicle_type()] = [step.idx for step in route if step.is_client()]
    return routes


def _data(problem: Problem) -> "ProblemData":
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    loads = _loads(problem)
    count = len(problem.durations)
    depots = [Depot(place) for stint in problem.stints for place in (stint.start, stint.home)]
    return ProblemData(
        locations=[Location(0, 0)] * count,
        clients=[
            Client(
                stop.place,
                service_duration=stop.service_s,
                tw_early=max(stop.earliest, 0),
                tw_late=max(stop.latest, 0),
                delivery=[int(loads.get(stop.may_go) == load) for load in range(len(loads))],
                required=problem.is_kept,
                prize=0 if problem.is_kept else LEFT_OUT,
            )
            for stop in problem.stops
        ],
        depots=depots,
        vehicle_types=[
            VehicleType(
                capacity=[ROOM if number in allowed else 0 for allowed in loads],
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


def _loads(problem: Problem) -> Mapping[frozenset[int], int]:
    """A load for each different set of who may go, but none for "all"."""
    everybody = frozenset(range(len(problem.stints)))
    different = sorted({stop.may_go for stop in problem.stops} - {everybody}, key=sorted)
    return {allowed: load for load, allowed in enumerate(different)}
