"""The judge against brute force, against VROOM, and each thing that it must see by itself."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
import vroom
from hypothesis import given, settings
from numpy.typing import NDArray

from koumen.dispatch.solver.check import FROZEN_S, MOST_STOPS, Call, Case, Duty, Fault, check
from koumen.dispatch.solver.day import day_of
from koumen.dispatch.solver.travel import NEVER
from koumen.kit.place import Place
from tests.solver.test_day import SmallDay, can_be_kept, small_days

HOUR = 3600
TEN_MINUTES = 600


class Everywhere:
    """The same from anywhere to anywhere."""

    takes = TEN_MINUTES

    def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> NDArray[np.int32]:
        del band
        return np.full((len(starts), len(ends)), self.takes, np.int32)


def place(number: int) -> Place:
    return Place(float(number), 0.0)


A = Duty(id="a", starts=9 * HOUR, ends=18 * HOUR, start=place(0), home=place(0))


def call(id: str, hour: float, **given: object) -> Call:
    begins = int(hour * HOUR)
    plain = Call(id=id, place=place(1), window_from=begins, window_to=begins + HOUR, service_s=1200)
    return replace(plain, **given)  # type: ignore[arg-type]


def faults(
    duties: Sequence[Duty],
    calls: Sequence[Call],
    routes: Mapping[Hashable, Sequence[Hashable]],
    promised: Mapping[Hashable, Sequence[Hashable]] | None = None,
    now: int = 0,
) -> list[tuple[Fault, Hashable, Hashable]]:
    found = check(
        Case(
            duties=duties,
            calls=calls,
            routes=routes,
            travel=Everywhere(),
            bands=[(NEVER, 0)],
            promised=promised or {},
            now=now,
        )
    )
    return [(one.fault, one.shift, one.visit) for one in found]


def judged(small: SmallDay) -> list[Fault]:
    """The same small day as rows."""
    first, *stops, last = small.nodes
    rest = small.rest
    duty = Duty(
        id=0,
        starts=first.earliest,
        ends=last.latest,
        start=first.place,
        home=last.place,
        break_s=rest.length_s if rest else 0,
        break_from=rest.begins if rest else 0,
        break_until=rest.ends if rest else 0,
    )
    calls = [
        Call(
            id=number,
            place=node.place,
            window_from=node.earliest,
            window_to=node.latest + 1,
            service_s=node.service_s,
        )
        for number, node in enumerate(stops, start=1)
    ]
    case = Case(
        duties=[duty],
        calls=calls,
        routes={0: [one.id for one in calls]},
        travel=small,
        bands=[(span.begins, span.band) for span in small.spans],
        promised={},
        now=NEVER,
    )
    return [violation.fault for violation in check(case)]


@given(small_days())
@settings(max_examples=1500, deadline=None)
def test_the_judge_says_what_brute_force_and_the_solver_say_of_every_small_day(small: SmallDay) -> None:
    if len(small.nodes) == 2:
        return  # nobody is promised anything: there is nothing to judge
    wrong = judged(small)
    assert (not wrong) == can_be_kept(small, small.nodes)
    assert (not wrong) == day_of(small.nodes, small.ways, small.rest).is_kept


@given(small_days(rests=False))
@settings(max_examples=600, deadline=None)
def test_vroom_agrees_on_days_without_bands(small: SmallDay) -> None:
    """Another team's judge: VROOM's check() of given routes; it knows neither bands nor our kind of break."""
    if small.bands > 1 or len(small.nodes) == 2:
        return
    first, *stops, last = small.nodes
    if last.latest <= first.earliest:
        return
    problem = vroom.Input()
    problem.set_durations_matrix("car", np.array(small.tables[0], np.uint32))
    steps = [
        vroom.VehicleStepStart(),
        *(vroom.VehicleStepSingle(n) for n in range(1, len(stops) + 1)),
        vroom.VehicleStepEnd(),
    ]
    problem.add_vehicle(
        vroom.Vehicle(
            1,
            start=int(first.place.latitude),
            end=int(last.place.latitude),
            time_window=vroom.TimeWindow(first.earliest, last.latest),
            steps=steps,
        )
    )
    for number, node in enumerate(stops, start=1):
        window = vroom.TimeWindow(node.earliest, node.latest)
        problem.add_job(
            vroom.Job(
                number,
                location=int(node.place.latitude),
                default_service=node.service_s,
                time_windows=[window],
            )
        )
    told = problem.check().to_dict()
    seen = [fault for route in told["routes"] for step in route["steps"] for fault in step["violations"]]
    assert bool(seen) == bool(judged(small))


def test_a_day_that_can_be_kept_has_no_fault() -> None:
    assert faults([A], [call("x", 10), call("y", 11)], {"a": ["x", "y"]}) == []


def test_a_late_visit_is_named_and_so_is_the_next() -> None:
    long = call("x", 10, service_s=3 * HOUR)
    assert faults([A], [long, call("y", 11), call("z", 12)], {"a": ["x", "y", "z"]}) == [
        (Fault.LATE, "a", "y"),
        (Fault.LATE, "a", "z"),
    ]


def test_home_after_the_shift_and_no_time_for_the_break_are_named() -> None:
    assert faults([A], [call("x", 17, service_s=3500)], {"a": ["x"]}) == [(Fault.HOME_LATE, "a", None)]
    tired = replace(A, break_s=1800, break_from=11 * HOUR, break_until=12 * HOUR)
    busy = [call("x", 10, service_s=5000), call("y", 11.5, service_s=3000, window_to=int(11.6 * HOUR))]
    assert faults([tired], busy, {"a": ["x", "y"]}) == [(Fault.BREAK, "a", None)]
    assert faults([tired], busy[:1], {"a": ["x"]}) == []


@pytest.mark.parametrize(
    ("needed", "held", "fault"),
    [
        ({"skills": frozenset({"cash"})}, {"skills": frozenset({"cash", "repayment"})}, Fault.SKILL),
        ({"certificates": frozenset({"v"})}, {"certificates": frozenset({"v"})}, Fault.CERTIFICATE),
        ({"equipment": frozenset({"printer"})}, {"equipment": frozenset({"printer"})}, Fault.EQUIPMENT),
        ({"languages": frozenset({"nan", "hak"})}, {"languages": frozenset({"cmn", "hak"})}, Fault.LANGUAGE),
        ({"staff": 2}, {"staff": 2}, Fault.STAFF),
        ({"pinned_to": "b"}, {"id": "b"}, Fault.PINNED),
        ({"refused": frozenset({"a"})}, {"id": "b"}, Fault.REFUSED),
    ],
)
def test_who_may_not_go_is_named_and_who_may_is_not(
    needed: dict[str, object], held: dict[str, object], fault: Fault
) -> None:
    visit = call("x", 10, **needed)
    assert faults([A], [visit], {"a": ["x"]}) == [(fault, "a", "x")]
    able = replace(A, **held)  # type: ignore[arg-type]
    assert faults([able], [visit], {able.id: ["x"]}) == []


def test_a_promise_that_is_lost_doubled_or_unknown_is_named() -> None:
    x, y = call("x", 10), call("y", 11)
    b = replace(A, id="b")
    assert faults([A], [x, y], {"a": ["x"]}, {"a": ["x", "y"]}) == [(Fault.LOST, "a", "y")]
    assert faults([A, b], [x], {"a": ["x"], "b": ["x"]}) == [(Fault.TWICE, None, "x")]
    assert faults([A], [x], {"a": ["x", "?"], "c": []}) == [
        (Fault.UNKNOWN, "c", None),
        (Fault.UNKNOWN, None, "?"),
    ]


def test_what_begins_within_ninety_minutes_stays_as_it_is() -> None:
    x, y, z = call("x", 10), call("y", 11), call("z", 13)
    b = replace(A, id="b")
    before: Mapping[Hashable, Sequence[Hashable]] = {"a": ["x", "y", "z"], "b": []}
    now = 11 * HOUR - FROZEN_S + 1
    assert faults([A, b], [x, y, z], {"a": ["x", "y"], "b": ["z"]}, before, now) == []
    assert faults([A, b], [x, y, z], {"a": ["x", "z"], "b": ["y"]}, before, now) == [(Fault.FROZEN, "a", "y")]
    assert faults([A, b], [x, y, z], {"a": ["x", "z"], "b": ["y"]}, before, now - 1) == []


def test_bad_rows_are_named() -> None:
    backwards, flat = replace(A, ends=8 * HOUR), call("x", 10, window_to=10 * HOUR)
    assert (Fault.SHIFT_WRONG, "a", None) in faults([backwards], [call("x", 10)], {"a": ["x"]})
    assert (Fault.WINDOW_WRONG, None, "x") in faults([A], [flat], {"a": ["x"]})
    crowd = [call(str(number), 10) for number in range(10_000)]
    assert faults([A], crowd, {"a": [one.id for one in crowd]}) == [(Fault.TOO_MANY_STOPS, "a", None)]
    assert MOST_STOPS < 10_000


def test_a_place_without_a_way_is_named() -> None:
    class Island(Everywhere):
        takes = 10_000_000

    case = Case(
        duties=[A],
        calls=[call("x", 10)],
        routes={"a": ["x"]},
        travel=Island(),
        bands=[(NEVER, 0)],
        promised={},
        now=0,
    )
    assert [one.fault for one in check(case)] == [Fault.NO_WAY]
