"""A branch's day that breaks in the morning: how long until it is known who is at risk, and until a first repair."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean
from time import perf_counter, process_time

import numpy as np

from koumen.dispatch.solver.day import EVER, Day, Node
from koumen.dispatch.solver.live import risky
from koumen.dispatch.solver.mend import Loose, Part
from koumen.dispatch.solver.repair import Trouble, repair
from koumen.kit.place import Place
from koumen.simulation.dispatch_days import HOUR, REST, filled
from koumen.simulation.dispatch_days import Day as TownDay

# Nearly full days: with more room a repair is easy to find.
SHARE = 0.85
# At ten the day is under way; what begins until half past eleven stays where it is.
NOW, FROZEN_UNTIL = 10 * HOUR, 11 * HOUR + 1800
# One agent falls ill, two are held up for so long.
HELD_UP_S = (45 * 60, 75 * 60)


@dataclass(frozen=True)
class Broken:
    """One broken day and what became of it; ``helped`` of ``at_risk`` promises can be kept again."""

    visits: int
    at_risk: int
    helped: int
    at_risk_ms: tuple[float, float]  # by the clock, and of the processor
    repair_ms: tuple[float, float]


def repairs(*, visits: int, days: int, seed: int) -> dict[str, object]:
    """So many broken days of a branch with about so many visits: times in milliseconds, and how much was helped."""
    found = [one_day(visits, seed + number) for number in range(days)]
    return {
        "days": days,
        "visits": round(fmean(one.visits for one in found)),
        "at_risk_ms": _told([one.at_risk_ms for one in found]),
        "repair_ms": _told([one.repair_ms for one in found]),
        "at_risk": sum(one.at_risk for one in found),
        "helped": sum(one.helped for one in found),
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


def one_day(visits: int, seed: int) -> Broken:
    """Let a day break, name who is at risk, and repair it."""
    dice = Random(seed)  # noqa: S311  (a simulation)
    day = town(visits, seed)
    parts, frozen = morning(day, dice)
    order = list(day.stops)
    number = {stop: row for row, stop in enumerate(order)}
    everybody = frozenset(range(day.agents))
    stops = [Loose(day.stops[stop], everybody) for stop in order]
    routes = [[number[stop] for stop in route] for route in day.routes]
    day.ways.learn(_places(day), _places(day))  # the ways of a day are known in a process that has served it
    begun = _now_ms()
    at_risk = _at_risk(parts, stops, routes)
    named = _now_ms()
    soonest = sorted(at_risk, key=lambda stop: (stops[stop].node.earliest, stop))
    trouble = Trouble(parts, stops, routes, frozenset(number[s] for s in frozen) - at_risk, soonest)
    after = repair(trouble)
    done = _now_ms()
    left = _at_risk(parts, stops, after)
    assert left <= at_risk, "a repair broke a promise"  # noqa: S101
    return Broken(
        visits=len(order),
        at_risk=len(at_risk),
        helped=len(at_risk - left),
        at_risk_ms=(named[0] - begun[0], named[1] - begun[1]),
        repair_ms=(done[0] - named[0], done[1] - named[1]),
    )


def _now_ms() -> tuple[float, float]:
    return perf_counter() * 1000, process_time() * 1000


def town(visits: int, seed: int) -> TownDay:
    """A day with at least so many visits, as few agents as that takes."""
    agents = max(3, visits // 14)
    while True:
        day = filled(agents, SHARE, seed)
        if len(day.stops) >= visits:
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


def _places(day: TownDay) -> list[Place]:
    return [*day.homes, *(node.place for node in day.stops.values())]


def _at_risk(parts: list[Part], stops: list[Loose], routes: list[list[int]]) -> set[int]:
    found: set[int] = set()
    for part, route in zip(parts, routes, strict=True):
        day: Day = part.day([stops[stop].node for stop in route])
        found |= {route[place] for place in risky(day)}
    return found
