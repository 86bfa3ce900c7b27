"""One agent's day in a fixed order, and whether one more stop fits: O(1) for each gap.

Nodes 0..m run from where the agent is free to their home. With E earliest and L latest start, S service, and
``arrive`` and ``leave`` of travel.py (in a day without bands t + d and z - d), all in seconds:

    B[p] = max(E[p], arrive(B[p-1] + S[p-1]))           earliest start, forward
    Z[p] = min(L[p], leave(Z[p+1]) - S[p])              latest start that keeps every later promise, backward
    Z[p] < E[p]  →  Z[p] = NEVER

A stop u fits between p and p+1 within [a, b] iff t = max(arrive(B[p] + S[p]), a) ≤ b and
t + s ≤ leave(Z[p+1]); the way grows by d(p,u) + d(u,p+1) - d(p,p+1). Exact for a fixed order, waiting
allowed: ``arrive`` never falls and ``leave`` is its inverse. Sources: Solomon 1987; Savelsbergh 1992;
Campbell & Savelsbergh 2005; for bands Ichoua, Gendreau & Potvin 2003.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
class Day:
    """Nodes with the ways between them: ``legs[p]`` leads from p to p+1, ``begins`` is B, ``limits`` is Z."""

    nodes: tuple[Node, ...]
    ways: Ways
    legs: tuple[Leg, ...]
    begins: tuple[int, ...]
    limits: tuple[int, ...]

    @property
    def is_kept(self) -> bool:
        """Whether every promise of the day can be kept."""
        return all(begin <= node.latest for begin, node in zip(self.begins, self.nodes, strict=True))


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


def day_of(nodes: Sequence[Node], ways: Ways) -> Day:
    """Work out B and Z for nodes in a fixed order."""
    legs = [ways.leg(before.place, after.place) for before, after in pairwise(nodes)]
    begins = [nodes[0].earliest]
    for p in range(1, len(nodes)):
        free = begins[p - 1] + nodes[p - 1].service_s
        begins.append(max(nodes[p].earliest, ways.arrive(legs[p - 1], free)))
    limits = [nodes[-1].latest]
    for p in range(len(nodes) - 2, -1, -1):
        limits.append(min(nodes[p].latest, ways.leave(legs[p], limits[-1]) - nodes[p].service_s))
        if limits[-1] < nodes[p].earliest:
            limits[-1] = NEVER
    return Day(tuple(nodes), ways, tuple(legs), tuple(begins), tuple(reversed(limits)))


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
    for p, node in enumerate(day.nodes[:-1]):
        start = max(day.ways.arrive(ways.there[p], day.begins[p] + node.service_s), earliest)
        if start > latest or start + service_s > day.ways.leave(ways.back[p + 1], day.limits[p + 1]):
            continue
        band = band_at(day.ways.spans, start)
        extra = ways.there[p][band] + ways.back[p + 1][band] - day.legs[p][band]
        found.append(Insertion(extra, start, p))
    return min(found, default=None)
