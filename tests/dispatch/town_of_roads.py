"""A small map as OpenStreetMap keeps it: a grid of streets around the middle of the test branch."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

from tests.builders import CENTRE, near

# Streets stand half a kilometre apart, nine each way: the map reaches two kilometres from the centre.
SIDE, APART_KM = 9, 0.5
Tags = Mapping[str, str]
RESIDENTIAL: Tags = {"highway": "residential"}


def number(column: int, row: int) -> int:
    """The node where two streets cross; (4, 4) is the centre."""
    return 1 + row * SIDE + column


def grid(tags: Tags = RESIDENTIAL) -> list[tuple[Sequence[int], Tags]]:
    """Every street of the grid."""
    across = [([number(column, row) for column in range(SIDE)], tags) for row in range(SIDE)]
    along = [([number(column, row) for row in range(SIDE)], tags) for column in range(SIDE)]
    return [*across, *along]


def write_map(
    file: Path,
    ways: Sequence[tuple[Sequence[int], Tags]],
    *,
    more: Mapping[int, tuple[float, float]] | None = None,
) -> Path:
    """Write nodes and ways as .osm.pbf; ``more`` are further nodes: id → kilometres north and east."""
    nodes = {
        number(column, row): ((row - SIDE // 2) * APART_KM, (column - SIDE // 2) * APART_KM)
        for row in range(SIDE)
        for column in range(SIDE)
    } | dict(more or {})
    with osmium.SimpleWriter(str(file), overwrite=True) as writer:
        for id, (north, east) in sorted(nodes.items()):
            place = near(north, east) if (north, east) != (0, 0) else CENTRE
            writer.add_node(Node(id=id, location=(place.longitude, place.latitude)))
        for id, (along, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=id, nodes=list(along), tags=dict(tags)))
    return file
