"""What is left of some shifts as the optimiser gets it: the slowest time of each way, each break where it is had."""

from collections.abc import Collection, Sequence

import numpy as np

from koumen.dispatch.solver.expected import course_of
from koumen.dispatch.solver.mend import Loose, Part
from koumen.dispatch.solver.plan import Matrix, Pause, Problem, Stint, Stop


def posed(
    parts: Sequence[Part],
    stops: Sequence[Loose],
    routes: Sequence[Sequence[int]],
    *,
    bands: Collection[int],
    is_kept: bool,
) -> Problem:
    """Rows: where each part begins, then where each ends, then the stops. ``bands``: those that the parts touch."""
    return Problem(
        stints=[
            Stint(
                number,
                len(parts) + number,
                part.first.earliest,
                part.last.latest,
                _pause(part, stops, route, (number, len(parts))),
            )
            for number, (part, route) in enumerate(zip(parts, routes, strict=True))
        ],
        stops=[
            Stop(2 * len(parts) + row, one.node.earliest, one.node.latest, one.node.service_s, one.may_go)
            for row, one in enumerate(stops)
        ],
        durations=_slowest(parts, stops, bands),
        routes=routes,
        is_kept=is_kept,
    )


def _slowest(parts: Sequence[Part], stops: Sequence[Loose], bands: Collection[int]) -> Matrix:
    """What takes no longer than this in any band can be driven in all of them."""
    places = [*(part.first.place for part in parts), *(part.last.place for part in parts)]
    places += [one.node.place for one in stops]
    travel = parts[0].ways.travel
    tables = [travel.durations(places, places, band) for band in bands]
    durations: Matrix = np.max(np.stack(tables), axis=0).astype(np.int64)
    np.fill_diagonal(durations, 0)
    for number, part in enumerate(parts):  # who stays at home with their break is not on the road
        if part.first.place == part.last.place:
            durations[number, len(parts) + number] = 0
    return durations


def _pause(part: Part, stops: Sequence[Loose], route: Sequence[int], number: tuple[int, int]) -> Pause | None:
    """The break where it is had as the route stands: on arrival where that is in time, else before leaving.

    None where none is due, or the part as it stands leaves no time for it: whoever has gone home must not make every
    plan of the others impossible. ``number``: the part's, and how many there are.
    """
    day = part.day([stops[stop].node for stop in route])
    _, rest = course_of(day)
    if rest is None or day.rest is None or not day.is_kept:
        return None
    free = day.ahead.begins[rest.gap] + day.nodes[rest.gap].service_s
    is_there = day.ways.arrive(day.legs[rest.gap], free) <= day.rest.ends
    node = rest.gap + 1 if is_there and rest.gap < len(route) else rest.gap
    row = 2 * number[1] + route[node - 1] if node else number[0]
    return Pause(day.rest, row, rest.gap)
