"""How quickly all slots of a day are found: a thousand agents, real roads where the extracts lie, days as arrays.

A *full* day is one in which twenty requests in a row find nothing, or each agent has thirteen visits; shares are cut
from it at random. Queries come from addresses that were never asked before: finding their corner of the map counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from time import perf_counter, thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koumen.dispatch.queries.kept import chart_of
from koumen.dispatch.solver.block import Block, Question, offers_of
from koumen.dispatch.solver.offer import Wanted
from koumen.dispatch.solver.progress import Frame, Promise
from koumen.dispatch.solver.travel import ALWAYS, Span, Travel, Ways
from koumen.kit.place import Place
from koumen.simulation.bench_town import MIDDLE, Door, doors, roads_of_the_bench
from koumen.simulation.dispatch_days import HOUR, LINE, REST

OPENS, CLOSES = 9 * HOUR, 18 * HOUR
WINDOWS = [(hour * HOUR, (hour + 1) * HOUR) for hour in range(9, 18)]
SERVICE_S = (900, 1200)  # a repayment with its receipt
MOST_STOPS = 13  # the question is about twelve; with this a share of 95 % comes to about as many
GIVE_UP = 20  # requests in a row without a place: the day is full
DAYS = 14
WARM_UP = 10  # queries that are not counted


@dataclass
class Branch:
    """Agents of a town on one date, as the engine keeps them, and who else may live there."""

    agents: int
    travel: Travel
    spans: Sequence[Span]
    dice: Random
    frames: list[Frame] = field(init=False)
    promises: list[list[Promise]] = field(init=False)
    door: Door = field(init=False)
    block: Block = field(init=False)

    def __post_init__(self) -> None:
        self.door = doors(self.travel)
        self.frames = [Frame(OPENS, CLOSES, self.somewhere(), REST) for _ in range(self.agents)]
        self.promises = [[] for _ in range(self.agents)]
        self.block = self.kept(self.promises)

    def somewhere(self) -> Place:
        """Where somebody lives."""
        return self.door(self.dice)

    def kept(self, promises: Sequence[Sequence[Promise]]) -> Block:
        """A block with these days."""
        ways = Ways(self.travel, self.spans)
        block = Block(self.agents, ways, (OPENS, CLOSES), lambda bands: chart_of(self.travel, bands, MIDDLE))
        for agent, (frame, promised) in enumerate(zip(self.frames, promises, strict=True)):
            block.write(agent, frame, promised)
        return block

    def question(self, place: Place, service_s: int, may_go: NDArray[np.bool_] | None = None) -> Question:
        """What somebody asks: every window of a day, of everybody or of some."""
        allowed = np.full(self.agents, (1 << len(WINDOWS)) - 1, np.uint64)
        if may_go is not None:
            allowed[~may_go] = 0
        return Question(Wanted(place, service_s), WINDOWS, allowed, OPENS)

    def fill(self) -> None:
        """Promise whatever somebody asks for and can have, until hardly anybody finds a place."""
        refused, has_room = 0, np.ones(self.agents, np.bool_)
        while refused < GIVE_UP and has_room.any():
            place, service_s = self.somewhere(), self.dice.choice(SERVICE_S)
            found = self.block.offers(self.question(place, service_s, has_room))
            fits = [(window, fit) for window, fit in zip(WINDOWS, found, strict=True) if fit]
            if not fits:
                refused += 1
                continue
            refused = 0
            window, fit = self.dice.choice(fits)
            self.promises[fit.agent].insert(fit.fit.gap, Promise(place, *window, service_s))
            self.block.write(fit.agent, self.frames[fit.agent], self.promises[fit.agent])
            has_room[fit.agent] = len(self.promises[fit.agent]) < MOST_STOPS

    def thinned(self, share: float) -> Block:
        """The same days with only a share of their visits."""
        return self.kept([[one for one in day if self.dice.random() < share] for day in self.promises])


def measure_offers(
    *, agents: int, queries: int, shares: Sequence[float], on_step: Callable[[str], None]
) -> dict[str, Any]:
    """Latency by share of a full day, and of fourteen days at once; wall and processor time beside each other."""
    roads = roads_of_the_bench()
    travel, spans, told = roads or (LINE, ALWAYS, "straight line")
    branch = Branch(agents, travel, spans, Random(20261126))  # noqa: S311  (a simulation)
    on_step(f"filling the days of {agents} agents")
    branch.fill()
    stops = sum(len(promised) for promised in branch.promises) / agents
    by_share = {}
    for share in shares:
        on_step(f"offers, {share:.0%} full")
        block = branch.thinned(share)
        by_share[f"{share:.0%}"] = {
            "stops_an_agent": round(stops * share, 1),
            **_timed(branch, [block], queries),
        }
    on_step(f"offers of {DAYS} days")
    fullest = [branch.thinned(max(shares)) for _ in range(DAYS)]
    days = _timed(branch, fullest, max(queries // 10, 5))
    worst = by_share[f"{max(shares):.0%}"]
    return {
        "p50_us": worst["p50_us"],
        "p99_us": worst["p99_us"],
        "agents": agents,
        "travel": told,
        "by_share": by_share,
        "14_days": days,
    }


def _timed(branch: Branch, blocks: Sequence[Block], queries: int) -> dict[str, int]:
    wall, processor = [], []
    for number in count():
        place = branch.somewhere()
        begun, used = perf_counter(), thread_time()
        offers_of([(block, branch.question(place, SERVICE_S[-1])) for block in blocks])
        if number >= WARM_UP:
            wall.append((perf_counter() - begun) * 1e6)
            processor.append((thread_time() - used) * 1e6)
        if len(wall) == queries:
            break
    figures = {"n": queries}
    for name, times in (("", wall), ("cpu_", processor)):
        p50, p99 = np.percentile(times, [50, 99])
        figures |= {f"{name}p50_us": round(float(p50)), f"{name}p99_us": round(float(p99))}
    return figures
