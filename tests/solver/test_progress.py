"""A day under way: what is over or in progress is not planned again."""

from collections.abc import Sequence

from koumen.dispatch.solver.offer import Chance, Wanted, best, chances
from koumen.dispatch.solver.progress import AT_LEAST_S, Frame, Phase, Promise, day_at
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import Seconds, StraightLine, Ways
from koumen.kit.place import Place

HOME, DOOR, NEXT = Place(30.0, 120.0), Place(30.02, 120.0), Place(30.0, 120.02)
HOUR = 3600
LINE = StraightLine(fixed_s=300, first_s=300, s_per_m=0.1872, margin=1.6)
FRAME = Frame(9 * HOUR, 18 * HOUR, HOME)


def promise(place: Place, hour: int, phase: Phase = Phase.AHEAD, since: int = 0) -> Promise:
    return Promise(place, hour * HOUR, (hour + 1) * HOUR, 1200, phase, since)


def test_before_the_shift_the_day_starts_at_home_when_the_shift_starts() -> None:
    day = day_at(FRAME, [promise(DOOR, 10)], 0, Ways(LINE))
    assert (day.nodes[0].place, day.rested.begins[0]) == (HOME, 9 * HOUR)
    assert [node.place for node in day.nodes] == [HOME, DOOR, HOME]


def test_after_a_visit_the_agent_is_free_at_that_door() -> None:
    day = day_at(
        FRAME, [promise(DOOR, 10, Phase.OVER, 11 * HOUR), promise(NEXT, 13)], 11 * HOUR + 60, Ways(LINE)
    )
    assert (day.nodes[0].place, day.rested.begins[0]) == (DOOR, 11 * HOUR + 60)
    assert len(day.nodes) == 3


def test_at_the_door_the_agent_is_free_when_the_visit_should_end_and_never_before_now() -> None:
    early = day_at(FRAME, [promise(DOOR, 10, Phase.AT_THE_DOOR, 10 * HOUR)], 10 * HOUR + 60, Ways(LINE))
    assert early.rested.begins[0] == 10 * HOUR + 1200
    late = day_at(FRAME, [promise(DOOR, 10, Phase.AT_THE_DOOR, 10 * HOUR)], 11 * HOUR, Ways(LINE))
    assert late.rested.begins[0] == 11 * HOUR + AT_LEAST_S


def test_on_the_way_the_visit_keeps_its_window_and_nothing_goes_before_it() -> None:
    under_way = promise(DOOR, 10, Phase.ON_THE_WAY, 9 * HOUR + 1800)
    day = day_at(FRAME, [under_way], 9 * HOUR + 1860, Ways(LINE))
    assert (day.nodes[0].place, day.rested.begins[0]) == (DOOR, 10 * HOUR + 1200)


def test_an_agent_who_is_late_is_not_given_more_before_the_promise_at_risk() -> None:
    day = day_at(FRAME, [promise(DOOR, 10), promise(NEXT, 15)], 11 * HOUR + 1800, Ways(LINE))
    assert not day.is_kept
    windows = [(hour, hour * HOUR, (hour + 1) * HOUR) for hour in range(12, 17)]
    offered = chances(day, windows, Wanted(NEXT, 1200))
    assert {chance.window for chance in offered} <= {12, 13, 14, 15, 16}
    assert all(chance.fit.gap >= 1 for chance in offered), "never before the visit that is already late"


def test_a_full_hour_is_not_offered_again() -> None:
    day = day_at(FRAME, [promise(DOOR, 10), promise(DOOR, 10)], 0, Ways(LINE))
    windows = [(10, 10 * HOUR, 11 * HOUR), (14, 14 * HOUR, 15 * HOUR)]
    long = Wanted(NEXT, 45 * 60)
    assert [chance.window for chance in chances(day, windows, long)] == [14]


def test_no_window_means_no_chance_and_no_way_is_worked_out() -> None:
    class OnlyHome(StraightLine):
        def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> Seconds:
            assert DOOR not in {*starts, *ends}
            return super().durations(starts, ends, band)

    day = day_at(FRAME, [], 0, Ways(OnlyHome(300, 150, 0.2, 1.6)))
    assert chances(day, [], Wanted(DOOR, 60)) == []


def test_offers_are_ranked_by_extra_way_then_by_the_earliest_start() -> None:
    day = day_at(FRAME, [promise(DOOR, 14)], 0, Ways(LINE))
    windows = [(hour, hour * HOUR, (hour + 1) * HOUR) for hour in (10, 13, 14, 16)]
    offered = chances(day, windows, Wanted(DOOR, 1200))
    ranked: list[Chance[int]] = best(offered, group=lambda hour: hour < 12, most=2)
    assert next(chance.window for chance in sorted(offered, key=lambda chance: chance.fit)) in {10, 13}
    assert len([chance for chance in ranked if chance.window >= 12]) == 2


def test_the_break_is_planned_until_its_hour_is_over() -> None:
    owed = Frame(9 * HOUR, 18 * HOUR, HOME, Rest(1800, 11 * HOUR, 13 * HOUR))
    assert day_at(owed, [promise(DOOR, 14)], 12 * HOUR, Ways(LINE)).rest == owed.rest
    assert day_at(owed, [promise(DOOR, 14)], 13 * HOUR + 1, Ways(LINE)).rest is None


def test_a_full_midday_leaves_no_room_for_more_when_the_break_is_due() -> None:
    free, owed = FRAME, Frame(9 * HOUR, 18 * HOUR, HOME, Rest(1800, 11 * HOUR, 13 * HOUR))
    visits = [Promise(DOOR, hour * HOUR, (hour + 1) * HOUR, 40 * 60) for hour in (11, 13)]
    noon = [(12, 12 * HOUR, 13 * HOUR)]
    fits = {
        frame.rest: len(chances(day_at(frame, visits, 0, Ways(LINE)), noon, Wanted(DOOR, 110 * 60)))
        for frame in (free, owed)
    }
    assert fits == {None: 1, owed.rest: 0}
