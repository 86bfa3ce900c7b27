"""What dispatch is worth: how quickly it offers, whether it breaks a promise, how near its plans are to the best known.

Rows that need more than exists yet (booking over HTTP, acceptance against a fixed calendar, recall, live repair) are
not here. A row that needs the published problems is left out, and named, where their folder is absent.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import perf_counter, process_time
from typing import Any

import numpy as np

from koumen.dispatch.solver.offer import Wanted, chances
from koumen.kit.place import Place
from koumen.simulation.dispatch_days import HOUR, Day, filled, live
from koumen.simulation.measuring import machine
from koumen.simulation.routing_instances import Instance, ortec, solomon
from koumen.simulation.routing_solvers import SOLVERS

WINDOWS = [(hour, hour * HOUR, (hour + 1) * HOUR) for hour in range(9, 18)]
SHARES = (0.5, 0.8, 0.95)
WARM_UP = 3  # queries that are not counted


@dataclass(frozen=True)
class Size:
    """How much is measured: quick shows that it works, not how well."""

    agents: int
    queries: int
    events: int
    seconds: Sequence[float]
    seeds: int
    sets: Mapping[str, int]  # problems of each set


QUICK = Size(40, 20, 1_000, (1.0,), 1, {"solomon": 1, "ortec": 1})
FULL = Size(1_000, 200, 1_000_000, (10.0, 30.0), 5, {"solomon": 99, "homberger_400": 99, "ortec": 99})


def measure(*, quick: bool, on_step: Callable[[str], None]) -> dict[str, Any]:
    """Every row that can be measured here; wall and processor seconds beside each."""
    size = QUICK if quick else FULL
    told: dict[str, Any] = {"machine": machine(), "quick": quick, "left_out": [], "took": {}}
    rows: dict[str, Callable[[], dict[str, Any]]] = {
        "offers": lambda: {"offers": {f"{share:.0%}": offers(size, share) for share in SHARES}},
        "events": lambda: _events(size),
        "gaps": lambda: _gaps(size, told["left_out"], on_step),
    }
    for name, row in rows.items():
        on_step(name)
        wall, processor = perf_counter(), process_time()
        told |= row()
        told["took"][name] = {
            "wall_s": round(perf_counter() - wall, 1),
            "cpu_s": round(process_time() - processor, 1),
        }
    return told


def offers(size: Size, share: float) -> dict[str, float]:
    """All slots of one day for a new address, over all agents, days and ways made anew as in life."""
    day = filled(size.agents, share, seed=20261126)
    took = []
    for query in range(WARM_UP + size.queries):
        place = day.somewhere()
        begun = perf_counter()
        _ask(day, place)
        if query >= WARM_UP:
            took.append((perf_counter() - begun) * 1e6)
    stops = fmean(len(route) for route in day.routes)
    p50, p99 = np.percentile(took, [50, 99])
    return {
        "agents": size.agents,
        "stops_an_agent": round(stops, 1),
        "n": size.queries,
        "p50_us": round(float(p50)),
        "p99_us": round(float(p99)),
    }


def _ask(day: Day, place: Place) -> int:
    wanted = Wanted(place, 1200)
    places = [*day.homes, *(node.place for node in day.stops.values())]
    day.ways.learn([place], places)
    day.ways.learn(places, [place])
    found = 0
    for part, route in zip(day.parts, day.routes, strict=True):
        found += len(chances(part.day([day.stops[stop] for stop in route]), WINDOWS, wanted))
    return found


def _events(size: Size) -> dict[str, Any]:
    lived = live(size.events, agents=3, seed=20261126)
    return {"events": lived.events, "acts": dict(lived.acts), "promises_broken": lived.broken}


def _gaps(size: Size, left_out: list[str], on_step: Callable[[str], None]) -> dict[str, Any]:
    """Mean and worst gap to the best known in percent, by set, seconds and solver; no score where it is infeasible."""
    found: dict[tuple[str, str, str], list[float | None]] = defaultdict(list)
    for group, problem in _problems(size, left_out):
        for seconds in size.seconds:
            for name, solver in SOLVERS.items():
                for seed in range(size.seeds if name == "pyvrp" else 1):
                    on_step(f"{problem.name} {name} {seconds:g} s")
                    cost = problem.cost(solver(problem, seconds, seed))
                    gap = None if cost is None else 100 * (cost / problem.best - 1)
                    found[name, group, f"{seconds:g}s"].append(gap)
    told: dict[str, Any] = {"gap_pct": {}, "peer_gap_pct": {}}
    for (name, group, seconds_), gaps in found.items():
        row = told["gap_pct"] if name == "pyvrp" else told["peer_gap_pct"].setdefault(name, {})
        row.setdefault(group, {})[seconds_] = _summary(gaps)
    return told


def _summary(gaps: Sequence[float | None]) -> dict[str, float | int | None]:
    feasible = [gap for gap in gaps if gap is not None]
    return {
        "mean": round(fmean(feasible), 2) if feasible else None,
        "worst": round(max(feasible), 2) if feasible else None,
        "runs": len(gaps),
        "infeasible": len(gaps) - len(feasible),
    }


def _problems(size: Size, left_out: list[str]) -> Iterator[tuple[str, Instance]]:
    folder = Path(os.environ.get("KOUMEN_REAL_DATA", "") or "../shared/data") / "routing"
    readers: Mapping[str, tuple[str, Callable[[Path], Instance]]] = {
        "solomon": ("solomon", lambda file: solomon(file, folder / "best_known.csv")),
        "homberger_400": ("homberger_400", lambda file: solomon(file, folder / "best_known.csv")),
        "ortec": ("ortec_real_roads", ortec),
    }
    for group, most in size.sets.items():
        name, read = readers[group]
        files = sorted((folder / name).glob("*.txt"), key=lambda file: file.stat().st_size)[:most]
        if not files:
            left_out.append(
                f"gap_pct of {group}: set KOUMEN_REAL_DATA to the folder of the published problems"
            )
        for file in files:
            yield group, read(file)
