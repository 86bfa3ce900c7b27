"""Districts by their outlines: read from GeoJSON (RFC 7946), thinned out for maps, asked in which one a place lies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any

from koumen.kit.errors import Invalid
from koumen.kit.place import EARTH_RADIUS_M, Place

Point = tuple[float, float]
"""Degrees north and east."""

# Finer than the width of a street, and a tenth of the points of an official outline.
TOLERANCE_M = 15
# A closed ring has a first point, two others, and the first again.
FEWEST_POINTS = 4
DIGITS = 5  # a metre
LONGEST_NAME = 60


@dataclass(frozen=True)
class District:
    """A district and its rings, the longest first: islands, enclaves and holes alike, each closed."""

    name: str
    rings: tuple[tuple[Point, ...], ...]

    def holds(self, place: Place) -> bool:
        """Whether a place lies in it, by the parity of rings crossed on the way out (Shimrat 1962)."""
        crossed = 0
        for ring in self.rings:
            for (north, east), (to_north, to_east) in pairwise(ring):
                if (north > place.latitude) != (to_north > place.latitude):
                    share = (place.latitude - north) / (to_north - north)
                    crossed += place.longitude < east + share * (to_east - east)
        return crossed % 2 == 1


def read_districts(document: object, name_field: str) -> list[District]:
    """The districts of a FeatureCollection of polygons; what is wrong is named by the number of its feature.

    Raises Invalid("district-file-unreadable" | "district-unreadable", feature=…, problem=…).
    """
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise Invalid("district-file-unreadable", field="file", problem="no features")
    found: dict[str, District] = {}
    for number, feature in enumerate(features, start=1):
        district = _district(feature, name_field, number)
        if district.name in found:
            raise _unreadable(number, f"the name {district.name} stands there twice")
        found[district.name] = district
    return list(found.values())


def _unreadable(number: int, problem: str) -> Invalid:
    return Invalid("district-unreadable", field="features", feature=number, problem=problem)


def _district(feature: Any, name_field: str, number: int) -> District:
    try:
        name = str(feature["properties"][name_field] or "").strip()
        geometry = feature["geometry"]
        kind, coordinates = geometry["type"], geometry["coordinates"]
    except (KeyError, TypeError):
        raise _unreadable(number, f"no property {name_field}, or no outline") from None
    if not name or len(name) > LONGEST_NAME:
        raise _unreadable(number, f"{name_field} is empty or too long")
    if kind not in {"Polygon", "MultiPolygon"}:
        raise _unreadable(number, f"{kind} is no outline")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    try:
        rings = [_ring(ring) for polygon in polygons for ring in polygon]
    except (TypeError, ValueError, IndexError, Invalid):
        raise _unreadable(number, "a point is no place on the earth, or a ring is not closed") from None
    if not rings:
        raise _unreadable(number, "no outline")
    return District(name, tuple(sorted(rings, key=len, reverse=True)))


def _ring(points: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    """One ring, north before east, thinned out; raises Invalid or ValueError for what is none."""
    places = [Place(float(point[1]), float(point[0])) for point in points]
    if len(places) < FEWEST_POINTS or places[0] != places[-1]:
        raise ValueError
    ring = [(place.latitude, place.longitude) for place in places]
    half = len(ring) // 2
    kept = [*_thinned(ring[: half + 1]), *_thinned(ring[half:])[1:]]
    return tuple((round(north, DIGITS), round(east, DIGITS)) for north, east in kept)


def _thinned(line: Sequence[Point]) -> list[Point]:
    """A line without the points that lie within the tolerance of what is left (Douglas & Peucker 1973)."""
    kept, spans = {0, len(line) - 1}, [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        away, middle = max(_away(line, first, last), default=(0.0, 0))
        if away > TOLERANCE_M:
            kept.add(middle)
            spans += [(first, middle), (middle, last)]
    return [line[place] for place in sorted(kept)]


def _away(line: Sequence[Point], first: int, last: int) -> Iterator[tuple[float, int]]:
    """How many metres each point between two others lies from the straight line between them; flat, as a town is."""
    (north, east), (to_north, to_east) = line[first], line[last]
    m_north = radians(1) * EARTH_RADIUS_M
    m_east = m_north * cos(radians(north))
    up, right = (to_north - north) * m_north, (to_east - east) * m_east
    length = hypot(up, right)
    for place in range(first + 1, last):
        y, x = (line[place][0] - north) * m_north, (line[place][1] - east) * m_east
        yield (abs(x * up - y * right) / length if length else hypot(x, y)), place
