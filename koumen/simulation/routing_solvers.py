"""One problem for each solver in its own terms: PyVRP as we use it, OR-Tools and VROOM as their manuals say."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from koumen.dispatch.solver.plan import Until
from koumen.simulation.routing_instances import Instance

Routes = list[list[int]]
Solver = Callable[[Instance, float, int], Routes]
"""(problem, seconds, seed) → routes of customers."""


def with_pyvrp(problem: Instance, seconds: float, seed: int) -> Routes:
    """PyVRP, as ``solver.plan`` calls it, with the capacities that these problems have."""
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve

    data = ProblemData(
        locations=[Location(0, 0)] * len(problem.demands),
        clients=[
            Client(
                stop,
                delivery=[problem.demands[stop]],
                service_duration=problem.service[stop],
                tw_early=problem.earliest[stop],
                tw_late=problem.latest[stop],
            )
            for stop in range(1, len(problem.demands))
        ],
        depots=[Depot(0)],
        vehicle_types=[
            VehicleType(
                problem.vehicles,
                [problem.capacity],
                tw_early=problem.earliest[0],
                tw_late=problem.latest[0],
            )
        ],
        distance_matrices=[problem.durations],  # type: ignore[list-item]  # the stubs write a shape as int
        duration_matrices=[problem.durations],  # type: ignore[list-item]
    )
    until = Until(seconds, lambda share, cost: None)
    found = solve(data, until, seed=seed, collect_stats=False, display=False).best
    return [[step.idx + 1 for step in route if step.is_client()] for route in found.routes()]


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
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromTimedelta(timedelta(seconds=seconds))
    found = model.SolveWithParameters(search)
    if found is None:
        return []
    routes: Routes = []
    for vehicle in range(problem.vehicles):
        route, at = [], found.Value(model.NextVar(model.Start(vehicle)))
        while not model.IsEnd(at):
            route.append(node(at))
            at = found.Value(model.NextVar(at))
        if route:
            routes.append(route)
    return routes


def with_vroom(problem: Instance, seconds: float, seed: int) -> Routes:
    """VROOM, the best of its exploration levels 1, 3 and 5, each with a third of the time and one thread."""
    found = [_vroom(problem, seconds / 3, level) for level in (1, 3, 5)]
    del seed  # it has none
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


SOLVERS: Mapping[str, Solver] = {"pyvrp": with_pyvrp, "ortools": with_ortools, "vroom": with_vroom}
