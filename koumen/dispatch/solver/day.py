"""One agent's day in a fixed order, and whether one more stop fits: O(1) for each gap.

Nodes 0..m run from where the agent is free to their home. With E earliest and L latest start, S service and
d travel, all in seconds:

    B[p] = max(E[p], B[p-1] + S[p-1] + d(p-1,p))        earliest start, forward
    Z[p] = min(L[p], Z[p+1] - d(p,p+1) - S[p])          latest start that keeps every later promise, backward
    Z[p] < E[p]  →  Z[p] = NEVER

A stop u fits between p and p+1 within [a, b] iff t = max(B[p] + S[p] + d(p,u), a) ≤ b and
t + s + d(u,p+1) ≤ Z[p+1]; the way grows by d(p,u) + d(u,p+1) - d(p,p+1). Exact for a fixed order, waiting
allowed. Sources: Solomon 1987; Savelsbergh 1992; Campbell & Savelsbergh 2005.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from koumen.dispatch.solver.travel import Travel
from koumen.kit.place import Place

NEVER = -(1 << 60)
EVER = 1 << 60


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
    legs: tuple[int, ...]
    begins: tuple[int, ...]
    limits: tuple[int, ...]

    @property
    def is_kept(self) -> bool:
        """Whether every promise of the day can be kept."""
        return all(begin <= node.latest for begin, node in zip(self.begins, self.nodes, strict=True))


@dataclass(frozen=True)
class Detours:
    """The ways from each node to a new place and from there to each node; worked out once for many windows."""

    there: tuple[int, ...]
    back: tuple[int, ...]


@dataclass(frozen=True, order=True)
class Insertion:
    """A gap (after node ``gap``) where the stop fits, best first: least extra way, then earliest start."""

    extra_s: int
    start: int
    gap: int


def day_of(nodes: Sequence[Node], travel: Travel) -> Day:
    """Work out B and Z for nodes in a fixed order."""
    legs = [travel(before.place, after.place) for before, after in pairwise(nodes)]
    begins = [nodes[0].earliest]
    for p in range(1, len(nodes)):
        begins.append(max(nodes[p].earliest, begins[p - 1] + nodes[p - 1].service_s + legs[p - 1]))
    limits = [nodes[-1].latest]
    for p in range(len(nodes) - 2, -1, -1):
        limits.append(min(nodes[p].latest, limits[-1] - legs[p] - nodes[p].service_s))
        if limits[-1] < nodes[p].earliest:
            limits[-1] = NEVER
    return Day(tuple(nodes), tuple(legs), tuple(begins), tuple(reversed(limits)))


def detours(day: Day, place: Place, travel: Travel) -> Detours:
    """The ways between a new place and every node of the day."""
    return Detours(
        there=tuple(travel(node.place, place) for node in day.nodes),
        back=tuple(travel(place, node.place) for node in day.nodes),
    )


def insertion(day: Day, ways: Detours, *, earliest: int, latest: int, service_s: int) -> Insertion | None:
    """The best gap for a stop that starts within [earliest, latest], or None when no gap keeps every promise."""
    found = []
    for p, node in enumerate(day.nodes[:-1]):
        start = max(day.begins[p] + node.service_s + ways.there[p], earliest)
        if start <= latest and start + service_s + ways.back[p + 1] <= day.limits[p + 1]:
            extra = ways.there[p] + ways.back[p + 1] - day.legs[p]
            found.append(Insertion(extra, start, p))
    return min(found, default=None)
