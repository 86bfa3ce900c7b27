"""The straight line with a margin."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koumen.dispatch.solver.travel import ALWAYS, Span, StraightLine, arrive, band_at, leave
from koumen.kit.errors import Invalid
from koumen.kit.place import Place, distance_m

# what the product comes with
LINE = StraightLine(fixed_s=300, first_s=300, s_per_m=1.3 * 3.6 / 25, margin=1.6)
places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


def test_one_degree_of_latitude_is_about_111_kilometres() -> None:
    assert distance_m(Place(30, 120), Place(31, 120)) == pytest.approx(111_195, rel=1e-3)


def test_over_the_date_line_is_the_short_way() -> None:
    assert distance_m(Place(0, 179.9), Place(0, -179.9)) < 30_000


def promised_s(start: Place, end: Place) -> int:
    return int(LINE.durations([start], [end], 0)[0, 0])


def test_five_kilometres_in_town_are_promised_as_half_an_hour_and_a_little() -> None:
    assert 25 * 60 < promised_s(Place(30, 120), Place(30.045, 120)) < 40 * 60


def test_even_next_door_takes_the_minutes_at_the_door() -> None:
    assert promised_s(Place(30, 120), Place(30, 120)) == LINE.fixed_s


@given(places, places)
def test_the_way_back_is_as_long_and_never_shorter_than_the_fixed_minutes(a: Place, b: Place) -> None:
    assert promised_s(a, b) == promised_s(b, a) >= LINE.fixed_s


@given(places, places, places)
def test_a_detour_never_saves_time(a: Place, b: Place, c: Place) -> None:
    assert promised_s(a, c) <= promised_s(a, b) + promised_s(b, c)


@given(st.lists(places, min_size=1, max_size=4, unique=True), st.lists(places, min_size=2, max_size=4))
def test_many_ways_at_once_are_each_the_same_as_alone(starts: list[Place], ends: list[Place]) -> None:
    table = LINE.durations(starts, ends, 0)
    for row, start in enumerate(starts):
        for column, end in enumerate(ends):
            assert abs(int(table[row, column]) - promised_s(start, end)) <= 1


# --- bands: leaving later never arrives earlier, and the two directions are inverse ---------------------

legs = st.lists(st.integers(0, 30), min_size=3, max_size=3).map(tuple)
spans = st.lists(
    st.tuples(st.integers(-20, 60), st.integers(0, 2)), max_size=4, unique_by=lambda pair: pair[0]
).map(lambda pairs: (*ALWAYS, *(Span(*pair) for pair in sorted(pairs))))


@given(spans, legs, st.integers(-30, 90), st.integers(-30, 120))
@settings(max_examples=1000)
def test_arriving_and_leaving_are_inverse_to_each_other(
    day: tuple[Span, ...], leg: tuple[int, ...], leaving: int, there_by: int
) -> None:
    assert (arrive(day, leg, leaving) <= there_by) == (leaving <= leave(day, leg, there_by))
    assert arrive(day, leg, leaving) <= arrive(day, leg, leaving + 1)
    assert arrive(day, leg, leaving) <= leaving + leg[band_at(day, leaving)]


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
