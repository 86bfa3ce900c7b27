"""How many of the same requests are accepted: by the largest safe fixed calendar, by insertion, with plans behind it.

A request names one place, one hour and how long it takes, and is accepted or not, in the order in which they come. The
fixed calendar is what booking pages of others do: so many visits an hour for the whole branch, without looking where.
It is given the best that can be said for it, the largest uniform number an hour with which no promise of the same stream
is broken, in two ways:

*kept at booking*: who goes is settled when somebody books, by the insertion that our own policy uses;
*planned at night*: nothing is settled until the whole day is known, and then PyVRP looks for routes.

Every day in every policy is put before the judge. Plans are limited by processor time.

*Recall*: of the requests that anybody could serve, even by planning the whole day anew, how many are offered. PyVRP
looks for some seconds only, so what it does not find may still be possible: the true recall is lower.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean
from typing import Any

import numpy as np

from koumen.dispatch.solver.day import Node
from koumen.kit.place import Place, distance_m
from koumen.simulation.dispatch_days import HOUR, SERVICE_S, Day, Town

HOURS = range(9, 17)
MOST_AN_HOUR = 3  # for each agent; nobody makes more visits an hour than that
PLAN_EVERY = 10  # bookings: the job after a change gathers a minute's
DECILES = 10


@dataclass(frozen=True)
class Effort:
    """How much is compared: agents, requests an agent at each level of demand, seeds, seconds of planning."""

    agents: int
    demands: Sequence[int]
    seeds: int
    plan_s: float
    night_s: float
    asked: int
    recall_s: float
    town: Town = Day


@dataclass(frozen=True)
class Accepted:
    """What one policy came to with one stream of requests."""

    number: int
    broken: int
    which: Sequence[bool]


def requests(town: Town, count: int, seed: int) -> list[Node]:
    """A stream of requests: where, in which hour, how long."""
    day = town(Random(seed), 0)  # noqa: S311  (a simulation)
    found = []
    for _ in range(count):
        hour = day.dice.choice(HOURS)
        found.append(Node(day.somewhere(), hour * HOUR, (hour + 1) * HOUR - 1, day.dice.choice(SERVICE_S)))
    return found


def by_insertion(asked: Sequence[Node], day: Day, plan_s: float = 0) -> Accepted:
    """Accept what fits into a route as it stands; with seconds to plan the routes are made better on the way."""
    which, since = [], 0
    for node in asked:
        which.append(day.promise(node) is not None)
        since += which[-1]
        if plan_s and since == PLAN_EVERY:
            day.plan(plan_s)
            since = 0
    return Accepted(sum(which), _broken(day), which)


def by_fixed_calendar(asked: Sequence[Node], day: Day, night_s: float = 0) -> Accepted:
    """The largest number an hour with which every promise is kept, by halving.

    Who goes is settled at booking, or with seconds for the night when the whole day is known.
    """
    safe, best = 0, Accepted(0, 0, [False] * len(asked))
    unsafe = MOST_AN_HOUR * day.agents + 1
    while unsafe - safe > 1:
        number = (safe + unsafe) // 2
        tried = _with_calendar(asked, day.anew(), number, night_s)
        if tried is None:
            unsafe = number
        else:
            safe, best = number, tried
    return best


def _with_calendar(asked: Sequence[Node], day: Day, most: int, night_s: float) -> Accepted | None:
    number, which = Counter[int](), []
    for node in asked:
        which.append(number[node.earliest] < most)
        number[node.earliest] += which[-1]
        if which[-1] and day.promise(node) is None:
            if not night_s:
                return None
            day.add(node)
    if night_s and not day.serve_all(night_s):
        return None
    return Accepted(sum(which), _broken(day), which)


def _new_day(effort: Effort, seed: int) -> Day:
    return effort.town(Random(seed), effort.agents)  # noqa: S311  (a simulation)


def _broken(day: Day) -> int:
    return sum(len(day.faults_of(agent)) for agent in range(day.agents))


POLICIES = ("fixed_kept_at_booking", "fixed_planned_at_night", "insertion", "tightened")


def acceptance(effort: Effort, on_step: Callable[[str], None]) -> dict[str, Any]:
    """Accepted by each policy at each level of demand; gains over the calendars in percent, mean and worst seed."""
    by_demand: dict[str, Any] = {}
    far: list[tuple[float, bool]] = []
    broken = 0
    for demand in effort.demands:
        rows = []
        for seed in range(effort.seeds):
            on_step(f"acceptance, {demand} requests an agent, seed {seed}")
            asked = requests(effort.town, demand * effort.agents, 1000 + seed)
            day = _new_day(effort, seed)
            day.learn(node.place for node in asked)
            accepted = (
                by_fixed_calendar(asked, day),
                by_fixed_calendar(asked, day, effort.night_s),
                by_insertion(asked, day.anew()),
                by_insertion(asked, day.anew(), effort.plan_s),
            )
            rows.append([policy.number for policy in accepted])
            broken += sum(policy.broken for policy in accepted)
            if demand == max(effort.demands):
                middle, tightened = _middle(asked), accepted[-1]
                far += [
                    (distance_m(middle, node.place), is_accepted)
                    for node, is_accepted in zip(asked, tightened.which, strict=True)
                ]
        by_demand[str(demand * effort.agents)] = _gains(rows)
    return {
        **_told(by_demand[str(max(effort.demands) * effort.agents)], far),
        "agents": effort.agents,
        "seeds": effort.seeds,
        "by_demand": by_demand,
        "promises_broken": broken,
    }


def _told(hardest: dict[str, Any], far: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """The figures at the highest demand, in a word each."""
    deciles = _by_decile(far)
    return {
        **{name: gain["mean"] for name, gain in hardest.items() if "gain" in name and gain},
        "by_distance_decile": deciles,
        "farthest_of_mean": round(deciles[-1] / fmean(deciles), 2),
    }


def _middle(asked: Sequence[Node]) -> Place:
    return Place(
        float(np.median([node.place.latitude for node in asked])),
        float(np.median([node.place.longitude for node in asked])),
    )


# against which calendar each gain is told
GAINS = {
    "insertion_gain": ("insertion", "fixed_kept_at_booking"),
    "tightened_gain": ("tightened", "fixed_kept_at_booking"),
    "insertion_gain_over_night": ("insertion", "fixed_planned_at_night"),
    "tightened_gain_over_night": ("tightened", "fixed_planned_at_night"),
}


def _gains(rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    by_policy = dict(zip(POLICIES, zip(*rows, strict=True), strict=True))
    told: dict[str, Any] = {name: round(fmean(numbers), 1) for name, numbers in by_policy.items()}
    for name, (ours, calendar) in GAINS.items():
        pairs = zip(by_policy[ours], by_policy[calendar], strict=True)
        gains = [100 * (mine / fixed - 1) for mine, fixed in pairs if fixed]
        told[name] = {"mean": round(fmean(gains), 1), "worst": round(min(gains), 1)} if gains else None
    return told


def _by_decile(far: Sequence[tuple[float, bool]]) -> list[float]:
    """The share that is accepted, by distance from the middle of the town, nearest tenth first."""
    accepted = [is_accepted for _, is_accepted in sorted(far)]
    return [round(fmean(part), 3) for part in np.array_split(np.array(accepted, float), DECILES)]


def recall(effort: Effort, shares: Sequence[float], on_step: Callable[[str], None]) -> dict[str, Any]:
    """Of what an optimiser finds possible, the share that is offered, on days that are so full."""
    told = {}
    for share in shares:
        on_step(f"recall, {share:.0%} full")
        day = full_day(effort, share)
        offered = possible = 0
        for node in requests(effort.town, effort.asked, 77):
            if day.place_for(node) is not None:
                offered, possible = offered + 1, possible + 1
            else:
                possible += day.with_one_more(node).serve_all(effort.recall_s)
        told[f"{share:.0%}"] = {
            "recall": round(offered / possible, 3) if possible else None,
            "offered": offered,
            "possible": possible,
            "asked": effort.asked,
        }
    return told


def full_day(effort: Effort, share: float) -> Day:
    """A day in which a stream of requests found no place any more, and a share of its visits."""
    day = _new_day(effort, 5)
    for node in requests(effort.town, max(effort.demands) * effort.agents, 5):
        day.promise(node)
    for route in day.routes:
        for stop in [stop for stop in route if day.dice.random() >= share]:
            route.remove(stop)
            del day.stops[stop]
    return day
