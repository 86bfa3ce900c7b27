"""The straight line with a margin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koumen.dispatch.solver.travel import FIXED_S, distance_m, travel_s
from koumen.kit.errors import Invalid
from koumen.kit.place import Place

places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


def test_one_degree_of_latitude_is_about_111_kilometres() -> None:
    assert distance_m(Place(30, 120), Place(31, 120)) == pytest.approx(111_195, rel=1e-3)


def test_over_the_date_line_is_the_short_way() -> None:
    assert distance_m(Place(0, 179.9), Place(0, -179.9)) < 30_000


def test_five_kilometres_in_town_are_promised_as_half_an_hour() -> None:
    assert 25 * 60 < travel_s(Place(30, 120), Place(30.045, 120)) < 35 * 60


@given(places, places)
def test_the_way_back_is_as_long_and_never_shorter_than_the_fixed_minutes(a: Place, b: Place) -> None:
    assert travel_s(a, b) == travel_s(b, a) >= FIXED_S


@given(places, places, places)
def test_a_detour_never_saves_time(a: Place, b: Place, c: Place) -> None:
    assert travel_s(a, c) <= travel_s(a, b) + travel_s(b, c)


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [
        (91.0, 0.0, "latitude"),
        (0.0, 181.0, "longitude"),
        (float("nan"), 0.0, "latitude"),
        (0.0, float("inf"), "longitude"),
    ],
)
def test_a_place_off_the_earth_is_refused_by_name(latitude: float, longitude: float, field: str) -> None:
    with pytest.raises(Invalid, match="place-off-the-earth") as refusal:
        Place(latitude, longitude)
    assert refusal.value.field == field
