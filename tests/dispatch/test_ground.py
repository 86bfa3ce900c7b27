"""What the map shows: ways along imported roads, the large roads as ground; straight lines where there are none."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from koumen.dispatch import queries
from koumen.dispatch.queries.ground import _drawn, _within
from koumen.dispatch.queries.travel import along, shipped_rules
from koumen.dispatch.roads.osm import read_roads
from tests.builders import near
from tests.dispatch.town_of_roads import grid, write_map

DAY = date(2026, 11, 24)


@pytest.mark.django_db
def test_without_roads_the_way_is_straight_and_the_ground_plain() -> None:
    places = [near(0), near(1), near(1, 1)]
    (line,) = queries.lines_along(date=DAY, routes=[places])
    assert line == [(round(one.latitude, 5), round(one.longitude, 5)) for one in places]
    assert queries.large_roads(date=DAY, places=places) == []


def test_with_roads_the_way_turns_where_the_streets_do(tmp_path: Path) -> None:
    town = along(read_roads(write_map(tmp_path / "grid.osm.pbf", grid())), shipped_rules())
    line = _drawn(town, [near(-1, -1), near(1, 1)])
    assert len(line) > 6, "half a kilometre from corner to corner"
    for (north, east), (next_north, next_east) in pairwise(line[1:-1]):
        assert abs(north - next_north) < 1e-5 or abs(east - next_east) < 1e-5, "along a street"
    far = _drawn(town, [near(0), near(40)])
    assert len(far) == 2, "where no road leads the line is straight"


def test_the_ground_is_made_of_large_roads_only(tmp_path: Path) -> None:
    streets = grid()
    large = [(nodes, {"highway": "primary"}) for nodes, _ in streets[:1]]
    town = along(read_roads(write_map(tmp_path / "large.osm.pbf", [*large, *streets[1:]])), shipped_rules())
    lines = _within(town, (29.9, 30.1, 119.9, 120.1))
    assert len(lines) == 8, "one street of nine corners"
    assert len({north for line in lines for north, _ in line}) == 1
    assert _within(town, (10.0, 11.0, 10.0, 11.0)) == []
