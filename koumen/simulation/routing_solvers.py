"""One problem for each solver in its own terms: PyVRP as we use it, OR-Tools and VROOM as their manuals say.

Seconds are those of the processor, so that other work on the machine spoils nothing. VROOM knows the clock only: it
gets as much more of it as the machine gives others at that moment.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from time import perf_counter, process_time, thread_time
from typing import TYPE_CHECKING

from koumen.dispatch.solver.plan import ROOM, Until, search
from koumen.simulation.routing_instances import Instance

if TYPE_CHECKING:
    from pyvrp import ProblemData, Solution

# Long enough to lose one's turn some times on a busy machine.
LOOK_S = 0.3
# Times its seconds a search may stand on the wall at most, where the machine gives it less than that of a core.
MOST_WALL = 30
# A route that may last as long as it likes.
EVER = 2**63 - 1
Routes = list[list[int]]
Solver = Callable[[Instance, float, int], Routes]
"""(problem, seconds, seed) → routes of customers."""


def with_pyvrp(problem: Instance, seconds: float, seed: int) -> Routes:
    """PyVRP as ``solver.plan`` calls it, with the capacities that these problems have."""
    data = _in_pyvrp(problem)
    return _routes(problem, search(data, Until(seconds, lambda share, cost: None, thread_time), seed))


def _routes(problem: Instance, found: "Solution") -> Routes:
    """Customers by route; by vehicle where they differ."""
    routes = [[step.idx + 1 for step in route if step.is_client()] for route in found.routes()]
    if problem.allowed is None:
        return routes
    mine: Routes = [[] for _ in range(problem.vehicles)]
    for route, customers in zip(found.routes(), routes, strict=True):
        mine[route.vehicle_type()] = customers
    return mine


def _in_pyvrp(problem: Instance) -> "ProblemData":
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    alike = [problem.vehicles] if problem.allowed is None else [1] * problem.vehicles
    kinds = sorted(_may_go(problem), key=sorted)
    return ProblemData(
        locations=[Location(0, 0)] * len(problem.demands),
        clients=[
            Client(
                stop,
                delivery=[problem.demands[stop], *(int(_who(problem, stop) == kind) for kind in kinds)],
                service_duration=problem.service[stop],
                tw_early=problem.earliest[stop],
                tw_late=problem.latest[stop],
            )
            for stop in range(1, len(problem.demands))
        ],
        depots=[Depot(0)],
        vehicle_types=[
            VehicleType(
                count,
                [problem.capacity, *(ROOM if vehicle in kind else 0 for kind in kinds)],
                tw_early=problem.earliest[0],
                tw_late=problem.latest[0],
                shift_duration=problem.longest or EVER,
            )
            for vehicle, count in enumerate(alike)
        ],
        distance_matrices=[problem.durations],  # type: ignore[list-item]  # the stubs write a shape as int
        duration_matrices=[problem.durations],  # type: ignore[list-item]
    )


def _who(problem: Instance, stop: int) -> frozenset[int]:
    return frozenset(vehicle for vehicle in range(problem.vehicles) if problem.may_go(vehicle, stop))


def _may_go(problem: Instance) -> set[frozenset[int]]:
    """The different sets of vehicles that may go somewhere; each is a load, as in ``solver.plan``."""
    everybody = frozenset(range(problem.vehicles))
    return {_who(problem, stop) for stop in range(1, len(problem.demands))} - {everybody}


def with_ortools(problem: Instance, seconds: float, seed: int) -> Routes:
    """OR-Tools' routing library: parallel cheapest insertion, then guided local search."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    del seed  # it has none
    manager = pywrapcp.RoutingIndexManager(len(problem.demands), problem.vehicles, 0)
    model = pywrapcp.RoutingModel(manager)
    ways = problem.durations.tolist()
    node = manager.IndexToNode
    way = model.RegisterTransitCallback(lambda a, b: ways[node(a)][node(b)])
    took = model.RegisterTransitCallback(lambda a, b: ways[node(a)][node(b)] + problem.service[node(a)])
    load = model.RegisterUnaryTransitCallback(lambda a: problem.demands[node(a)])
    model.SetArcCostEvaluatorOfAllVehicles(way)
    model.AddDimension(load, 0, problem.capacity, True, "load")  # noqa: FBT003  (its interface)
    model.AddDimension(took, problem.latest[0], problem.latest[0], False, "time")  # noqa: FBT003  (the same)
    time = model.GetDimensionOrDie("time")
    for stop in range(1, len(problem.demands)):
        window = (problem.earliest[stop], problem.latest[stop])
        time.CumulVar(manager.NodeToIndex(stop)).SetRange(*window)
    for vehicle in range(problem.vehicles if problem.longest is not None else 0):
        time.SetSpanUpperBoundForVehicle(problem.longest, vehicle)
    if problem.allowed is not None:
        for stop in range(1, len(problem.demands)):
            may_go = [vehicle for vehicle in range(problem.vehicles) if problem.may_go(vehicle, stop)]
            model.VehicleVar(manager.NodeToIndex(stop)).SetValues(may_go)
    asked = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromTimedelta(timedelta(seconds=MOST_WALL * seconds))
    until = process_time() + seconds
    model.AddSearchMonitor(model.solver().CustomLimit(lambda: process_time() > until))
    found = model.SolveWithParameters(asked)
    if found is None:
        return []
    routes: Routes = []
    for vehicle in range(problem.vehicles):
        route, at = [], found.Value(model.NextVar(model.Start(vehicle)))
        while not model.IsEnd(at):
            route.append(node(at))
            at = found.Value(model.NextVar(at))
        if route or problem.allowed is not None:
            routes.append(route)
    return routes


def with_vroom(problem: Instance, seconds: float, seed: int) -> Routes:
    """VROOM, the best of its exploration levels 1, 3 and 5, each with a third of the time and one thread."""
    del seed  # it has none
    found = [_vroom(problem, seconds / 3 / _share(), level) for level in (1, 3, 5)]
    costs = [(cost, routes) for routes in found if (cost := problem.cost(routes)) is not None]
    return min(costs)[1] if costs else []


def _vroom(problem: Instance, seconds: float, level: int) -> Routes:
    import numpy as np
    import vroom

    asked = vroom.Input()
    asked.set_durations_matrix("car", problem.durations.astype(np.uint32))
    day = vroom.TimeWindow(problem.earliest[0], problem.latest[0])
    for vehicle in range(problem.vehicles):
        asked.add_vehicle(
            vroom.Vehicle(vehicle, start=0, end=0, capacity=[problem.capacity], time_window=day)
        )
    for stop in range(1, len(problem.demands)):
        asked.add_job(
            vroom.Job(
                stop,
                location=stop,
                default_service=problem.service[stop],
                delivery=vroom.Amount([problem.demands[stop]]),
                time_windows=[vroom.TimeWindow(problem.earliest[stop], problem.latest[stop])],
            )
        )
    told = asked.solve(level, nb_threads=1, timeout=timedelta(seconds=seconds)).to_dict()
    return [[step["id"] for step in route["steps"] if step["type"] == "job"] for route in told["routes"]]


def _share() -> float:
    """How much of a core this process gets now."""
    begun, used = perf_counter(), process_time()
    while process_time() - used < LOOK_S:
        pass
    return min(1.0, LOOK_S / (perf_counter() - begun))


OURS = "pyvrp"
SOLVERS: Mapping[str, Solver] = {OURS: with_pyvrp, "ortools": with_ortools, "vroom": with_vroom}
