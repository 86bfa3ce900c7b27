"""The town of the dispatch bench: the roads of Porto where the published extract lies, and doors beside them."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from koumen.dispatch.queries.travel import along, shipped_rules
from koumen.dispatch.roads.graph import Roadmap
from koumen.dispatch.roads.osm import read_roads
from koumen.dispatch.roads.times import Roads
from koumen.dispatch.solver.travel import NEVER, Span, Travel
from koumen.kit.place import Place
from koumen.simulation.dispatch_days import HOUR, Day

MIDDLE = Place(41.16, -8.62)  # of Porto, whose extract is read
HALF_NORTH, HALF_EAST = 0.06, 0.08  # degrees: the town and what lies around it, thirteen kilometres square
NEAR = 0.0002  # degrees, twenty metres: a door stands beside a road

Door = Callable[[Random], Place]
"""Where somebody lives, by the dice."""


@cache
def _roadmap() -> Roadmap | None:
    folder = Path(os.environ.get("KOUMEN_REAL_DATA", "") or "../shared/data") / "roads"
    extract = folder / "porto_portugal.osm.pbf"
    return read_roads(extract) if extract.is_file() else None


def roads_of_the_bench() -> tuple[Roads, Sequence[Span], str] | None:
    """Real roads in the bands of a day; None where no extract lies."""
    roadmap, rules = _roadmap(), shipped_rules()
    if roadmap is None:
        return None
    spans = [Span(NEVER, len(rules.bands) - 1)]
    for number, band in enumerate(rules.bands):
        spans.append(Span(band.begins.hour * HOUR + band.begins.minute * 60, number))
    return along(roadmap, rules), spans, "roads of Porto"


def doors(travel: Travel) -> Door:
    """Doors near corners of the map, more where there are more roads; along the line anywhere in the town."""
    if not isinstance(travel, Roads):
        return lambda dice: Place(
            MIDDLE.latitude + dice.uniform(-HALF_NORTH, HALF_NORTH),
            MIDDLE.longitude + dice.uniform(-HALF_EAST, HALF_EAST),
        )
    north, east = travel.roads.latitude, travel.roads.longitude
    near = np.abs(north - MIDDLE.latitude) < HALF_NORTH
    corners = np.flatnonzero(near & (np.abs(east - MIDDLE.longitude) < HALF_EAST)).tolist()

    def door(dice: Random) -> Place:
        corner = dice.choice(corners)
        return Place(
            float(north[corner]) + dice.uniform(-NEAR, NEAR), float(east[corner]) + dice.uniform(-NEAR, NEAR)
        )

    return door


@dataclass
class RoadDay(Day):
    """A day in that town, its ways those of the slowest band: PyVRP knows no others."""

    door: Door | None = None

    def somewhere(self) -> Place:
        """A place in the town."""
        assert self.door is not None  # noqa: S101
        return self.door(self.dice)


def town_of_roads() -> Callable[[Random, int], Day] | None:
    """How to make days on real roads; None where no extract lies."""
    roadmap, rules = _roadmap(), shipped_rules()
    if roadmap is None:
        return None
    slowest = min(rules.bands, key=lambda band: band.pace_pct)
    roads = along(roadmap, replace(rules, bands=(slowest,)))
    door = doors(roads)
    return lambda dice, agents: RoadDay(dice, agents, travel=roads, door=door)
