"""A branch's day that breaks in the morning: how long until it is known who is at risk, and until a first repair.

Then PyVRP goes on from the repair, as the job behind it does, for two seconds of the processor. How near that comes to
the best known of the same day is told: the best that long searches from the repair found, with several seeds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean
from time import perf_counter, process_time, thread_time
from typing import Any

import numpy as np

from koumen.dispatch.solver.day import EVER, Node
from koumen.dispatch.solver.mend import Loose, Part
from koumen.dispatch.solver.pose import posed
from koumen.dispatch.solver.repair import Trouble, repair
from koumen.simulation.dispatch_days import HOUR, REST, Rows, Town, at_risk_in, filled, planned
from koumen.simulation.dispatch_days import Day as TownDay

# Nearly full days: with more room a repair is easy to find.
SHARE = 0.85
# At ten the day is under way; what begins until half past eleven stays where it is.
NOW, FROZEN_UNTIL = 10 * HOUR, 11 * HOUR + 1800
# One agent falls ill, two are held up for so long.
HELD_UP_S = (45 * 60, 75 * 60)


# As the job behind a repair; processor time, so that other work on the machine spoils nothing.
IMPROVE_S = 2.0


@dataclass(frozen=True)
class Broken:
    """One broken day and what became of it; ``helped`` of ``at_risk`` promises can be kept again."""

    visits: int
    at_risk: int
    helped: int
    at_risk_ms: tuple[float, float]  # by the clock, and of the processor
    repair_ms: tuple[float, float]
    gap_pct: float | None  # over the best known, after IMPROVE_S; None where nothing was looked for


@dataclass(frozen=True)
class BrokenDays:
    """How many days of about how many visits, and how long and often the best of each is looked for."""

    visits: int
    days: int
    best_s: float
    best_seeds: int
    soon_s: float = IMPROVE_S
    town: Town = TownDay


def repairs(asked: BrokenDays, *, seed: int, on_step: Callable[[str], None]) -> dict[str, Any]:
    """Broken days of a branch: times in milliseconds, how much was helped, how good it is after two seconds."""
    found = []
    for number in range(asked.days):
        on_step(f"broken day {number + 1} of {asked.days}")
        found.append(one_day(asked, seed + number))
    gaps = [one.gap_pct for one in found if one.gap_pct is not None]
    return {
        "days": asked.days,
        "visits": round(fmean(one.visits for one in found)),
        "at_risk_ms": _told([one.at_risk_ms for one in found]),
        "repair_ms": _told([one.repair_ms for one in found]),
        "at_risk": sum(one.at_risk for one in found),
        "helped": sum(one.helped for one in found),
        "gap_pct": {"mean": round(fmean(gaps), 2), "worst": round(max(gaps), 2), "n": len(gaps)}
        if gaps
        else None,
    }


def _told(times: Sequence[tuple[float, float]]) -> dict[str, float]:
    by_the_clock, of_the_processor = np.array(times).T
    p50, p95 = np.percentile(by_the_clock, [50, 95])
    cpu_p50, cpu_p95 = np.percentile(of_the_processor, [50, 95])
    return {
        "p50": round(float(p50), 1),
        "p95": round(float(p95), 1),
        "cpu_p50": round(float(cpu_p50), 1),
        "cpu_p95": round(float(cpu_p95), 1),
    }


def one_day(asked: BrokenDays, seed: int) -> Broken:
    """Let a day break, name who is at risk, repair it, and see how much better it could be."""
    dice = Random(seed)  # noqa: S311  (a simulation)
    day = full_town(asked, seed)
    parts, frozen = morning(day, dice)
    rows = Rows.of(day.stops, day.routes, day.agents)
    # a process that has served the day knows its ways
    day.learn([*(part.first.place for part in parts), *(node.place for node in day.stops.values())])
    begun = _now_ms()
    at_risk = at_risk_in(parts, rows.stops, rows.routes)
    named = _now_ms()
    soonest = sorted(at_risk, key=lambda row: (rows.stops[row].node.earliest, row))
    stays = frozenset(row for row, stop in enumerate(rows.order) if stop in frozen) - at_risk
    after = repair(Trouble(parts, rows.stops, rows.routes, stays, soonest))
    done = _now_ms()
    left = at_risk_in(parts, rows.stops, after)
    assert left <= at_risk, "a repair broke a promise"  # noqa: S101
    whole = [[row for row in route if row not in left] for route in after]
    return Broken(
        visits=len(rows.order),
        at_risk=len(at_risk),
        helped=len(at_risk - left),
        at_risk_ms=(named[0] - begun[0], named[1] - begun[1]),
        repair_ms=(done[0] - named[0], done[1] - named[1]),
        gap_pct=_gap_pct(asked, *_ahead(parts, rows.stops, whole, stays)) if asked.best_seeds else None,
    )


def _now_ms() -> tuple[float, float]:
    return perf_counter() * 1000, process_time() * 1000


def _ahead(
    parts: Sequence[Part], stops: Sequence[Loose], routes: Sequence[Sequence[int]], stays: frozenset[int]
) -> tuple[list[Part], list[Loose], list[list[int]]]:
    """What a plan may change: each shift from behind its last visit that stays, the visits from there on."""
    free, movable = [], []
    for part, route in zip(parts, routes, strict=True):
        behind = max((place + 1 for place, row in enumerate(route) if row in stays), default=0)
        day = part.day([stops[row].node for row in route])
        node = day.nodes[behind]
        begins = min(day.ahead.begins[behind], day.rested.begins[behind])
        first = Node(node.place, begins + node.service_s, EVER, 0)
        rest = part.rest if part.rest and first.earliest <= part.rest.ends else None
        free.append(replace(part, first=first, rest=rest))
        movable.append(route[behind:])
    row = {stop: number for number, stop in enumerate(stop for route in movable for stop in route)}
    return free, [stops[stop] for stop in row], [[row[stop] for stop in route] for route in movable]


def _gap_pct(
    asked: BrokenDays, parts: list[Part], stops: list[Loose], routes: list[list[int]]
) -> float | None:
    """How much longer on the road than the best known the day is after two seconds; None where no plan can be kept."""

    def way_s(seconds: float, seed: int) -> int | None:
        found = planned(parts, stops, routes, (seconds, thread_time), is_kept=True, seed=seed)
        return None if found is None else posed(parts, stops, found, bands=[0], is_kept=True).driving_s(found)

    soon = way_s(asked.soon_s, 0)
    if soon is None:
        return None
    known = [way for seed in range(asked.best_seeds) if (way := way_s(asked.best_s, seed)) is not None]
    return 100 * (soon / min(soon, *known) - 1)


def full_town(asked: BrokenDays, seed: int) -> TownDay:
    """A nearly full day with at least so many visits, as few agents as that takes."""
    agents = max(3, asked.visits // 14)
    while True:
        day = filled(asked.town(Random(seed), agents), SHARE)  # noqa: S311  (a simulation)
        if len(day.stops) >= asked.visits:
            return day
        agents += 1


def morning(day: TownDay, dice: Random) -> tuple[list[Part], set[int]]:
    """Every shift as it stands at ten, what is done being done; one ill, two held up; and what begins soon."""
    ill, *held = dice.sample(range(day.agents), 1 + len(HELD_UP_S))
    parts: list[Part] = []
    for agent, whole in enumerate(day.parts):
        node = whole.first
        while day.routes[agent] and day.stops[day.routes[agent][0]].earliest < NOW:
            stop = day.routes[agent].pop(0)
            done = day.stops.pop(stop)
            node = Node(done.place, max(NOW, done.earliest + done.service_s), EVER, 0)
        late = HELD_UP_S[held.index(agent)] if agent in held else 0
        first = Node(node.place, max(node.earliest, NOW) + late, EVER, 0)
        last = whole.last if agent != ill else Node(whole.last.place, whole.last.earliest, NOW, 0)
        parts.append(Part(first, last, REST if first.earliest <= REST.ends else None, day.ways))
    soon = {stop for stop, node in day.stops.items() if node.earliest < FROZEN_UNTIL}
    return parts, soon
