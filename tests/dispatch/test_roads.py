"""Roads from a map: which are driven, in which direction, how fast; and the file they are kept in."""

from pathlib import Path

import numpy as np
import pytest

from koumen.dispatch.roads.graph import CLASSES, Roadmap, RoadsBroken, file_of, read_roadmap, write_roadmap
from koumen.dispatch.roads.osm import directions, is_closed, limit_km_h, read_roads
from koumen.dispatch.roads.times import Driving, Roads
from koumen.dispatch.solver.travel import NO_WAY_S
from koumen.kit.errors import Invalid
from koumen.kit.place import Place
from tests.builders import CENTRE, near
from tests.dispatch.town_of_roads import RESIDENTIAL, SIDE, Tags, grid, number, write_map

# 36 km/h: a hundred metres in ten seconds; the second band drives half as fast.
SPEEDS = tuple(72 if name == "motorway" else 36 for name in CLASSES)
PLAIN = Driving(SPEEDS, (1.0, 0.5), margin=1.0, fixed_s=0, walk_m_s=1.0, reach_m=300)


def times(roads: Roadmap, driving: Driving = PLAIN) -> Roads:
    return Roads(roads, driving)


def seconds(roads: Roads, start: Place, end: Place, band: int = 0) -> int:
    return int(roads.durations([start], [end], band)[0, 0])


@pytest.fixture
def town(tmp_path: Path) -> Roads:
    return times(read_roads(write_map(tmp_path / "town.osm.pbf", grid())))


def test_the_way_leads_along_the_streets_and_takes_twice_as_long_in_a_slow_band(town: Roads) -> None:
    corner = near(1, 1)
    assert seconds(town, CENTRE, corner) == pytest.approx(200, abs=2)
    assert seconds(town, CENTRE, corner, band=1) == pytest.approx(400, abs=4)


def test_a_door_beside_the_street_is_walked_to_and_one_too_far_from_any_has_no_way(town: Roads) -> None:
    beside, far = near(0.1, 0), near(2.4, 0)
    assert seconds(town, CENTRE, beside) == pytest.approx(100, abs=2)
    assert seconds(town, CENTRE, far) == NO_WAY_S == seconds(town, far, CENTRE)
    assert seconds(town, far, far) == NO_WAY_S


def test_door_and_margin_are_added_and_next_door_is_only_the_door(town: Roads) -> None:
    careful = times(town.roads, Driving(SPEEDS, (1.0,), margin=1.5, fixed_s=300, walk_m_s=1.0, reach_m=300))
    assert seconds(careful, CENTRE, near(1, 0)) == pytest.approx(300 + 150, abs=2)
    assert seconds(careful, CENTRE, CENTRE) == 300


def test_one_question_for_many_is_the_same_as_many_questions(town: Roads) -> None:
    places = [near(north / 2, east / 3) for north in range(-4, 5, 2) for east in range(-4, 5, 2)] + [near(50)]
    whole = town.durations(places, places, 1)
    assert whole.dtype == np.int32
    for row, start in enumerate(places):
        assert whole[row].tolist() == town.durations([start], places, 1)[0].tolist()
        assert whole[:, row].tolist() == town.durations(places, [start], 1)[:, 0].tolist()
        assert whole[row].tolist() == [seconds(town, start, end, 1) for end in places]


def test_a_one_way_street_is_only_driven_along(tmp_path: Path) -> None:
    ways = [(nodes, RESIDENTIAL) for nodes, _ in grid() if nodes != [number(c, 4) for c in range(SIDE)]]
    ways.append(([number(c, 4) for c in range(SIDE)], {"highway": "residential", "oneway": "yes"}))
    town = times(read_roads(write_map(tmp_path / "oneway.osm.pbf", ways)))
    west, east = near(0, -1), near(0, 1)
    assert seconds(town, west, east) == pytest.approx(200, abs=2)
    assert seconds(town, east, west) == pytest.approx(300, abs=3), "round the block"


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({}, True, True),
        ({"oneway": "yes"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"oneway": "no"}, True, True),
        ({"junction": "roundabout"}, True, False),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway", "oneway": "no"}, True, True),
    ],
)
def test_the_directions_of_a_street(tags: Tags, forward: bool, backward: bool) -> None:
    assert directions(dict(tags)) == (forward, backward)


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ({}, False),
        ({"access": "private"}, True),
        ({"access": "destination"}, False),
        ({"access": "no", "motor_vehicle": "yes"}, False),
        ({"access": "yes", "motorcar": "no"}, True),
        ({"vehicle": "private", "motor_vehicle": "destination"}, False),
    ],
)
def test_the_most_exact_tag_says_whether_a_road_is_closed(tags: Tags, closed: bool) -> None:
    assert is_closed(dict(tags)) is closed


@pytest.mark.parametrize(
    ("told", "km_h"),
    [
        ("50", 50),
        ("30 mph", 48),
        ("50; 40", 50),
        ("CN:urban", 0),
        ("none", 0),
        ("", 0),
        ("999", 250),
        ("5.5", 5),
    ],
)
def test_a_limit_is_read_where_it_is_a_number(told: str, km_h: int) -> None:
    assert limit_km_h(told) == km_h


def test_a_lower_limit_counts_and_a_higher_one_does_not(tmp_path: Path) -> None:
    slow = times(
        read_roads(write_map(tmp_path / "s.osm.pbf", grid({"highway": "primary", "maxspeed": "18"})))
    )
    fast = times(
        read_roads(write_map(tmp_path / "f.osm.pbf", grid({"highway": "primary", "maxspeed": "120"})))
    )
    assert seconds(slow, CENTRE, near(1)) == pytest.approx(200, abs=2)
    assert seconds(fast, CENTRE, near(1)) == pytest.approx(100, abs=2)


def test_private_roads_tracks_paths_and_ferries_are_left_out(tmp_path: Path) -> None:
    far = {1001: (0.0, 3.0)}
    left_out = ({"highway": "residential", "access": "private"}, {"highway": "track"}, {"highway": "footway"})
    for tags in (*left_out, {"route": "ferry"}, {"highway": "construction"}):
        ways = [*grid(), ([number(8, 4), 1001], tags)]
        town = times(read_roads(write_map(tmp_path / "out.osm.pbf", ways, more=far)))
        assert seconds(town, CENTRE, near(0, 3)) == NO_WAY_S, tags
    ways = [*grid(), ([number(8, 4), 1001], {"highway": "service"})]
    assert (
        seconds(times(read_roads(write_map(tmp_path / "in.osm.pbf", ways, more=far))), CENTRE, near(0, 3))
        < 400
    )


def test_nobody_gets_off_on_a_motorway(tmp_path: Path) -> None:
    beside = {1001: (0.2, -2.2), 1002: (0.2, 2.2)}
    motorway = [([1001, 1002], {"highway": "motorway", "oneway": "no"})]
    ramps = [([number(0, 4), 1001], {"highway": "service"}), ([1002, number(8, 4)], {"highway": "service"})]
    more = beside | {1003: (0.2, 0.0)}
    along = [([1001, 1003, 1002], {"highway": "motorway", "oneway": "no"})]
    town = times(
        read_roads(write_map(tmp_path / "m.osm.pbf", [*grid(), *motorway, *along, *ramps], more=more))
    )
    door = near(0.2, 0)
    snapped = town.snap(door)
    assert snapped is not None
    assert snapped.walk_m == pytest.approx(200, abs=3), "to the street at the centre, not the motorway beside"


def test_only_the_part_is_kept_from_which_everything_can_be_reached(tmp_path: Path) -> None:
    more = {1001: (0.0, 3.0), 1002: (0.0, 3.1), 1003: (3.0, 0.0)}
    island = ([1001, 1002], RESIDENTIAL)
    trap = ([number(4, 8), 1003], {"highway": "residential", "oneway": "yes"})
    roads = read_roads(write_map(tmp_path / "parts.osm.pbf", [*grid(), island, trap], more=more))
    assert len(roads.latitude) == SIDE * SIDE
    assert (np.diff(roads.latitude) >= 0).all(), "from south to north"


def test_a_closed_class_of_road_is_not_used(town: Roads) -> None:
    nothing = times(town.roads, Driving((0,) * len(CLASSES), (1.0,), 1.0, 0, 1.0, 300))
    assert seconds(nothing, CENTRE, near(1)) == NO_WAY_S


# --- bad input: named, and nothing half-done ------------------------------------------------------------


def test_a_file_that_is_absent_broken_cut_short_or_without_roads_is_refused_by_name(tmp_path: Path) -> None:
    whole = write_map(tmp_path / "whole.osm.pbf", grid())
    (tmp_path / "junk.osm.pbf").write_bytes(b"no map at all")
    (tmp_path / "cut.osm.pbf").write_bytes(whole.read_bytes()[:-40])
    (tmp_path / "empty.osm.pbf").write_bytes(b"")
    write_map(tmp_path / "paths.osm.pbf", grid({"highway": "footway"}))
    write_map(tmp_path / "nodeless.osm.pbf", [([9001, 9002], RESIDENTIAL)])
    for name, code in {
        "absent": "road-file-not-found",
        "junk": "road-file-unreadable",
        "cut": "road-file-unreadable",
        "empty": "road-file-unreadable",
        "paths": "roads-missing",
        "nodeless": "roads-missing",
    }.items():
        with pytest.raises(Invalid, match=code) as refusal:
            read_roads(tmp_path / f"{name}.osm.pbf")
        assert refusal.value.field == "file"


def test_a_map_is_kept_and_read_again_and_the_same_map_is_the_same_file(town: Roads, tmp_path: Path) -> None:
    digest = write_roadmap(town.roads, tmp_path / "roads")
    again = read_roadmap(tmp_path / "roads", digest)
    assert (again.order == town.roads.order).all()
    assert (again.latitude == town.roads.latitude).all()
    assert write_roadmap(town.roads, tmp_path / "roads") == digest
    assert [file.name for file in (tmp_path / "roads").iterdir()] == [f"{digest}.npz"]


def test_a_map_that_is_missing_half_written_or_changed_is_noticed(town: Roads, tmp_path: Path) -> None:
    digest = write_roadmap(town.roads, tmp_path)
    file, content = file_of(tmp_path, digest), file_of(tmp_path, digest).read_bytes()
    for broken in (content[: len(content) // 2], b"", content[:-1] + bytes([content[-1] ^ 1])):
        file.write_bytes(broken)
        with pytest.raises(RoadsBroken):
            read_roadmap(tmp_path, digest)
    file.unlink()
    with pytest.raises(RoadsBroken):
        read_roadmap(tmp_path, digest)
