"""Travel times along roads, by a customisable contraction hierarchy (Dibbelt, Strasser & Wagner 2016).

The bands of a day differ by their pace alone, which slows down every road alike: the quickest way is the same in all of
them, so it is asked for once and divided by the pace.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians
from typing import Generic, TypeVar

import numpy as np
import routingkit_cch
from numpy.typing import NDArray

from koumen.dispatch.roads.graph import NO_STOPPING, Roadmap
from koumen.dispatch.solver.travel import NO_WAY_S, Seconds
from koumen.kit.place import EARTH_RADIUS_M, Place

Q = TypeVar("Q")

# RoutingKit's own number for "closed".
CLOSED_MS = 2**31 - 1
# Pairs kept in memory: the ways of a thousand routes of twelve stops in four bands, several times over.
MOST_PAIRS = 400_000
# At the poles every meridian is near.
EDGE = 1e-6
# Of the distance that may be walked, a part in which most places find a road.
NEARER = 8
# Places kept with their nearest node: every customer of a large branch.
MOST_SNAPS = 200_000


@dataclass(frozen=True)
class Driving:
    """How fast, by class of road (km/h, 0: not used) and band (share of that speed); and what is added.

    ``reach_m``: how far a door may be from the nearest road; the rest is walked at ``walk_m_s``.
    """

    speeds_km_h: tuple[int, ...]
    paces: tuple[float, ...]
    margin: float
    fixed_s: int
    walk_m_s: float
    reach_m: int


@dataclass(frozen=True)
class Snap:
    """The node of the map nearest to a place, and how far to walk."""

    node: int
    walk_m: float


@dataclass
class Pinned(Generic[Q]):
    """A query, and the many nodes to or from which it asks."""

    query: Q
    nodes: list[int]


def weights_ms(roads: Roadmap, driving: Driving) -> NDArray[np.uint32]:
    """(m,) the milliseconds of each arc at the full pace; a limit that is lower than the class's speed counts."""
    speed = np.array(driving.speeds_km_h, np.float64)[roads.kind]
    limit = roads.limit_km_h.astype(np.float64)
    speed = np.where((limit > 0) & (limit < speed), limit, speed)
    with np.errstate(divide="ignore"):
        took = np.ceil(roads.length_dm * 360.0 / speed)  # decimetres by km/h
    return np.where(speed > 0, np.clip(took, 1, CLOSED_MS), CLOSED_MS).astype(np.uint32)


class Roads:
    """Travel times on one map with one set of speeds; made once a process, and safe to ask from any thread."""

    def __init__(self, roads: Roadmap, driving: Driving) -> None:
        self.roads = roads
        self.driving = driving
        self.bands = len(driving.paces)
        self.paces = np.array(driving.paces)
        cch = routingkit_cch.CCH(
            roads.order.tolist(), roads.tail.tolist(), roads.head.tolist(), filter_always_inf_arcs=False
        )
        self._metric = routingkit_cch.CCHMetric(cch, weights_ms(roads, driving).tolist())
        self._snaps: dict[Place, Snap | None] = {}
        self._pairs: dict[tuple[int, int], int] = {}
        self._mine = threading.local()

    @cached_property
    def _stoppable(self) -> NDArray[np.bool_]:
        """(n,) where somebody can get off."""
        may = np.zeros(len(self.roads.latitude), np.bool_)
        arcs = ~np.isin(self.roads.kind, NO_STOPPING)
        may[self.roads.tail[arcs]] = True
        may[self.roads.head[arcs]] = True
        return may

    def snap(self, place: Place) -> Snap | None:
        """The nearest node where somebody can get off, or None when it is farther than may be walked."""
        if place not in self._snaps:
            if len(self._snaps) >= MOST_SNAPS:
                self._snaps.clear()
            self._snaps[place] = self._nearest(place)
        return self._snaps[place]

    def _nearest(self, place: Place) -> Snap | None:
        """Nearly always one is so near that few need to be looked at."""
        for reach_m in (self.driving.reach_m / NEARER, float(self.driving.reach_m)):
            found = self._nearest_within(place, reach_m)
            if found is not None:
                return found
        return None

    def _nearest_within(self, place: Place, reach_m: float) -> Snap | None:
        reach = np.degrees(reach_m / EARTH_RADIUS_M)
        first, last = np.searchsorted(
            self.roads.latitude, [place.latitude - reach, place.latitude + reach], side="left"
        )
        apart = (self.roads.longitude[first:last] - place.longitude + 180) % 360 - 180
        wide = reach / max(cos(radians(place.latitude)), EDGE)
        near = first + np.flatnonzero((np.abs(apart) <= wide) & self._stoppable[first:last])
        if not len(near):
            return None
        north = np.radians(self.roads.latitude[near] - place.latitude)
        east = np.radians(apart[near - first]) * cos(radians(place.latitude))
        metres = EARTH_RADIUS_M * np.hypot(north, east)
        nearest = int(np.argmin(metres))
        if metres[nearest] > reach_m:
            return None
        return Snap(int(near[nearest]), float(metres[nearest]))

    def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> Seconds:
        """(len(starts), len(ends)) int32, seconds, row = from, door to door with the margin."""
        here, there = [self.snap(place) for place in starts], [self.snap(place) for place in ends]
        rows = [row for row, snap in enumerate(here) if snap]
        columns = [column for column, snap in enumerate(there) if snap]
        times = np.full((len(starts), len(ends)), NO_WAY_S, np.int32)
        if rows and columns:
            known = [snap for snap in here if snap], [snap for snap in there if snap]
            times[np.ix_(rows, columns)] = self._door_to_door(*known, band)
        same = np.array([[start == end for end in ends] for start in starts], np.bool_)
        return np.where(same & (times < NO_WAY_S), self.driving.fixed_s, times).astype(np.int32)

    def _door_to_door(self, starts: Sequence[Snap], ends: Sequence[Snap], band: int) -> Seconds:
        driven = self._driven_again([snap.node for snap in starts], [snap.node for snap in ends])
        walked = (
            np.array([snap.walk_m for snap in starts])[:, None] + np.array([s.walk_m for s in ends])[None, :]
        )
        return self.promised(driven, walked, self.paces[band]).astype(np.int32)

    def promised(
        self, driven_ms: NDArray[np.int64], walked_m: NDArray[np.float64], pace: float | NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Seconds from door to door at a pace, with the margin; NO_WAY_S where there is no way."""
        took = driven_ms / (1000 * pace) + walked_m / self.driving.walk_m_s
        promised = self.driving.fixed_s + np.ceil(took * self.driving.margin)
        return np.where(driven_ms < CLOSED_MS, np.minimum(promised, NO_WAY_S), NO_WAY_S)

    def _driven_again(self, starts: list[int], ends: list[int]) -> NDArray[np.int64]:
        """As ``driven_ms``; what was asked last is not asked again, since band after band is asked for."""
        known: tuple[list[int], list[int], NDArray[np.int64]] | None = self._mine.__dict__.get("last")
        if known is None or known[:2] != (starts, ends):
            known = self._mine.__dict__["last"] = starts, ends, self.driven_ms(starts, ends)
        return known[2]

    def driven_ms(self, starts: Sequence[int], ends: Sequence[int], *, places: str = "") -> NDArray[np.int64]:
        """(len(starts), len(ends)) milliseconds from node to node at the full pace, without margin.

        CLOSED_MS where there is no way. ``places`` is a name for nodes that are asked about again and again.
        """
        if len(starts) == len(ends) == 1:
            return np.array([[self._pair_ms(starts[0], ends[0])]], np.int64)
        if len(ends) == 1:
            to_one = self._mine_of(f"from {places}", routingkit_cch.CCHManyToOne)
            if to_one.nodes != starts:
                to_one.query.repin_sources(list(starts))
                to_one.nodes = list(starts)
            return _filled([to_one.query.distances_to(ends[0])]).T
        to_many = self._mine_of(f"to {places}", routingkit_cch.CCHOneToMany)
        if to_many.nodes != ends:
            to_many.query.repin_targets(list(ends))
            to_many.nodes = list(ends)
        return _filled([to_many.query.distances_from(start) for start in starts])

    def _mine_of(self, name: str, kind: Callable[[routingkit_cch.CCHMetric, list[int]], Q]) -> "Pinned[Q]":
        """A query with pins is a thread's own too; pinning it anew costs a tenth of making it."""
        queries: dict[str, Pinned[Q]] = self._mine.__dict__.setdefault("pinned", {})
        if name not in queries:
            queries[name] = Pinned(kind(self._metric, [0]), [0])
        return queries[name]

    def line(self, start: Place, end: Place) -> list[tuple[float, float]]:
        """The way that ``durations`` times, as (latitude, longitude) from door to door; empty where there is none."""
        here, there = self.snap(start), self.snap(end)
        if here is None or there is None:
            return []
        found = self._query().run(here.node, there.node)
        if found.distance is None:
            return []
        nodes = np.asarray(found.node_path, np.int64)
        points = np.column_stack([self.roads.latitude[nodes], self.roads.longitude[nodes]]).tolist()
        doors = [(place.latitude, place.longitude) for place in (start, end)]
        return [doors[0], *((north, east) for north, east in points), doors[1]]

    def _pair_ms(self, start: int, end: int) -> int:
        known = self._pairs.get((start, end))
        if known is None:
            if len(self._pairs) >= MOST_PAIRS:
                self._pairs.clear()
            distance = self._query().run(start, end).distance
            known = self._pairs[start, end] = CLOSED_MS if distance is None else distance
        return known

    def _query(self) -> routingkit_cch.CCHQuery:
        """A query is a thread's own: it holds the marks of its last search."""
        if not hasattr(self._mine, "query"):
            self._mine.query = routingkit_cch.CCHQuery(self._metric)
        query: routingkit_cch.CCHQuery = self._mine.query
        return query


def _filled(rows: Sequence[Sequence[int | None]]) -> NDArray[np.int64]:
    with suppress(TypeError):  # of a None, which is rare: all nodes of a map reach each other
        return np.array(rows, np.int64)
    return np.array([[CLOSED_MS if took is None else took for took in row] for row in rows], np.int64)
