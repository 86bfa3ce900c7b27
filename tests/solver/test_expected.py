"""How a day is likely to go: one course through the layers, with its break, as early at home as the layers say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from koumen.dispatch.solver.day import EVER
from koumen.dispatch.solver.expected import course_of, expected
from koumen.dispatch.solver.progress import Frame, Phase, Promise, day_at
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import StraightLine, Ways
from koumen.kit.place import Place

HOME, DOOR, NEXT = Place(30.0, 120.0), Place(30.02, 120.0), Place(30.0, 120.02)
HOUR = 3600
LINE = StraightLine(fixed_s=300, first_s=300, s_per_m=0.1872, margin=1.6)
REST = Rest(1800, 11 * HOUR, 13 * HOUR)
FRAME = Frame(9 * HOUR, 18 * HOUR, HOME, REST)


def promise(place: Place, hour: int, phase: Phase = Phase.AHEAD, since: int = 0) -> Promise:
    return Promise(place, hour * HOUR, (hour + 1) * HOUR, 1200, phase, since)


def test_an_empty_day_is_a_break_at_home() -> None:
    course = expected(FRAME, [], 0, Ways(LINE))
    assert course.stops == ()
    assert course.pause is not None
    assert (course.pause.begins, course.pause.ends) == (11 * HOUR, 11 * HOUR + 1800)


def test_the_break_is_had_between_the_visits_that_leave_room_for_it() -> None:
    course = expected(FRAME, [promise(DOOR, 10), promise(NEXT, 14)], 0, Ways(LINE))
    first, second = course.stops
    assert course.pause is not None
    assert (first.begins, second.begins) == (10 * HOUR, 14 * HOUR)
    assert first.ends <= course.pause.begins
    assert course.pause.ends <= second.begins
    assert course.pause.gap == 1


def test_what_is_under_way_counts_from_when_it_began() -> None:
    now = 10 * HOUR + 600
    day = [
        promise(HOME, 9, Phase.OVER, 9 * HOUR + 1800),
        promise(DOOR, 10, Phase.AT_THE_DOOR, 10 * HOUR),
        promise(NEXT, 14),
    ]
    over, there, coming = expected(FRAME, day, now, Ways(LINE)).stops
    assert over.begins == over.ends == 9 * HOUR + 1800
    assert (there.begins, there.ends) == (10 * HOUR, 10 * HOUR + 1200)
    assert coming.begins == 14 * HOUR


def test_an_agent_on_the_way_is_expected_after_the_way_and_never_in_the_past() -> None:
    under_way = [promise(DOOR, 10, Phase.ON_THE_WAY, 9 * HOUR + 1800)]
    (soon,) = expected(FRAME, under_way, 9 * HOUR + 1860, Ways(LINE)).stops
    (late,) = expected(FRAME, under_way, 11 * HOUR, Ways(LINE)).stops
    assert (soon.begins, late.begins) == (10 * HOUR, 11 * HOUR)
    assert soon.travel_s == LINE.durations([HOME], [DOOR], 0)[0, 0]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-40, 40), st.integers(-40, 40), st.integers(9, 16), st.integers(300, 4000)),
        max_size=6,
    ),
    st.integers(8 * HOUR, 15 * HOUR),
)
def test_every_course_can_be_walked_and_is_as_early_as_the_layers_say(
    doors: list[tuple[int, int, int, int]], now: int
) -> None:
    promises = [
        Promise(Place(30 + north / 1000, 120 + east / 1000), hour * HOUR, (hour + 1) * HOUR, service)
        for north, east, hour, service in sorted(doors, key=lambda door: door[2])
    ]
    ways = Ways(LINE)
    day = day_at(FRAME, promises, now, ways)
    stops, pause = course_of(day)
    free = day.nodes[0].earliest
    for number, stop in enumerate(stops):
        node, leg = day.nodes[number + 1], day.legs[number]
        arrives = ways.arrive(leg, free)
        if pause and pause.gap == number:
            assert day.rest
            assert day.rest.begins <= pause.begins <= day.rest.ends
            assert pause.begins >= free
            on_arrival = max(arrives, pause.begins) + day.rest.length_s
            arrives = min(on_arrival, ways.arrive(leg, pause.ends))
        assert stop.begins == max(arrives, node.earliest)
        free = stop.ends
    rested = day.rested.begins[-1]
    assert stops[-1].begins == (rested if rested < EVER else day.ahead.begins[-1])
    assert (pause is not None) == (day.rest is not None and rested < EVER)
