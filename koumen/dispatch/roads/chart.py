"""Ways along roads for many places at once, with landmarks (ALT: Goldberg & Harrelson 2005) as marks."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property

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
    quickest = max(bands, key=lambda band: roads.driving.paces[band])
    charts: dict[int, RoadChart] = roads.__dict__.setdefault("charts", {})
    return charts.setdefault(quickest, RoadChart(roads, quickest))


class RoadChart:
    """Roads; the marks are the ways in one band, and bound those in all bands that are no quicker."""

    def __init__(self, roads: Roads, band: int) -> None:
        self.roads = roads
        self.band = band
        self._marks: dict[int, tuple[NDArray[np.int32], NDArray[np.int32]]] = {}

    @property
    def least_s(self) -> int:
        """The minutes at the door."""
        return self.roads.driving.fixed_s

    @property
    def apart_s(self) -> int:
        """Nothing: two doors may lie at one corner."""
        return 0

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
        shape = (len(places), len(self._landmarks))
        nowhere = (np.zeros(shape[1], np.int32),) * 2
        marks = [self._marks[snap.node] if snap else nowhere for snap in snaps]
        return Spots(
            latitude=np.array([place.latitude for place in places], np.float64),
            longitude=np.array([place.longitude for place in places], np.float64),
            node=np.array([snap.node if snap else -1 for snap in snaps], np.int64),
            walk_m=np.array([snap.walk_m if snap else 0.0 for snap in snaps], np.float64),
            fore=np.array([fore for fore, _ in marks], np.int32).reshape(shape),
            back=np.array([back for _, back in marks], np.int32).reshape(shape),
        )

    def _learn(self, nodes: Sequence[int]) -> None:
        new = list(dict.fromkeys(node for node in nodes if node not in self._marks))
        if not new:
            return
        driven, marks = self.roads.driven_ms, self._landmarks
        if len(new) < MANY:
            fore = np.concatenate([driven(marks, [node], self.band).T for node in new])
            back = np.concatenate([driven([node], marks, self.band) for node in new])
        else:
            fore = driven(marks, new, self.band).T
            back = np.concatenate([driven(new, [mark], self.band) for mark in marks], axis=1)
        share = self.roads.driving.margin
        for node, ahead, behind in zip(new, _whole(fore * share), _whole(back * share), strict=True):
            self._marks[node] = ahead, behind

    def there(self, starts: Spots, here: Spots, band: int) -> NDArray[np.int64]:
        """Each place's way to one."""
        return self._ways(starts, here, lambda nodes, node: self.roads.driven_ms(nodes, [node], band)[:, 0])

    def back(self, here: Spots, ends: Spots, band: int) -> NDArray[np.int64]:
        """One place's way to each."""
        return self._ways(ends, here, lambda nodes, node: self.roads.driven_ms([node], nodes, band)[0])

    def _ways(
        self, many: Spots, one: Spots, drive: Callable[[list[int], int], NDArray[np.int64]]
    ) -> NDArray[np.int64]:
        ways = np.full(len(many.node), NO_WAY_S, np.int64)
        known = many.node >= 0
        if one.node[0] >= 0 and known.any():
            driven = drive(many.node[known].tolist(), int(one.node[0]))
            ways[known] = self.roads.promised(driven, many.walk_m[known] + one.walk_m[0])
        same = (many.latitude == one.latitude[0]) & (many.longitude == one.longitude[0])
        ways[same & (ways < NO_WAY_S)] = self.roads.driving.fixed_s
        return ways


def _whole(marks: NDArray[np.float64]) -> NDArray[np.int32]:
    """Thousandths of a second as whole numbers; no way is so long that 32 bits do not hold it."""
    return np.minimum(np.floor(marks), NO_WAY_S * 100).astype(np.int32)
