"""What dispatch is worth: how quickly it offers, whether it breaks a promise, how much it accepts, how good plans are.

A row that needs data or a server that is not there is left out, and named. Booking over HTTP is in bench_booking.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from time import perf_counter, process_time
from typing import Any

from koumen.simulation.bench_acceptance import Effort, acceptance, recall
from koumen.simulation.bench_offers import measure_offers
from koumen.simulation.bench_town import town_of_roads
from koumen.simulation.broken_days import BrokenDays, repairs
from koumen.simulation.dispatch_days import Day
from koumen.simulation.measuring import machine
from koumen.simulation.random_events import live
from koumen.simulation.routing_instances import Instance, ortec, site_dependent, solomon
from koumen.simulation.routing_solvers import OURS, SOLVERS

SHARES = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Size:
    """How much is measured: quick shows that it works, not how well."""

    agents: int
    queries: int
    events: int
    effort: Effort
    broken: BrokenDays
    seconds: Sequence[float]  # of the processor
    seeds: int
    peer_problems: int  # of each set, for those who are not PyVRP
    sets: Mapping[str, int]  # problems of each set


QUICK = Size(
    agents=40,
    queries=50,
    events=1_000,
    effort=Effort(agents=3, demands=(13, 18, 26), seeds=1, plan_s=0.02, night_s=0.1, asked=6, recall_s=0.1),
    broken=BrokenDays(visits=40, days=1, soon_s=0.1, best_s=0.2, best_seeds=1),
    seconds=(0.5,),
    seeds=1,
    peer_problems=1,
    sets={"solomon": 1, "ortec": 1},
)
FULL = Size(
    agents=1_000,
    queries=2_000,
    events=1_000_000,
    effort=Effort(agents=20, demands=(13, 18, 26), seeds=5, plan_s=0.5, night_s=5.0, asked=100, recall_s=5.0),
    broken=BrokenDays(visits=310, days=10, best_s=30.0, best_seeds=2),
    seconds=(10.0, 30.0),
    seeds=5,
    peer_problems=3,
    sets={"solomon": 99, "homberger_400": 99, "ortec": 99, "site_dependent": 99},
)


def measure(
    *, quick: bool, events: int | None, rows: Sequence[str], on_step: Callable[[str], None]
) -> dict[str, Any]:
    """The rows that are named; wall and processor seconds beside each.

    ``events``: how many random events, where the usual number is not wanted.
    """
    size = QUICK if quick else FULL
    told: dict[str, Any] = {"machine": machine(), "load": os.getloadavg()[0], "quick": quick, "left_out": []}
    told["took"] = {}
    for name, row in _rows(size, events or size.events, told["left_out"], on_step).items():
        if name not in rows:
            continue
        on_step(name)
        wall, processor = perf_counter(), process_time()
        told |= row()
        told["took"][name] = {
            "wall_s": round(perf_counter() - wall, 1),
            "cpu_s": round(process_time() - processor, 1),
        }
    return told


def _rows(
    size: Size, events: int, left_out: list[str], on_step: Callable[[str], None]
) -> Mapping[str, Callable[[], dict[str, Any]]]:
    return {
        "offers": lambda: {
            "offers": measure_offers(agents=size.agents, queries=size.queries, shares=SHARES, on_step=on_step)
        },
        "events": lambda: _events(events, on_step),
        "acceptance": lambda: {"acceptance": acceptance(_effort(size), on_step)},
        "recall": lambda: {"recall": recall(_effort(size), SHARES, on_step)},
        "repair": lambda: _repair(size, on_step),
        "gaps": lambda: _gaps(size, left_out, on_step),
    }


def _effort(size: Size) -> Effort:
    """On real roads where they lie."""
    return replace(size.effort, town=town_of_roads() or Day)


def _repair(size: Size, on_step: Callable[[str], None]) -> dict[str, Any]:
    roads = town_of_roads()
    told = repairs(replace(size.broken, town=roads or Day), seed=20261126, on_step=on_step)
    return {
        "repair_ms": told.pop("repair_ms"),
        "repair": {**told, "travel": "roads of Porto" if roads else "straight line"},
    }


def _events(events: int, on_step: Callable[[str], None]) -> dict[str, Any]:
    lived = live(events, agents=3, seed=20261126, on_step=on_step)
    return {"events": lived.events, "acts": dict(lived.acts), "promises_broken": lived.broken}


@dataclass(frozen=True)
class Run:
    """One solver's try at one problem; no gap where the judge calls it infeasible."""

    gap: float | None
    cpu_s: float


Runs = Mapping[tuple[str, str, str], Sequence[Run]]
"""By solver, set and seconds."""


def _gaps(size: Size, left_out: list[str], on_step: Callable[[str], None]) -> dict[str, Any]:
    """Gaps to the best known in percent, by solver, set and seconds of the processor."""
    told: dict[str, Any] = {"gap_pct": {}, "peer_gap_pct": {}, "gap_limit": "seconds of the processor"}
    for (name, group, seconds), tried in _runs(size, left_out, on_step).items():
        row = told["gap_pct"] if name == OURS else told["peer_gap_pct"].setdefault(name, {})
        row.setdefault(group, {})[seconds] = _summary(tried)
    return told


def _runs(size: Size, left_out: list[str], on_step: Callable[[str], None]) -> Runs:
    found: dict[tuple[str, str, str], list[Run]] = defaultdict(list)
    for group, number, problem in _problems(size, left_out):
        for seconds in size.seconds:
            for name, solver in SOLVERS.items():
                is_peer = name != OURS
                if is_peer and (number >= size.peer_problems or (name == "vroom" and problem.longest)):
                    continue  # VROOM knows no longest duration of a route
                for seed in range(1 if is_peer else size.seeds):
                    on_step(f"{problem.name} {name} {seconds:g} s, seed {seed}")
                    used = process_time()
                    cost = problem.cost(solver(problem, seconds, seed))
                    gap = None if cost is None else 100 * (cost / problem.best - 1)
                    found[name, group, f"{seconds:g}s"].append(Run(gap, process_time() - used))
    return found


def _summary(runs: Sequence[Run]) -> dict[str, float | int | None]:
    feasible = [run.gap for run in runs if run.gap is not None]
    return {
        "mean": round(fmean(feasible), 2) if feasible else None,
        "worst": round(max(feasible), 2) if feasible else None,
        "runs": len(runs),
        "infeasible": len(runs) - len(feasible),
        "cpu_s": round(fmean(run.cpu_s for run in runs), 1),
    }


def _problems(size: Size, left_out: list[str]) -> Iterator[tuple[str, int, Instance]]:
    """Each with its set and its number in it, the smallest first."""
    folder = Path(os.environ.get("KOUMEN_REAL_DATA", "") or "../shared/data") / "routing"
    readers: Mapping[str, tuple[str, Callable[[Path], Instance]]] = {
        "solomon": ("solomon", lambda file: solomon(file, folder / "best_known.csv")),
        "homberger_400": ("homberger_400", lambda file: solomon(file, folder / "best_known.csv")),
        "ortec": ("ortec_real_roads", ortec),
        "site_dependent": ("site_dependent", site_dependent),
    }
    for group, most in size.sets.items():
        name, read = readers[group]
        found = [file for ending in ("*.txt", "*.vrp") for file in (folder / name).glob(ending)]
        files = sorted(found, key=lambda file: file.stat().st_size)[:most]
        if not files:
            left_out.append(
                f"gap_pct of {group}: set KOUMEN_REAL_DATA to the folder of the published problems"
            )
        for number, file in enumerate(files):
            yield group, number, read(file)
