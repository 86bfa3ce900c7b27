"""Roads out of an OpenStreetMap extract: which ways are driven, in which direction, how fast at most.

Decided plainly, for a car or a scooter that brings somebody to a door:

- One-way streets are kept (``oneway``, roundabouts, motorways); so is ``oneway=-1``.
- Ways closed to motor vehicles or private (``access``, ``vehicle``, ``motor_vehicle``, ``motorcar``: the most
  exact tag counts) are left out: the agent walks the rest from the nearest public road.
- Tracks, footpaths and ways under construction are left out; so are ferries: their timetable cannot be promised.
- Turns cost nothing and forbidden turns are not known: the speeds are those of towns, lights included, and
  logged trips correct their mean.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from koumen.dispatch.roads.graph import CLASSES, Roadmap, lengths_dm, roadmap_of
from koumen.kit.errors import Invalid

if TYPE_CHECKING:
    import osmium

# The most general first: a later tag that is present overrules.
_ACCESS = ("access", "vehicle", "motor_vehicle", "motorcar")
_CLOSED = frozenset({"no", "private", "agricultural", "forestry", "emergency", "military"})
_FORWARD, _BACKWARD = frozenset({"yes", "true", "1"}), frozenset({"-1", "reverse"})
_SPEED = re.compile(r"\s*(\d{1,3})(?:\.\d+)?\s*(mph)?", re.ASCII)
_KM_A_MILE = 1.609
_MOST_KM_H = 250  # one byte; no road has a higher limit


class Tags(Protocol):
    """The tags of a way, by name."""

    def get(self, key: str, default: str, /) -> str:
        """The value of a tag."""


@dataclass(frozen=True)
class Way:
    """A road as far as driving goes: its nodes in order, its class, a limit (0: none), the directions."""

    nodes: NDArray[np.int64]
    kind: int
    limit_km_h: int
    forward: bool
    backward: bool


def read_roads(file: Path) -> Roadmap:
    """The largest part of a map in which every place can be reached from every other.

    Raises Invalid("road-file-not-found" | "road-file-unreadable" | "roads-missing", field="file").
    """
    if not file.is_file():
        raise Invalid("road-file-not-found", field="file", file=str(file))
    try:
        ways = list(_ways(file))
        if not ways:
            raise Invalid("roads-missing", field="file", file=str(file))
        ids = np.unique(np.concatenate([way.nodes for way in ways]))
        latitude, longitude = _places(file, ids)
    except RuntimeError as fault:  # osmium's only kind of fault
        raise Invalid("road-file-unreadable", field="file", file=str(file), reason=str(fault)) from fault
    return _roadmap(ways, ids, latitude, longitude, file)


def _ways(file: Path) -> Iterator[Way]:
    import osmium

    roads = osmium.FileProcessor(str(file), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for entity in roads:
        way = _way(entity)  # type: ignore[arg-type]  # only ways were asked for
        if way is not None:
            yield way


def _way(entity: "osmium.osm.Way") -> Way | None:
    tags: Tags = entity.tags  # type: ignore[assignment]
    kind = CLASSES.get(tags.get("highway", ""))
    if kind is None or tags.get("area", "") == "yes" or is_closed(tags):
        return None
    nodes = np.array([node.ref for node in entity.nodes], np.int64)
    forward, backward = directions(tags)
    return Way(nodes, kind, limit_km_h(tags.get("maxspeed", "")), forward, backward)


def is_closed(tags: Tags) -> bool:
    """Whether the agent may not drive here; the most exact tag that is present decides."""
    said = [tags.get(name, "") for name in _ACCESS]
    exact = next((value for value in reversed(said) if value), "")
    return exact in _CLOSED


def directions(tags: Tags) -> tuple[bool, bool]:
    """Whether the way is driven along its nodes, and against them."""
    oneway = tags.get("oneway", "")
    if oneway in _BACKWARD:
        return False, True
    implied = tags.get("junction", "") in {"roundabout", "circular"} or tags.get("highway", "") == "motorway"
    return True, not (oneway in _FORWARD or (implied and oneway != "no"))


def limit_km_h(text: str) -> int:
    """A speed limit, 0 where none is told in numbers."""
    match = _SPEED.match(text)
    if not match:
        return 0
    speed = int(match[1]) * (_KM_A_MILE if match[2] else 1)
    return min(int(speed), _MOST_KM_H)


def _places(file: Path, ids: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the nodes are; NaN for those that the extract cut off or that lie off the earth."""
    import osmium

    latitude, longitude = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    wanted = osmium.filter.IdFilter(ids.tolist())
    wanted.enable_for(osmium.osm.NODE)
    found, north, east = [], [], []
    for entity in osmium.FileProcessor(str(file), osmium.osm.NODE).with_filter(wanted):
        location = entity.location  # type: ignore[union-attr]  # only nodes were asked for
        if location.valid():
            found.append(entity.id)
            north.append(location.lat)
            east.append(location.lon)
    where = np.searchsorted(ids, np.array(found, np.int64))
    latitude[where], longitude[where] = north, east
    return latitude, longitude


def _roadmap(
    ways: list[Way],
    ids: NDArray[np.int64],
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    file: Path,
) -> Roadmap:
    tails, heads, kinds, limits = [], [], [], []
    for way in ways:
        along = np.searchsorted(ids, way.nodes)
        for driven, start, end in (
            (way.forward, along[:-1], along[1:]),
            (way.backward, along[1:], along[:-1]),
        ):
            if driven:
                tails.append(start)
                heads.append(end)
                kinds.append(np.full(len(start), way.kind, np.uint8))
                limits.append(np.full(len(start), way.limit_km_h, np.uint8))
    tail, head = np.concatenate(tails), np.concatenate(heads)
    kind, limit = np.concatenate(kinds), np.concatenate(limits)
    known = ~(np.isnan(latitude[tail]) | np.isnan(latitude[head])) & (tail != head)
    tail, head = tail[known], head[known]
    if not len(tail):
        raise Invalid("roads-missing", field="file", file=str(file))
    length = lengths_dm(latitude, longitude, tail, head)
    return roadmap_of(latitude, longitude, (tail, head, length, kind[known], limit[known]))
