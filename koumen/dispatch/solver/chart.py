"""Ways for many places at once: what a way takes at least, without asking for it, and the ways of a few exactly.

A chart knows each place by *marks*, (n, m) thousandths of a second: no way from p to u takes less than

    least_s + stretch · d / 1000 (+ apart_s if d > 0)    with d = max over marks of u's - p's, 0

Along roads the marks are the ways from some landmarks, and those to them with the sign changed (ALT: Goldberg &
Harrelson 2005); along the straight line they are the places' coordinates in some directions, as seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from koumen.dispatch.solver.travel import StraightLine, degrees
from koumen.kit.place import EARTH_RADIUS_M, Place

# Directions in which coordinates are taken: the bound is right to one part in fifty.
DIRECTIONS = 16


class Spots(NamedTuple):
    """Places as a chart knows them: (n,) degrees, node of the map (-1: none) and metres to walk; (n, m) marks."""

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    node: NDArray[np.int64]
    walk_m: NDArray[np.float64]
    marks: NDArray[np.int32]


class Chart(Protocol):
    """The ways of a part of the earth in some bands of the day."""

    @property
    def least_s(self) -> int:
        """What every way takes, also between two doors of one house."""

    @property
    def apart_s(self) -> int:
        """What every way takes besides when it leads from one house to another."""

    @property
    def stretch(self) -> NDArray[np.float64]:
        """(bands,) how many times as long as the marks say ways are in each band; no less than once in those it is for."""

    def spots(self, places: Sequence[Place]) -> Spots:
        """The places as this chart knows them."""

    def there(self, starts: Spots, here: Spots) -> NDArray[np.int64]:
        """(n, bands) seconds from each of many places to one; as ``durations`` says."""

    def back(self, here: Spots, ends: Spots) -> NDArray[np.int64]:
        """(n, bands) seconds from one place to each of many; as ``durations`` says."""


@dataclass(frozen=True)
class LineChart:
    """The straight line around a place."""

    line: StraightLine
    about: Place

    @property
    def least_s(self) -> int:
        """The minutes at the door."""
        return self.line.fixed_s

    @property
    def apart_s(self) -> int:
        """The streets around the two doors."""
        return int(self.line.first_s * self.line.margin)

    @property
    def stretch(self) -> NDArray[np.float64]:
        """The same in every band."""
        return np.ones(self.line.bands)

    def spots(self, places: Sequence[Place]) -> Spots:
        """No chord is longer than the way over the ground, and no coordinate's difference than the chord."""
        here, middle = degrees(places), np.radians(degrees([self.about]))[0]
        points = _on_the_globe(*np.radians(here).T) - _on_the_globe(*middle)
        east = np.array([-np.sin(middle[1]), np.cos(middle[1]), 0.0])
        north = np.cross(_on_the_globe(*middle), east)
        turns = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS)
        directions = np.outer(np.cos(turns), east) + np.outer(np.sin(turns), north)
        ms_per_m = self.line.s_per_m * self.line.margin * 1000
        marks = _whole(points @ directions.T * (EARTH_RADIUS_M * ms_per_m))
        nothing = np.zeros(len(places))
        return Spots(here[:, 0], here[:, 1], nothing.astype(np.int64), nothing, marks)

    def there(self, starts: Spots, here: Spots) -> NDArray[np.int64]:
        """The straight line is as long in both directions."""
        return self.back(here, starts)

    def back(self, here: Spots, ends: Spots) -> NDArray[np.int64]:
        """As ``StraightLine.durations``."""
        places = [Place(*at) for at in zip(ends.latitude.tolist(), ends.longitude.tolist(), strict=True)]
        start = Place(float(here.latitude[0]), float(here.longitude[0]))
        ways = np.asarray(self.line.durations([start], places, 0)[0], np.int64)
        return np.repeat(ways[:, None], self.line.bands, axis=1)


def _on_the_globe(north: NDArray[np.float64], east: NDArray[np.float64]) -> NDArray[np.float64]:
    """(…, 3) points on the sphere of radius one."""
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1)


def _whole(marks: NDArray[np.float64]) -> NDArray[np.int32]:
    """Marks as whole numbers; cut so that 32 bits hold the difference of two, which makes none greater."""
    most = 1e9
    return np.floor(np.clip(marks, -most, most)).astype(np.int32)
