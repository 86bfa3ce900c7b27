"""One agent's day in a fixed order, and whether one more stop fits: O(1) for each gap.

Nodes 0..m run from where the agent is free to their home. With E earliest and L latest start, S service, and
``arrive`` and ``leave`` of travel.py (in a day without bands t + d and z - d), all in seconds:

    B[p] = max(E[p], arrive(B[p-1] + S[p-1]))           earliest start, forward
    Z[p] = min(L[p], leave(Z[p+1]) - S[p])              latest start that keeps every later promise, backward
    Z[p] < E[p]  →  Z[p] = NEVER                        in each layer; without it days with breaks are misjudged

A stop u fits between p and p+1 within [a, b] iff t = max(arrive(B[p] + S[p]), a) ≤ b and
t + s ≤ leave(Z[p+1]); the way grows by d(p,u) + d(u,p+1) - d(p,p+1). Exact for a fixed order, waiting
allowed: ``arrive`` never falls and ``leave`` is its inverse. Sources: Solomon 1987; Savelsbergh 1992;
Campbell & Savelsbergh 2005; with a break the same in two layers (rest.py); for bands Ichoua, Gendreau & Potvin 2003.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import EVER, NEVER, Leg, Ways, band_at
from koumen.kit.place import Place

__all__ = ["EVER", "NEVER", "Day", "Detours", "Insertion", "Node", "day_of", "detours", "insertion"]


@dataclass(frozen=True)
class Node:
    """A place where the agent must start within [earliest, latest] and stays ``service_s``."""

    place: Place
    earliest: int
    latest: int
    service_s: int


@dataclass(frozen=True)
class Layer:
    """Earliest (B) and latest (Z) starts of every node."""

    begins: tuple[int, ...]
    limits: tuple[int, ...]


@dataclass(frozen=True)
class Day:
    """Nodes with the ways between them: ``legs[p]`` leads from p to p+1.

    ``rested`` is the layer with the break behind (or none due), ``ahead`` the one with the break to come.
    """

    nodes: tuple[Node, ...]
    ways: Ways
    legs: tuple[Leg, ...]
    rest: Rest | None
    ahead: Layer
    rested: Layer

    @property
    def is_kept(self) -> bool:
        """Whether every promise of the day can be kept, the break too."""
        soonest = map(min, self.ahead.begins, self.rested.begins)
        in_time = all(begin <= node.latest for begin, node in zip(soonest, self.nodes, strict=True))
        return in_time and self.rested.begins[-1] <= self.nodes[-1].latest


@dataclass(frozen=True)
class Detours:
    """The ways from each node to a new place and from there to each node; worked out once for many windows."""

    there: tuple[Leg, ...]
    back: tuple[Leg, ...]


@dataclass(frozen=True, order=True)
class Insertion:
    """A gap (after node ``gap``) where the stop fits, best first: least extra way, then earliest start."""

    extra_s: int
    start: int
    gap: int


def day_of(nodes: Sequence[Node], ways: Ways, rest: Rest | None = None) -> Day:
    """Work out both layers for nodes in a fixed order."""
    legs = tuple(ways.leg(before.place, after.place) for before, after in pairwise(nodes))
    begins = _begins(nodes, legs, ways, rest)
    limits = _limits(nodes, legs, ways, rest)
    ahead, rested = (Layer(*layer) for layer in zip(begins, limits, strict=True))
    return Day(tuple(nodes), ways, legs, rest, ahead, rested)


def _begins(
    nodes: Sequence[Node], legs: Sequence[Leg], ways: Ways, rest: Rest | None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """B of both layers. A rested layer that is too late dies where the other still lives, else it would return."""
    ahead, rested = [nodes[0].earliest if rest else EVER], [EVER if rest else nodes[0].earliest]
    for p in range(1, len(nodes)):
        node, before = nodes[p], nodes[p - 1].service_s
        soon = ways.arrive(legs[p - 1], rested[-1] + before)
        late = EVER
        if rest:
            soon = min(soon, rest.over(ways, legs[p - 1], ahead[-1] + before))
            late = max(node.earliest, ways.arrive(legs[p - 1], ahead[-1] + before))
        soon = max(node.earliest, soon)
        rested.append(EVER if soon > node.latest >= late else soon)
        ahead.append(late)
    return tuple(ahead), tuple(rested)


def _limits(
    nodes: Sequence[Node], legs: Sequence[Leg], ways: Ways, rest: Rest | None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Z of both layers, clipped in each."""
    ahead, rested = [NEVER], [nodes[-1].latest]
    for p in range(len(nodes) - 2, -1, -1):
        node, latest = nodes[p], NEVER
        if rest:
            latest = max(ways.leave(legs[p], ahead[-1]), rest.before(ways, legs[p], rested[-1]))
        ahead.append(_clipped(min(node.latest, latest - node.service_s), node))
        rested.append(_clipped(min(node.latest, ways.leave(legs[p], rested[-1]) - node.service_s), node))
    return tuple(reversed(ahead)), tuple(reversed(rested))


def _clipped(limit: int, node: Node) -> int:
    return limit if limit >= node.earliest else NEVER


def detours(day: Day, place: Place) -> Detours:
    """The ways between a new place and every node of the day."""
    return Detours(
        there=tuple(day.ways.leg(node.place, place) for node in day.nodes),
        back=tuple(day.ways.leg(place, node.place) for node in day.nodes),
    )


def insertion(day: Day, ways: Detours, *, earliest: int, latest: int, service_s: int) -> Insertion | None:
    """The best gap for a stop that starts within [earliest, latest], or None when no gap keeps every promise.

    The extra way is told in the times of the band in which the stop would start.
    """
    found = []
    for p in range(len(day.nodes) - 1):
        start = _start(day, p, (ways.there[p], ways.back[p + 1]), (earliest, latest), service_s)
        if start is not None:
            band = band_at(day.ways.spans, start)
            extra = ways.there[p][band] + ways.back[p + 1][band] - day.legs[p][band]
            found.append(Insertion(extra, start, p))
    return min(found, default=None)


def _start(day: Day, p: int, legs: tuple[Leg, Leg], window: tuple[int, int], service_s: int) -> int | None:
    """When a stop between p and p+1 would start; None when that breaks a promise."""
    (there, back), (earliest, latest), free = legs, window, day.nodes[p].service_s
    rested = day.ways.arrive(there, day.rested.begins[p] + free)
    leaving = day.ways.leave(back, day.rested.limits[p + 1])
    if day.rest:
        ahead = max(day.ways.arrive(there, day.ahead.begins[p] + free), earliest)
        before = day.rest.before(day.ways, back, day.rested.limits[p + 1])
        if ahead <= latest and ahead + service_s <= max(
            day.ways.leave(back, day.ahead.limits[p + 1]), before
        ):
            return ahead
        rested = min(rested, day.rest.over(day.ways, there, day.ahead.begins[p] + free))
    rested = max(rested, earliest)
    return rested if rested <= latest and rested + service_s <= leaving else None
