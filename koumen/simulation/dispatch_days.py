"""Days of an invented town, in the solver's terms: who promises what to whom, repairs and plans; all can be judged."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random
from time import thread_time

from koumen.dispatch.solver.check import Call, Case, Duty, Fault, check
from koumen.dispatch.solver.day import EVER, Insertion, Node
from koumen.dispatch.solver.day import Day as Worked
from koumen.dispatch.solver.live import risky
from koumen.dispatch.solver.mend import Loose, Part, best_place, mend
from koumen.dispatch.solver.plan import Clock, improve
from koumen.dispatch.solver.pose import posed
from koumen.dispatch.solver.repair import Trouble, repair
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


@dataclass(frozen=True)
class _Remembered(Part):
    """A shift whose days are worked out once: most bookings look at routes that have not changed."""

    def day(self, stops: Sequence[Node]) -> Worked:
        """The day with these stops in this order."""
        return _worked_out(Part(self.first, self.last, self.rest, self.ways), tuple(stops))


@lru_cache(maxsize=4_000)
def _worked_out(part: Part, stops: tuple[Node, ...]) -> Worked:
    return part.day(stops)


@dataclass
class Day:
    """One day of some agents: their shifts, the promises, who goes in which order.

    ``clock``: what plans are limited by. Processor time, so that other work on the machine spoils nothing.
    """

    dice: Random
    agents: int
    travel: Travel = LINE
    clock: Clock = thread_time
    ways: Ways = field(init=False)
    homes: list[Place] = field(init=False)
    starts: list[int] = field(init=False)
    stops: dict[int, Node] = field(default_factory=dict)
    routes: list[list[int]] = field(init=False)
    faults: list[frozenset[tuple[Fault, Hashable]]] = field(init=False)
    learnt: set[Place] = field(default_factory=set, init=False)

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
            _Remembered(
                Node(home, starts, EVER, 0),
                Node(home, STARTS, ENDS, 0),
                REST if starts <= REST.ends else None,
                self.ways,
            )
            for home, starts in zip(self.homes, self.starts, strict=True)
        ]

    @property
    def is_whole(self) -> bool:
        """Whether every promise is in one route."""
        return sorted(stop for route in self.routes for stop in route) == sorted(self.stops)

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
        if node.place not in self.learnt:
            known = [*self.homes, *(one.place for one in self.stops.values())]
            self.ways.learn([node.place], known)
            self.ways.learn(known, [node.place])
        return best_place(self.parts, _Listed(loose), self.routes, new)

    def learn(self, places: Iterable[Place]) -> None:
        """Ask once for all ways between some places."""
        self.learnt |= {*self.homes, *places}
        everywhere = list(self.learnt)
        self.ways.learn(everywhere, everywhere)

    def anew(self) -> "Day":
        """The same shifts without a visit; what is known of the ways stays known."""
        other = copy(self)
        other.stops, other.routes = {}, [[] for _ in range(self.agents)]
        return other

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
        self.starts[agent] = min(self.starts[agent] + self.dice.randint(1, 90) * 60, 12 * HOUR)
        return agent

    def repair(self) -> None:
        """Help the promises at risk, as far as it can be."""
        rows = self._rows()
        at_risk = at_risk_in(self.parts, rows.stops, rows.routes)
        soonest = sorted(at_risk, key=lambda row: (rows.stops[row].node.earliest, row))
        trouble = Trouble(self.parts, rows.stops, rows.routes, frozenset(), soonest)
        self.routes = rows.as_stops(repair(trouble))

    def plan(self, effort: float) -> None:
        """Plan the day anew; kept only where everything can be kept."""
        self._plan(effort, is_kept=True)

    def serve_all(self, effort: float) -> bool:
        """Plan until visits that are in no route are in one, first briefly; whether every promise can be kept then."""
        for share in (0.1, 0.9):
            if not self.is_whole:
                self._plan(share * effort, is_kept=False)
        return self.is_whole and not any(self.faults_of(agent) for agent in range(self.agents))

    def _plan(self, effort: float, *, is_kept: bool) -> None:
        rows = self._rows()
        found = planned(self.parts, rows.stops, rows.routes, (effort, self.clock), is_kept=is_kept)
        if found is not None:
            self.routes = rows.as_stops(found)

    def _rows(self) -> "Rows":
        return Rows.of(self.stops, self.routes, self.agents)


Town = Callable[[Random, int], Day]
"""A day without visits, of so many agents."""


@dataclass(frozen=True)
class Rows:
    """The stops of a day as the solver counts them: 0, 1, 2 and so on, in ``order``."""

    order: Sequence[int]
    stops: Sequence[Loose]
    routes: Sequence[Sequence[int]]

    @classmethod
    def of(cls, stops: Mapping[int, Node], routes: Sequence[Sequence[int]], agents: int) -> "Rows":
        """Of these stops, that everybody may go to."""
        order, everybody = list(stops), frozenset(range(agents))
        row = {stop: number for number, stop in enumerate(order)}
        loose = [Loose(stops[stop], everybody) for stop in order]
        return cls(order, loose, [[row[stop] for stop in route] for route in routes])

    def as_stops(self, routes: Sequence[Sequence[int]]) -> list[list[int]]:
        """Routes of rows as routes of stops."""
        return [[self.order[row] for row in route] for route in routes]


def at_risk_in(
    parts: Sequence[Part], stops: Sequence[Loose], routes: Sequence[Sequence[int]]
) -> frozenset[int]:
    """The stops whose promise cannot be kept as it stands."""
    found: set[int] = set()
    for part, route in zip(parts, routes, strict=True):
        found |= {route[place] for place in risky(part.day([stops[stop].node for stop in route]))}
    return frozenset(found)


def planned(
    parts: Sequence[Part],
    stops: Sequence[Loose],
    routes: Sequence[Sequence[int]],
    effort: tuple[float, Clock],
    *,
    is_kept: bool,
    seed: int = 0,
) -> list[list[int]] | None:
    """Better routes with room for every break; None where a plan leaves a promise without a place."""
    problem = posed(parts, stops, routes, bands=[0], is_kept=is_kept)
    return mend(parts, stops, improve(problem, effort[0], lambda share, cost: None, seed, effort[1]))


class _Listed(Sequence[Loose]):
    """Stops by their number, as a sequence."""

    def __init__(self, known: Mapping[int, Loose]) -> None:
        self.known = known

    def __getitem__(self, number: int) -> Loose:  # type: ignore[override]  # never sliced
        return self.known[number]

    def __len__(self) -> int:
        return len(self.known)


def filled(day: Day, share: float) -> Day:
    """The day with that share of the visits that would fit for each agent."""
    for agent in range(day.agents):
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
    alone = replace(day, agents=1, stops={})
    alone.homes = [day.homes[agent]]
    return alone
