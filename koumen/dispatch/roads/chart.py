"""Ways along roads for many places at once, with landmarks (ALT: Goldberg & Harrelson 2005) as marks."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from koumen.dispatch.roads.times import Roads
from koumen.dispatch.solver.chart import Spots
from koumen.dispatch.solver.travel import NO_WAY_S
from koumen.kit.place import Place

# With sixteen the bound is two thirds of a way of some minutes; with twice as many little more (Porto).
LANDMARKS = 16
# From so many places on it is quicker to ask landmark by landmark.
MANY = 200


def chart_along(roads: Roads, bands: Collection[int]) -> "RoadChart":
    """The chart for some bands; one for all dates whose quickest band is the same, so that marks are found once."""
    quickest = max(bands, key=lambda band: float(roads.paces[band]))
    charts: dict[int, RoadChart] = roads.__dict__.setdefault("charts", {})
    return charts.setdefault(quickest, RoadChart(roads, quickest))


class RoadChart:
    """Roads; the marks are the ways in one band, which bound those of all others: they differ by a factor."""

    def __init__(self, roads: Roads, band: int) -> None:
        self.roads = roads
        self.band = band
        self._marks: dict[int, NDArray[np.int32]] = {}

    @property
    def least_s(self) -> int:
        """The minutes at the door."""
        return self.roads.driving.fixed_s

    @property
    def apart_s(self) -> int:
        """Nothing: two doors may lie at one corner."""
        return 0

    @cached_property
    def stretch(self) -> NDArray[np.float64]:
        """By the pace of each band."""
        return np.asarray(self.roads.paces[self.band] / self.roads.paces)

    @cached_property
    def _landmarks(self) -> list[int]:
        """Nodes far from each other, the first of them far from the middle."""
        north, east = self.roads.roads.latitude, self.roads.roads.longitude
        points = np.stack([north, east * np.cos(np.radians(north.mean()))])
        apart = np.hypot(*(points - points.mean(axis=1, keepdims=True)))
        found = [int(np.argmax(apart))]
        apart = np.full(len(north), np.inf)
        while len(found) < min(LANDMARKS, len(north)):
            apart = np.minimum(apart, np.hypot(*(points - points[:, found[-1:]])))
            found.append(int(np.argmax(apart)))
        return found

    def spots(self, places: Sequence[Place]) -> Spots:
        """Each place at its corner; marks of corners that were met before are known."""
        snaps = [self.roads.snap(place) for place in places]
        self._learn([snap.node for snap in snaps if snap])
        shape = (len(places), 2 * len(self._landmarks))
        nowhere = np.zeros(shape[1], np.int32)
        marks = [self._marks[snap.node] if snap else nowhere for snap in snaps]
        return Spots(
            latitude=np.array([place.latitude for place in places], np.float64),
            longitude=np.array([place.longitude for place in places], np.float64),
            node=np.array([snap.node if snap else -1 for snap in snaps], np.int64),
            walk_m=np.array([snap.walk_m if snap else 0.0 for snap in snaps], np.float64),
            marks=np.array(marks, np.int32).reshape(shape),
        )

    def _learn(self, nodes: Sequence[int]) -> None:
        new = list(dict.fromkeys(node for node in nodes if node not in self._marks))
        if not new:
            return
        marks, driven = self._landmarks, partial(self.roads.driven_ms, places="landmarks")
        if len(new) < MANY:
            fore = np.concatenate([driven(marks, [node]).T for node in new])
            back = np.concatenate([driven([node], marks) for node in new])
        else:
            fore = self.roads.driven_ms(marks, new).T
            back = np.concatenate([self.roads.driven_ms(new, [mark]) for mark in marks], axis=1)
        share = self.roads.driving.margin / self.roads.paces[self.band]
        found = np.floor(np.concatenate([fore, -back], axis=1) * share)
        most = NO_WAY_S * 100  # no way is so long, and 32 bits hold the difference of two
        self._marks |= zip(new, np.clip(found, -most, most).astype(np.int32), strict=True)

    def there(self, starts: Spots, here: Spots) -> NDArray[np.int64]:
        """Each place's way to one."""
        return self._ways(starts, here, lambda nodes, node: self.roads.driven_ms(nodes, [node])[:, 0])

    def back(self, here: Spots, ends: Spots) -> NDArray[np.int64]:
        """One place's way to each."""
        return self._ways(ends, here, lambda nodes, node: self.roads.driven_ms([node], nodes)[0])

    def _ways(
        self, many: Spots, one: Spots, drive: Callable[[list[int], int], NDArray[np.int64]]
    ) -> NDArray[np.int64]:
        ways = np.full((len(many.node), self.roads.bands), NO_WAY_S, np.int64)
        known = many.node >= 0
        if one.node[0] >= 0 and known.any():
            driven = drive(many.node[known].tolist(), int(one.node[0]))
            walked = many.walk_m[known] + one.walk_m[0]
            ways[known] = self.roads.promised(driven[:, None], walked[:, None], self.roads.paces)
        same = (many.latitude == one.latitude[0]) & (many.longitude == one.longitude[0])
        ways[same[:, None] & (ways < NO_WAY_S)] = self.roads.driving.fixed_s
        return ways
