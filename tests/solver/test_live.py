"""The day as it goes: what is expected agrees with the judge, and says why."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings

from koumen.dispatch.solver.check import Call, Case, Duty, Fault, Violation, check
from koumen.dispatch.solver.live import Expected, expect
from koumen.dispatch.solver.progress import AT_LEAST_S, Cause, Frame, Phase, Promise
from koumen.dispatch.solver.travel import StraightLine, Ways
from koumen.kit.place import Place
from tests.solver.test_day import SmallDay, small_days

HOUR, MINUTE = 3600, 60
HOME, DOOR, NEXT = Place(30.0, 120.0), Place(30.02, 120.0), Place(30.0, 120.02)
LINE = StraightLine(fixed_s=0, first_s=600, s_per_m=0.0, margin=1.0)  # ten minutes from anywhere to anywhere
DAY = Frame(9 * HOUR, 18 * HOUR, HOME)


def promise(hour: float, phase: Phase = Phase.AHEAD, since: float = 0, place: Place = DOOR) -> Promise:
    begins = int(hour * HOUR)
    return Promise(place, begins, begins + HOUR, 1200, phase, int(since * HOUR))


def at(now: float, *promises: Promise, frame: Frame = DAY) -> list[Expected]:
    return expect(frame, promises, int(now * HOUR), Ways(LINE))


# --- with the judge -------------------------------------------------------------------------------------


class Walked:
    """A small day as a shift, for both."""

    def __init__(self, small: SmallDay) -> None:
        first, *stops, last = small.nodes
        self.small = small
        self.frame = Frame(first.earliest, last.latest, first.place, small.rest)
        self.promises = [
            Promise(node.place, node.earliest, node.latest + 1, node.service_s) for node in stops
        ]

    def judge(self, numbers: Sequence[int]) -> list[Violation]:
        rest = self.small.rest
        due = rest if rest and self.frame.starts <= rest.ends else None
        duty = Duty(
            id="shift",
            starts=self.frame.starts,
            ends=self.frame.ends,
            start=self.frame.home,
            home=self.frame.home,
            break_s=due.length_s if due else 0,
            break_from=due.begins if due else 0,
            break_until=due.ends if due else 0,
        )
        calls = [
            Call(
                id=number,
                place=self.promises[number].place,
                window_from=self.promises[number].window_from,
                window_to=self.promises[number].window_to,
                service_s=self.promises[number].service_s,
            )
            for number in numbers
        ]
        bands = [(span.begins, span.band) for span in self.small.spans]
        return check(
            Case(
                duties=[duty],
                calls=calls,
                routes={"shift": list(numbers)},
                travel=self.small,
                bands=bands,
                promised={},
                now=-HOUR * 24,
            )
        )

    def named(self) -> tuple[set[int], set[int]]:
        """The visits that the judge calls late, and the last ones that leave no room for the break or for home."""
        everything = list(range(len(self.promises)))
        late = {int(str(f.visit)) for f in self.judge(everything) if f.fault is Fault.LATE}
        left, dropped = [number for number in everything if number not in late], set()
        while left and any(fault.visit is None for fault in self.judge(left)):
            dropped.add(left.pop())
        return late, dropped


@given(small_days())
@settings(max_examples=1000, deadline=None)
def test_what_is_at_risk_is_what_the_judge_names_on_every_small_day(small: SmallDay) -> None:
    walked = Walked(small)
    if walked.frame.ends <= walked.frame.starts:
        return  # no shift: the judge says so once, and every visit would be named
    found = expect(walked.frame, walked.promises, walked.frame.starts, small.ways)
    late, dropped = walked.named()
    assert {one.number for one in found if one.cause} == late | dropped
    # after the end of the shift the judge does not let an agent wait for a quicker band: late, not without room
    after_hours = {one.number for one in found if one.starts and one.starts > walked.frame.ends}
    assert {one.number for one in found if one.late_s} ^ late <= after_hours


@given(small_days())
@settings(max_examples=300, deadline=None)
def test_time_that_passes_never_makes_anything_come_sooner(small: SmallDay) -> None:
    walked = Walked(small)
    now = walked.frame.starts
    before = expect(walked.frame, walked.promises, now, small.ways)
    after = expect(walked.frame, walked.promises, now + 3, small.ways)
    for one, other in zip(before, after, strict=True):
        assert one.starts is not None
        assert other.starts is not None
        assert other.starts >= one.starts


# --- what happened, and why -----------------------------------------------------------------------------


def test_a_day_as_planned_names_nothing() -> None:
    first, second = at(9, promise(10), promise(11, place=NEXT))
    assert (first.starts, first.late_s, first.cause) == (10 * HOUR, 0, None)
    assert second.starts == 11 * HOUR


def test_a_visit_that_lasts_longer_makes_the_next_late_by_so_many_minutes() -> None:
    door = promise(10, Phase.AT_THE_DOOR, since=10)
    (second,) = at(11.9, door, promise(11, place=NEXT))
    begins = int(11.9 * HOUR) + AT_LEAST_S + 10 * MINUTE
    assert (second.starts, second.late_s) == (begins, begins - (12 * HOUR - 1))
    assert second.cause is Cause.OVERRUN


def test_who_is_on_the_way_longer_than_the_way_takes_is_held_up_by_the_road() -> None:
    way = promise(10, Phase.ON_THE_WAY, since=10.5)
    visit, after = at(11 + 5 / 60, way, promise(11, place=NEXT))
    assert (visit.starts, visit.cause) == (11 * HOUR + 5 * MINUTE, Cause.ROAD)
    assert visit.late_s == 5 * MINUTE + 1
    assert after.cause is None, "there is room enough after it"


def test_who_set_out_too_late_is_late_although_the_road_is_free() -> None:
    (visit,) = at(11, promise(10, Phase.ON_THE_WAY, since=10.95))
    assert (visit.cause, visit.late_s) == (Cause.EARLIER, int(10.95 * HOUR) + 600 - (11 * HOUR - 1))


def test_whoever_has_not_set_out_in_time_is_named_before_the_window_is_over() -> None:
    assert at(10.8, promise(10))[0].cause is None
    (visit,) = at(10.9, promise(10))
    assert (visit.cause, visit.late_s) == (Cause.NOT_SET_OUT, 4 * MINUTE + 1)


def test_an_agent_who_says_that_they_are_held_up_is_believed() -> None:
    held = replace(DAY, held_until=int(11.5 * HOUR))
    first, second = at(10, promise(10), promise(13), frame=held)
    assert (first.starts, first.cause) == (int(11.5 * HOUR) + 600, Cause.HELD_UP)
    assert second.cause is None
    (under_way,) = at(10, promise(10, Phase.ON_THE_WAY, since=9.9), frame=held)
    assert (under_way.starts, under_way.cause) == (int(11.5 * HOUR), Cause.HELD_UP)


def test_what_ended_late_makes_the_rest_late() -> None:
    over = promise(10, Phase.OVER, since=11.95)
    (visit,) = at(11.95, over, promise(11, place=NEXT))
    assert (visit.cause, visit.late_s) == (Cause.EARLIER, 7 * MINUTE + 1)


def test_after_an_agent_gave_up_nobody_comes_but_what_is_at_the_door_goes_on() -> None:
    off = replace(DAY, ends=10 * HOUR, is_off=True)
    found = at(10, promise(9.5, Phase.AT_THE_DOOR, since=9.9), promise(11), promise(14), frame=off)
    assert [(one.number, one.starts, one.cause) for one in found] == [
        (1, None, Cause.OFF),
        (2, None, Cause.OFF),
    ]
    assert [one.late_s for one in at(12.5, promise(11), frame=off)] == [1801], "its window is over"


def test_who_goes_home_earlier_keeps_what_is_before_that() -> None:
    early = replace(DAY, ends=13 * HOUR, is_off=True)
    found = at(9, promise(10), promise(12), promise(13.5), frame=early)
    assert [one.cause for one in found] == [None, None, Cause.OFF]


def test_the_last_visits_that_leave_no_time_for_home_are_named_although_they_are_in_time() -> None:
    short = replace(DAY, ends=int(14.25 * HOUR))
    found = at(9, promise(10), promise(14), frame=short)
    assert [one.cause for one in found] == [None, Cause.SHIFT_END]


def test_where_no_road_leads_nobody_can_be_expected() -> None:
    nowhere = Ways(StraightLine(fixed_s=0, first_s=10_000_000, s_per_m=0.0, margin=1.0))
    (visit,) = expect(DAY, [promise(10)], 9 * HOUR, nowhere)
    assert (visit.starts, visit.cause) == (None, Cause.NO_WAY)
