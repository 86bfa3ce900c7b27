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
from koumen.simulation.broken_days import repairs
from koumen.simulation.dispatch_days import Day, live
from koumen.simulation.measuring import machine
from koumen.simulation.routing_instances import Instance, ortec, solomon
from koumen.simulation.routing_solvers import SOLVERS

SHARES = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Size:
    """How much is measured: quick shows that it works, not how well."""

    agents: int
    queries: int
    events: int
    effort: Effort
    visits: int
    broken_days: int
    seconds: Sequence[float]
    seeds: int
    sets: Mapping[str, int]  # problems of each set


QUICK = Size(
    agents=40,
    queries=50,
    events=1_000,
    effort=Effort(
        agents=4, demands=(13, 18, 26), seeds=1, plan_s=0.1, calendar_s=0.5, asked=10, recall_s=0.3
    ),
    visits=60,
    broken_days=2,
    seconds=(1.0,),
    seeds=1,
    sets={"solomon": 1, "ortec": 1},
)
FULL = Size(
    agents=1_000,
    queries=2_000,
    events=1_000_000,
    effort=Effort(
        agents=20, demands=(13, 18, 26), seeds=5, plan_s=0.5, calendar_s=5.0, asked=100, recall_s=5.0
    ),
    visits=310,
    broken_days=20,
    seconds=(10.0, 30.0),
    seeds=5,
    sets={"solomon": 99, "homberger_400": 99, "ortec": 99},
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
        "events": lambda: _events(events),
        "acceptance": lambda: {"acceptance": acceptance(_effort(size), on_step)},
        "recall": lambda: {"recall": recall(_effort(size), SHARES, on_step)},
        "repair": lambda: _repair(size),
        "gaps": lambda: _gaps(size, left_out, on_step),
    }


def _effort(size: Size) -> Effort:
    """On real roads where they lie."""
    return replace(size.effort, town=town_of_roads() or Day)


def _repair(size: Size) -> dict[str, Any]:
    told = repairs(visits=size.visits, days=size.broken_days, seed=20261126)
    return {"repair_ms": told.pop("repair_ms"), "repair": told}


def _events(events: int) -> dict[str, Any]:
    lived = live(events, agents=3, seed=20261126)
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
