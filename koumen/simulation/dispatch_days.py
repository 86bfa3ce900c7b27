"""Random days of an invented town, in the solver's terms: bookings, cancellations, late starts, plans; all judged."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from random import Random

import numpy as np

from koumen.dispatch.solver.check import Call, Case, Duty, Fault, check
from koumen.dispatch.solver.day import EVER, Insertion, Node
from koumen.dispatch.solver.mend import Loose, Part, best_place, mend
from koumen.dispatch.solver.plan import Problem, Stint, Stop, improve
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import ALWAYS, StraightLine, Travel, Ways
from koumen.kit.place import Place

HOUR = 3600
STARTS, ENDS = 9 * HOUR, 18 * HOUR
REST = Rest(1800, 11 * HOUR, 13 * HOUR)
SERVICE_S = (600, 1200, 1800, 2700)  # a signature, a repayment, a consultation, somebody who needs time
SIDE_KM = 10  # from one end of the town to the other
# What the product comes with, where no roads are imported.
LINE = StraightLine(fixed_s=300, first_s=300, s_per_m=1.3 * 3.6 / 25, margin=1.6)
# After so many events the sun sets and another day begins.
EVENTS_A_DAY = 60
# Of a hundred events so many are bookings, cancellations, late starts; the rest is planning.
BOOK, CANCEL, LATE = 70, 22, 6


@dataclass
class Day:
    """One day of some agents: their shifts, the promises, who goes in which order."""

    dice: Random
    agents: int
    travel: Travel = LINE
    ways: Ways = field(init=False)
    homes: list[Place] = field(init=False)
    starts: list[int] = field(init=False)
    stops: dict[int, Node] = field(default_factory=dict)
    routes: list[list[int]] = field(init=False)
    faults: list[frozenset[tuple[Fault, Hashable]]] = field(init=False)

    def __post_init__(self) -> None:
        self.ways = Ways(self.travel)
        self.homes = [self.somewhere() for _ in range(self.agents)]
        self.starts = [STARTS] * self.agents
        self.routes = [[] for _ in range(self.agents)]
        self.faults = [frozenset()] * self.agents

    def somewhere(self) -> Place:
        """A place in the town."""
        half = SIDE_KM / 2 / 111.2
        return Place(30 + self.dice.uniform(-half, half), 120 + self.dice.uniform(-half, half) / 0.866)

    @property
    def parts(self) -> list[Part]:
        """Every shift as it starts now; a break whose time is over is not planned any more."""
        return [
            Part(
                Node(home, starts, EVER, 0),
                Node(home, STARTS, ENDS, 0),
                REST if starts <= REST.ends else None,
                self.ways,
            )
            for home, starts in zip(self.homes, self.starts, strict=True)
        ]

    def faults_of(self, agent: int) -> frozenset[tuple[Fault, Hashable]]:
        """What the judge says of an agent's day."""
        duty = Duty(
            id=agent,
            starts=self.starts[agent],
            ends=ENDS,
            start=self.homes[agent],
            home=self.homes[agent],
            break_s=REST.length_s if self.starts[agent] <= REST.ends else 0,
            break_from=REST.begins,
            break_until=REST.ends,
        )
        nodes = {stop: self.stops[stop] for stop in self.routes[agent]}
        calls = [
            Call(
                id=stop,
                place=node.place,
                window_from=node.earliest,
                window_to=node.latest + 1,
                service_s=node.service_s,
            )
            for stop, node in nodes.items()
        ]
        bands = [(span.begins, span.band) for span in ALWAYS]
        routes: dict[Hashable, list[Hashable]] = {agent: list(self.routes[agent])}
        case = Case(
            duties=[duty], calls=calls, routes=routes, travel=self.travel, bands=bands, promised={}, now=0
        )
        return frozenset(violation.about for violation in check(case))

    def book(self) -> int | None:
        """Promise the slot that costs the least way to somebody, in a window that they like; the agent who goes."""
        hour = self.dice.randint(9, 16)
        return self.promise(
            Node(self.somewhere(), hour * HOUR, (hour + 1) * HOUR - 1, self.dice.choice(SERVICE_S))
        )

    def promise(self, node: Node) -> int | None:
        """Put a visit where it costs the least way, if it fits anywhere; the agent who goes."""
        found = self.place_for(node)
        if found is None:
            return None
        agent, fit = found
        stop = self.add(node)
        self.routes[agent].insert(fit.gap, stop)
        return agent

    def place_for(self, node: Node) -> tuple[int, Insertion] | None:
        """Where a visit would cost the least way."""
        everybody, new = frozenset(range(self.agents)), 0
        loose = {id: Loose(known, everybody) for id, known in self.stops.items()}
        loose[new] = Loose(node, everybody)
        known = [*self.homes, *(one.place for one in self.stops.values())]
        self.ways.learn([node.place], known)
        self.ways.learn(known, [node.place])
        return best_place(self.parts, _Listed(loose), self.routes, new)

    def with_one_more(self, node: Node) -> "Day":
        """The same day with a visit that is in no route yet."""
        other = copy(self)
        other.stops, other.routes = dict(self.stops), [list(route) for route in self.routes]
        other.add(node)
        return other

    def add(self, node: Node) -> int:
        """Give a visit a number; it is in no route yet."""
        stop = max(self.stops, default=0) + 1
        self.stops[stop] = node
        return stop

    def cancel(self) -> int | None:
        """Somebody calls off; the agent whose route is shorter now."""
        busy = [agent for agent, route in enumerate(self.routes) if route]
        if not busy:
            return None
        agent = self.dice.choice(busy)
        del self.stops[self.routes[agent].pop(self.dice.randrange(len(self.routes[agent])))]
        return agent

    def start_late(self) -> int:
        """An agent starts later than planned: nobody's act, but what is promised then must still hold."""
        agent = self.dice.randrange(self.agents)
        self.starts[agent] = min(self.starts[agent] + self.dice.randint(1, 40) * 60, 12 * HOUR)
        return agent

    def plan(self, seconds: float) -> None:
        """Plan the day anew; kept only where everything can be kept."""
        self._plan(seconds, is_kept=True)

    def serve_all(self, seconds: float) -> bool:
        """Plan until visits that are in no route are in one; whether every promise can be kept then."""
        self._plan(seconds, is_kept=False)
        served = sorted(stop for route in self.routes for stop in route)
        return served == sorted(self.stops) and not any(self.faults_of(agent) for agent in range(self.agents))

    def _plan(self, seconds: float, *, is_kept: bool) -> None:
        order = list(self.stops)
        row = {stop: number for number, stop in enumerate(order)}
        places = [*self.homes, *(self.stops[stop].place for stop in order)]
        durations = self.travel.durations(places, places, 0).astype(np.int64)
        np.fill_diagonal(durations, 0)
        everybody = frozenset(range(self.agents))
        problem = Problem(
            stints=[Stint(agent, agent, self.starts[agent], ENDS) for agent in range(self.agents)],
            stops=[
                Stop(self.agents + number, node.earliest, node.latest, node.service_s, everybody)
                for number, node in enumerate(self.stops.values())
            ],
            durations=durations,
            routes=[[row[stop] for stop in route] for route in self.routes],
            is_kept=is_kept,
        )
        loose = [Loose(node, everybody) for node in self.stops.values()]
        found = mend(self.parts, loose, improve(problem, seconds, lambda share, cost: None))
        if found is not None:
            self.routes = [[order[number] for number in route] for route in found]


class _Listed(Sequence[Loose]):
    """Stops by their number, as a sequence."""

    def __init__(self, known: Mapping[int, Loose]) -> None:
        self.known = known

    def __getitem__(self, number: int) -> Loose:  # type: ignore[override]  # never sliced
        return self.known[number]

    def __len__(self) -> int:
        return len(self.known)


@dataclass
class Outcome:
    """What random events came to: how many of each kind, and the promises broken by an act of ours."""

    events: int = 0
    broken: int = 0
    acts: Counter[str] = field(default_factory=Counter)


def live(events: int, *, agents: int, seed: int, plan_s: float = 0.02) -> Outcome:
    """Let so many events happen; after each act of ours the judge must find nothing that it did not find before."""
    dice, told = Random(seed), Outcome()  # noqa: S311  (a simulation)
    day = Day(dice, agents)
    while told.events < events:
        if told.events % EVENTS_A_DAY == 0:
            day = Day(dice, agents)
        told.events += 1
        _one(day, told, plan_s)
    return told


def _one(day: Day, told: Outcome, plan_s: float) -> None:
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
    elif any(day.faults):  # a day that is late already is a person's business
        return
    else:
        day.plan(plan_s)
        told.acts["planned"] += 1
        touched = list(range(day.agents))
    for agent in touched:
        after, before = day.faults_of(agent), day.faults[agent]
        # on a day that a late start has broken, a break that is seen to be missing now was missing all along
        told.broken += sum(not before or fault is Fault.LATE for fault, _ in after - before)
        day.faults[agent] = after


def filled(agents: int, share: float, seed: int) -> Day:
    """A day in which each agent has that share of the visits that would fit."""
    day = Day(Random(seed), agents)  # noqa: S311  (a simulation)
    for agent in range(agents):
        alone = only(day, agent)
        refused = 0
        while refused < 12:  # noqa: PLR2004  (a dozen in a row who find nothing: it is full)
            refused = refused + 1 if alone.book() is None else 0
        route = alone.routes[0]
        for stop in day.dice.sample(route, round(len(route) * (1 - share))):
            route.remove(stop)
        offset = max(day.stops, default=0)
        day.routes[agent] = [offset + stop for stop in route]
        day.stops |= {offset + stop: alone.stops[stop] for stop in route}
    return day


def only(day: Day, agent: int) -> Day:
    """A day of only this agent, with the same dice."""
    alone = Day(day.dice, 1)
    alone.homes = [day.homes[agent]]
    return alone
