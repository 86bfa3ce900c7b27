"""Districts by their outlines: read whole or not at all, drawn below the board, and what wishes are counted by."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from koumen.audit.models import Fact
from koumen.dispatch import queries
from koumen.dispatch.commands import import_districts, make_wish
from koumen.dispatch.models import DistrictMap, Wish
from koumen.dispatch.rules.districts import District, read_districts
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Denied, Invalid
from koumen.kit.place import Place
from koumen.people.models import Customer, Reveal
from tests.builders import a_customer, a_person, near, staff
from tests.real_data import REAL, needs
from tests.sites.doors import as_staff


def box(south: float, west: float, north: float, east: float) -> list[list[float]]:
    """A closed ring around kilometres from the centre, east before north as GeoJSON has it."""
    corners = [
        near(*km) for km in ((south, west), (south, east), (north, east), (north, west), (south, west))
    ]
    return [[place.longitude, place.latitude] for place in corners]


def feature(name: object, *rings: Any, kind: str = "Polygon") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": list(rings)}
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def collection(*features: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


TWO = collection(
    feature("West", box(-5, -5, 5, 0.1)),
    feature("East", [box(-5, 0.1, 5, 5), box(1, 1, 2, 2)], [box(-5, 7, 5, 8)], kind="MultiPolygon"),
)


def written(tmp_path: Path, document: object) -> Path:
    file = tmp_path / "districts.geojson"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_a_place_lies_in_the_district_around_it_but_not_in_its_holes() -> None:
    west, east = read_districts(TWO, "name")
    for place, is_east in (
        (near(0, 3), True),
        (near(0, 7.5), True),
        (near(1.5, 1.5), False),
        (near(0, 6), False),
    ):
        assert east.holds(place) is is_east
    assert west.holds(near(0, -3))
    assert not west.holds(near(0, 3))


def test_points_that_no_map_shows_are_left_out() -> None:
    many = [[120 + 0.001 * step, 30.0] for step in range(50)] + [[120.05, 30.05], [120.0, 30.0]]
    (district,) = read_districts(collection(feature("Wide", many)), "name")
    assert len(district.rings[0]) <= 5
    assert district.holds(Place(30.01, 120.03))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "no features"),
        (collection(), "no features"),
        (collection(feature("A", box(0, 0, 1, 1)), {"properties": {}}), "no property name"),
        (collection(feature("A", box(0, 0, 1, 1)), feature(" ", box(0, 0, 1, 1))), "empty or too long"),
        (collection(feature("A", box(0, 0, 1, 1)), feature("A", box(0, 0, 1, 1))), "twice"),
        (
            collection(feature("A", box(0, 0, 1, 1)), feature("B", [0, 0], kind="Point")),
            "Point is no outline",
        ),
        (collection(feature("A", box(0, 0, 1, 1)), feature("B", box(0, 0, 1, 1)[:-1])), "not closed"),
        (collection(feature("A", box(0, 0, 1, 1)), feature("B", [[999, 1]] * 4)), "no place on the earth"),
        (collection(feature("A", box(0, 0, 1, 1)), feature("B", [["x"]] * 4)), "no place on the earth"),
        (collection(feature("A", box(0, 0, 1, 1)), feature("B", kind="MultiPolygon")), "no outline"),
    ],
)
def test_what_is_wrong_is_said_with_the_number_of_its_feature(document: object, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_districts(document, "name")
    assert problem in str(refused.value.params["problem"])
    assert refused.value.params.get("feature", 2) == 2


@pytest.mark.django_db
def test_districts_are_imported_once_and_a_newer_file_takes_their_place(at: datetime, tmp_path: Path) -> None:
    file = written(tmp_path, TWO)
    first = import_districts(file=file, name_field="name", actor=SYSTEM, at=at)
    assert import_districts(file=file, name_field="name", actor=SYSTEM, at=at).id == first.id
    assert [district.name for district in queries.districts()] == ["West", "East"]
    written(tmp_path, collection(feature("All", box(-9, -9, 9, 9))))
    import_districts(file=file, name_field="name", actor=SYSTEM, at=at)
    assert queries.district_of(near(0, 3)) == "All"
    assert Fact.objects.filter(kind="DistrictsImported").count() == 2


@pytest.mark.django_db
def test_a_file_of_another_place_a_broken_one_or_a_stranger_changes_nothing(
    at: datetime, tmp_path: Path
) -> None:
    file = written(tmp_path, collection(feature("Far", box(50, 50, 60, 60))))
    for name, who, code in (("name", SYSTEM, "districts-elsewhere"), ("nom", SYSTEM, "district-unreadable")):
        with pytest.raises(Invalid, match=code):
            import_districts(file=file, name_field=name, actor=who, at=at)
    with pytest.raises(Denied, match="travel-not-yours"):
        import_districts(file=file, name_field="name", actor=staff(Role.FINANCE), at=at)
    file.write_text("{", encoding="utf-8")
    with pytest.raises(Invalid, match="district-file-unreadable"):
        import_districts(file=file, name_field="name", actor=SYSTEM, at=at)
    with pytest.raises(Invalid, match="district-file-not-found"):
        import_districts(file=tmp_path / "none", name_field="name", actor=SYSTEM, at=at)
    assert not DistrictMap.objects.exists()


@pytest.mark.django_db
def test_wishes_are_counted_by_outline_and_then_nobodys_address_is_read(at: datetime, tmp_path: Path) -> None:
    import_districts(file=written(tmp_path, TWO), name_field="name", actor=SYSTEM, at=at)
    inside, outside = a_customer(at, place=near(0, 3)), a_customer(at, place=near(40, 3))
    nowhere = a_customer(at)
    Customer.objects.filter(id=nowhere.id).update(latitude=None, longitude=None)
    read = Reveal.objects.count()
    for customer in (inside, outside, nowhere):
        make_wish(
            customer_id=customer.id,
            date=date(2026, 11, 25),
            part_of_day="morning",
            actor=staff(Role.DISPATCHER),
            at=at,
        )
    assert list(Wish.objects.order_by("id").values_list("district", flat=True)) == [
        "East",
        "中山区",
        "中山区",
    ]
    assert Reveal.objects.count() == read + 2


@pytest.mark.django_db
def test_the_board_gets_the_outlines_as_its_ground(at: datetime, tmp_path: Path) -> None:
    client = as_staff(a_person(at, role=Role.DISPATCHER))
    assert client.get("/console/board/ground/").json() == {"lines": [], "districts": []}
    import_districts(file=written(tmp_path, TWO), name_field="name", actor=SYSTEM, at=at)
    told = client.get("/console/board/ground/").json()["districts"]
    assert [(one["name"], len(one["rings"])) for one in told] == [("West", 1), ("East", 3)]


TAIPEI = ("taipei", "district_boundary_20220915.geojson")


@needs(*TAIPEI)
def test_the_districts_of_taipei_are_read_and_each_holds_its_own_places() -> None:
    document = json.loads(REAL.joinpath(*TAIPEI).read_text(encoding="utf-8"))
    found = read_districts(document, "TNAME")
    assert len(found) == 12

    def where(north: float, east: float) -> list[str]:
        return [one.name for one in found if one.holds(Place(north, east))]

    assert where(25.0375, 121.5637) == ["信義區"]  # the city hall
    assert where(25.0478, 121.5170) == ["中正區"]  # the main station
    assert sum(len(ring) for one in found for ring in one.rings) < 3_000, "thinned out for maps"


def test_nothing_lies_in_a_district_without_rings() -> None:
    assert not District("Empty", ()).holds(near(0))
