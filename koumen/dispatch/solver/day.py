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

__all__ = [
    "EVER",
    "NEVER",
    "Day",
    "Gap",
    "Insertion",
    "Node",
    "day_of",
    "gaps_for",
    "gaps_in_time",
    "insertion",
]


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
class Gap:
    """What a new place finds after node ``number``, whatever its window: worked out once for many windows.

    ``ahead`` and ``rested`` are the earliest arrivals, ``ahead_by`` and ``rested_by`` the latest ends of the new
    visit that keep all that follows, each by layer; ``extra`` is the way that it adds, by band.
    """

    number: int
    extra: Leg
    ahead: int
    rested: int
    ahead_by: int
    rested_by: int


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


def gaps_for(day: Day, place: Place) -> list[Gap]:
    """Every gap of a day as a new place finds it."""
    there = [day.ways.leg(node.place, place) for node in day.nodes[:-1]]
    back = [day.ways.leg(place, node.place) for node in day.nodes[1:]]
    return [_gap(day, p, there[p], back[p]) for p in range(len(day.nodes) - 1)]


def gaps_in_time(day: Day, stop: Node, open_from: int) -> list[Gap]:
    """The gaps from a number on that a stop could use if its ways took no time: the others need not be asked for."""
    ahead, rested = day.ahead, day.rested
    return [
        _gap(day, p, day.ways.leg(node.place, stop.place), day.ways.leg(stop.place, day.nodes[p + 1].place))
        for p, node in enumerate(day.nodes[:-1])
        if p >= open_from
        and min(ahead.begins[p], rested.begins[p]) + node.service_s <= stop.latest
        and max(ahead.limits[p + 1], rested.limits[p + 1]) >= stop.earliest + stop.service_s
    ]


def _gap(day: Day, p: int, there: Leg, back: Leg) -> Gap:
    ways, rest, service_s = day.ways, day.rest, day.nodes[p].service_s
    rested = ways.arrive(there, day.rested.begins[p] + service_s)
    rested_by = ways.leave(back, day.rested.limits[p + 1])
    ahead, ahead_by = EVER, NEVER
    if rest:
        free = day.ahead.begins[p] + service_s
        ahead = ways.arrive(there, free)
        rested = min(rested, rest.over(ways, there, free))
        ahead_by = max(
            ways.leave(back, day.ahead.limits[p + 1]), rest.before(ways, back, day.rested.limits[p + 1])
        )
    extra = tuple(out + home - leg for out, home, leg in zip(there, back, day.legs[p], strict=True))
    return Gap(p, extra, ahead, rested, ahead_by, rested_by)


def insertion(
    day: Day, gaps: Sequence[Gap], *, earliest: int, latest: int, service_s: int
) -> Insertion | None:
    """The best gap for a stop that starts within [earliest, latest], or None when no gap keeps every promise.

    The extra way is told in the times of the band in which the stop would start.
    """
    found = []
    for gap in gaps:
        start = max(gap.ahead, earliest)
        if start > latest or start + service_s > gap.ahead_by:
            start = max(gap.rested, earliest)
            if start > latest or start + service_s > gap.rested_by:
                continue
        found.append(Insertion(gap.extra[band_at(day.ways.spans, start)], start, gap.number))
    return min(found, default=None)
