"""What a map shows below and between the stops: ways along imported roads, the large roads themselves."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np

from koumen.dispatch.models import DistrictMap
from koumen.dispatch.queries.travel import travel_in_force, travel_of, ways_on
from koumen.dispatch.roads.graph import CLASSES
from koumen.dispatch.roads.times import Roads
from koumen.dispatch.rules.districts import District
from koumen.dispatch.solver.travel import Travel
from koumen.kit.place import Place

Line = list[tuple[float, float]]
"""Latitude and longitude, point after point."""

# What is drawn as ground: enough to know where one is, few enough for a browser.
_LARGE = [CLASSES[name] for name in ("motorway", "trunk", "primary", "secondary")]
MOST_ARCS = 12_000
# How far around the stops, degrees: about two kilometres.
AROUND = 0.02
# A tenth of a metre is finer than any screen.
DIGITS = 5


def lines_along(*, date: date, routes: Sequence[Sequence[Place]]) -> list[Line]:
    """Each route from place to place, along the roads in force on a date; straight where there are none. One query."""
    travel = ways_on([date])[date].travel
    return [_drawn(travel, places) for places in routes]


def _drawn(travel: Travel, places: Sequence[Place]) -> Line:
    line: Line = [_point(place) for place in places[:1]]
    for start, end in pairwise(places):
        way = travel.line(start, end) if isinstance(travel, Roads) else []
        line += [(round(north, DIGITS), round(east, DIGITS)) for north, east in way[1:-1]]
        line.append(_point(end))
    return line


def districts() -> list[District]:
    """The districts of the branch with their outlines, none where none are imported; one query. Nothing personal."""
    newest = DistrictMap.objects.order_by("-imported_at", "-id").values_list("districts", flat=True).first()
    return [
        District(one["name"], tuple(tuple((north, east) for north, east in ring) for ring in one["rings"]))
        for one in newest or ()
    ]


def district_of(place: Place) -> str:
    """The name of the district in which a place lies; empty where no outline says so. One query."""
    return next((district.name for district in districts() if district.holds(place)), "")


def large_roads(*, date: date, places: Sequence[Place]) -> list[Line]:
    """The large roads around some places, as short lines; none where no roads are imported. One query."""
    version = travel_in_force(date=date)
    travel = travel_of(version.rules, version.roads)
    if not places or version.roads is None or not isinstance(travel, Roads):
        return []
    north, east = [place.latitude for place in places], [place.longitude for place in places]
    box = (min(north) - AROUND, max(north) + AROUND, min(east) - AROUND, max(east) + AROUND)
    return _within(travel, tuple(round(side, 2) for side in box))


@lru_cache(maxsize=8)
def _within(travel: Roads, box: tuple[float, ...]) -> list[Line]:
    """The arcs of large roads in a box, the largest classes first, each way once."""
    roads, (south, north, west, east) = travel.roads, box
    tail, head = roads.tail.astype(np.int64), roads.head.astype(np.int64)
    lat, lon = roads.latitude, roads.longitude
    inside = (lat[tail] >= south) & (lat[tail] <= north) & (lon[tail] >= west) & (lon[tail] <= east)
    arcs = np.flatnonzero(inside & np.isin(roads.kind, _LARGE))
    arcs = arcs[np.argsort(roads.kind[arcs], kind="stable")][:MOST_ARCS]
    ends = {(min(a, b), max(a, b)) for a, b in zip(tail[arcs].tolist(), head[arcs].tolist(), strict=True)}
    return [
        [(round(float(lat[node]), DIGITS), round(float(lon[node]), DIGITS)) for node in pair]
        for pair in sorted(ends)
    ]


def _point(place: Place) -> tuple[float, float]:
    return round(place.latitude, DIGITS), round(place.longitude, DIGITS)
