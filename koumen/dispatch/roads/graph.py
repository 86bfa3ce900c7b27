"""A map of roads as arrays, the part of it in which everything is connected, and the file it is kept in."""

import hashlib
import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koumen.kit.place import EARTH_RADIUS_M

# OpenStreetMap's classes of roads that are driven; the number is kept in the file, so new ones go to the end.
CLASSES = {
    name: number
    for number, name in enumerate(
        [
            *("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link"),
            *("secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential"),
            *("living_street", "service", "road"),
        ]
    )
}
# Nobody gets off there: a door beside a motorway is reached from another road.
NO_STOPPING = (CLASSES["motorway"], CLASSES["motorway_link"])

Arcs = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


class RoadsBroken(Exception):
    """The file of a map is missing or is not what was written; import it again."""


@dataclass(frozen=True)
class Roadmap:
    """Nodes from south to north, arcs between them, and the order that makes queries quick.

    ``latitude``, ``longitude``: (n,) float64, degrees. ``tail``, ``head``: (m,) uint32. ``length_dm``: (m,)
    uint32. ``kind``: (m,) uint8, see CLASSES. ``limit_km_h``: (m,) uint8, 0 without a limit. ``order``: (n,)
    uint32, the nested-dissection order of the contraction hierarchy.
    """

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    tail: NDArray[np.uint32]
    head: NDArray[np.uint32]
    length_dm: NDArray[np.uint32]
    kind: NDArray[np.uint8]
    limit_km_h: NDArray[np.uint8]
    order: NDArray[np.uint32]

    def is_around(self, latitude: float, longitude: float) -> bool:
        """Whether a point lies in the rectangle around the map."""
        return bool(
            self.latitude[0] <= latitude <= self.latitude[-1]
            and self.longitude.min() <= longitude <= self.longitude.max()
        )


def lengths_dm(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], tail: NDArray[Any], head: NDArray[Any]
) -> NDArray[np.uint32]:
    """The lengths of arcs in decimetres, at least one; on a plane, since an arc is short."""
    north = np.radians(latitude[head] - latitude[tail])
    east = np.radians((longitude[head] - longitude[tail] + 180) % 360 - 180)
    east = east * np.cos(np.radians(latitude[tail]))
    return np.asarray(np.maximum(1, np.rint(10 * EARTH_RADIUS_M * np.hypot(north, east))), np.uint32)


def roadmap_of(latitude: NDArray[np.float64], longitude: NDArray[np.float64], arcs: Arcs) -> Roadmap:
    """The largest strongly connected part, its nodes numbered from south to north."""
    import routingkit_cch

    tail, head, length, kind, limit = arcs
    kept = largest_strong_part(len(latitude), tail, head)
    place = np.flatnonzero(kept)
    place = place[np.argsort(latitude[place], kind="stable")]
    number = np.full(len(latitude), -1)
    number[place] = np.arange(len(place))
    inside = kept[tail] & kept[head]
    tail, head = number[tail[inside]].astype(np.uint32), number[head[inside]].astype(np.uint32)
    north, east = latitude[place], longitude[place]
    order = routingkit_cch.compute_order_inertial(
        len(place), tail.tolist(), head.tolist(), north.tolist(), east.tolist()
    )
    return Roadmap(
        north, east, tail, head, length[inside], kind[inside], limit[inside], np.array(order, np.uint32)
    )


def largest_strong_part(nodes: int, tail: NDArray[Any], head: NDArray[Any]) -> NDArray[np.bool_]:
    """(nodes,) bool: the largest set in which every node reaches every other.

    The part of a node is what it reaches and what reaches it. Start from the busiest node left, until no part
    can be larger than the best: in a map of roads that is nearly always after the first.
    """
    forward, backward = _neighbours(nodes, tail, head), _neighbours(nodes, head, tail)
    degree = np.bincount(tail, minlength=nodes) + np.bincount(head, minlength=nodes)
    left, best = np.ones(nodes, np.bool_), np.zeros(nodes, np.bool_)
    while left.sum() > best.sum():
        start = int(np.argmax(np.where(left, degree, -1)))
        part = _reached(start, forward, left) & _reached(start, backward, left)
        if part.sum() > best.sum():
            best = part
        left &= ~part
    return best


def _neighbours(nodes: int, tail: NDArray[Any], head: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where each node's neighbours begin, and the neighbours."""
    by_tail = np.argsort(tail, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=nodes))])
    return begins, head[by_tail]


def _reached(
    start: int, graph: tuple[NDArray[Any], NDArray[Any]], allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    begins, neighbours = graph
    seen = np.zeros(len(allowed), np.bool_)
    seen[start] = True
    front = np.array([start])
    while len(front):
        counts = begins[front + 1] - begins[front]
        offsets = np.repeat(begins[front + 1] - np.cumsum(counts), counts) + np.arange(counts.sum())
        following = np.unique(neighbours[offsets])
        front = following[allowed[following] & ~seen[following]]
        seen[front] = True
    return seen


def write_roadmap(roads: Roadmap, folder: Path) -> str:
    """Keep a map in a file named by its digest; it is there whole or not at all. Returns the digest."""
    held = io.BytesIO()
    np.savez(held, **{field.name: getattr(roads, field.name) for field in fields(roads)})
    content = held.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f"{digest}.{os.getpid()}.part"
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(file_of(folder, digest))
    finally:
        part.unlink(missing_ok=True)
    return digest


def file_of(folder: Path, digest: str) -> Path:
    """Where the map with this digest lies."""
    return folder / f"{digest}.npz"


def read_roadmap(folder: Path, digest: str) -> Roadmap:
    """Read a map; raises RoadsBroken when it is missing, cut short or changed."""
    file = file_of(folder, digest)
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise RoadsBroken(f"{file}: {fault.strerror}") from fault
    if hashlib.sha256(content).hexdigest() != digest:
        raise RoadsBroken(f"{file} is not what was imported")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            return Roadmap(**{field.name: held[field.name] for field in fields(Roadmap)})
    except (KeyError, ValueError, zipfile.BadZipFile) as fault:
        raise RoadsBroken(f"{file} was written by another version") from fault


def remove_roadmaps(folder: Path, keep: Sequence[str]) -> None:
    """Remove the files of maps that no version of the travel times needs any more."""
    kept = {file_of(folder, digest).name for digest in keep}
    for file in folder.glob("*.npz"):
        if file.name not in kept:
            file.unlink(missing_ok=True)
