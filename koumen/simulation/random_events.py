"""Random events of invented days: bookings, cancellations, delays, plans and repairs; the judge looks at each."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random

from koumen.dispatch.solver.check import Fault
from koumen.simulation.dispatch_days import Day

# After so many events the sun sets and another day begins.
EVENTS_A_DAY = 60
# Of a hundred events so many are bookings, cancellations, delays; else a dispatcher has the day planned or repaired.
BOOK, CANCEL, LATE = 64, 21, 7
# Turns of PyVRP in each plan: no clock, so the same seed lives the same days on any machine.
TURNS = 40
TELL_EVERY = 10_000  # events


@dataclass
class Outcome:
    """What random events came to: how many of each kind, and the promises broken by an act of ours."""

    events: int = 0
    broken: int = 0
    acts: Counter[str] = field(default_factory=Counter)


def live(
    events: int, *, agents: int, seed: int, on_step: Callable[[str], None] = lambda step: None
) -> Outcome:
    """Let so many events happen; after each act of ours the judge must find nothing that it did not find before."""
    dice, told = Random(seed), Outcome()  # noqa: S311  (a simulation)
    day = _new_day(dice, agents)
    while told.events < events:
        if told.events % EVENTS_A_DAY == 0:
            day = _new_day(dice, agents)
        told.events += 1
        _one(day, told)
        if told.events % TELL_EVERY == 0:
            on_step(f"{told.events:,} events, {told.broken} promises broken")
    return told


def _new_day(dice: Random, agents: int) -> Day:
    return Day(dice, agents, clock=count().__next__)


def _one(day: Day, told: Outcome) -> None:
    rolled = day.dice.randrange(100)
    if rolled < BOOK:
        agent = day.book()
        told.acts["full" if agent is None else "booked"] += 1
        touched = [] if agent is None else [agent]
    elif rolled < BOOK + CANCEL:
        agent = day.cancel()
        told.acts["cancelled"] += 1
        touched = [] if agent is None else [agent]
    elif rolled < BOOK + CANCEL + LATE:
        agent = day.start_late()
        told.acts["late"] += 1
        day.faults[agent] = day.faults_of(agent)  # the road's act, not ours
        return
    else:
        touched = _mend(day, told)
    told.broken += sum(_newly_broken(day, agent) for agent in touched) + (not day.is_whole)


def _mend(day: Day, told: Outcome) -> list[int]:
    """Repair a day that cannot be kept, plan one that can; the agents whose routes are others now."""
    before = [list(route) for route in day.routes]
    if any(day.faults):
        day.repair()
        told.acts["repaired" if day.routes != before else "nobody helped"] += 1
    else:
        day.plan(TURNS)
        told.acts["planned"] += 1
    return [agent for agent in range(day.agents) if day.routes[agent] != before[agent]]


def _newly_broken(day: Day, agent: int) -> int:
    after, before = day.faults_of(agent), day.faults[agent]
    day.faults[agent] = after
    # on a day that a late start has broken, a break that is seen to be missing now was missing all along
    return sum(not before or fault is Fault.LATE for fault, _ in after - before)
