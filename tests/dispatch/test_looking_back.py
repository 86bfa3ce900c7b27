"""A day is looked back at as it stood: who worked, alone or in a team, until when, and who was to go where."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from koumen.agents.commands import resume_shift
from koumen.agents.rules.shift import OffReason
from koumen.branch.queries import this_branch
from koumen.dispatch import queries
from koumen.dispatch.commands import form_team, give_up_shift, part_team, pin_visit, set_travel_times
from koumen.dispatch.queries import Lane
from koumen.dispatch.queries.travel import shipped_rules
from koumen.kit.actor import SYSTEM, Role
from koumen.visits import commands as visits
from koumen.visits.rules.reasons import CancelReason
from tests.builders import a_shift, an_agent, near, staff
from tests.dispatch.board_day import BoardDay, a_board_day

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
DISPATCHER = staff(Role.DISPATCHER)


@pytest.fixture
def day(at: datetime) -> BoardDay:
    """Booked at seven in the morning."""
    return a_board_day(at)


def after(day: BoardDay, minutes: int) -> datetime:
    return day.booked_at + timedelta(minutes=minutes)


def stood(day: BoardDay, minutes: int) -> list[Lane]:
    """The day as it stood so many minutes after seven, told late in the evening."""
    late = after(day, 14 * 60)
    return queries.lanes(actor=DISPATCHER, date=TODAY, at=late, as_of=after(day, minutes))


def test_a_shift_that_was_planned_later_is_not_there_before(day: BoardDay) -> None:
    later = after(day, 30)
    added = a_shift(an_agent(later, home=near(1)), later, days=0)
    assert added.id not in {lane.shift_id for lane in stood(day, 20)}
    assert added.id in {lane.shift_id for lane in stood(day, 40)}


def test_who_went_home_was_there_until_they_said_so_and_again_after_they_came_back(day: BoardDay) -> None:
    noon, two = after(day, 300), after(day, 420)
    give_up_shift(shift_id=day.north.id, off_from=noon, reason=OffReason.UNWELL, actor=DISPATCHER, at=noon)
    resume_shift(shift_id=day.north.id, actor=DISPATCHER, at=two)

    def north(minutes: int) -> tuple[bool, datetime]:
        lane = next(lane for lane in stood(day, minutes) if lane.shift_id == day.north.id)
        return lane.is_off, lane.shift.ends_at

    assert north(290) == (False, day.north.ends_at)
    assert north(310) == (True, noon)
    assert north(430) == (False, day.north.ends_at)


def test_two_have_a_line_each_until_they_are_a_team_and_after_it(day: BoardDay) -> None:
    other = a_shift(an_agent(day.booked_at), day.booked_at, days=0)
    form_team(shift_id=day.north.id, partner_shift_id=other.id, actor=DISPATCHER, at=after(day, 20))
    part_team(shift_id=day.north.id, actor=DISPATCHER, at=after(day, 40))

    def lines(minutes: int) -> tuple[int, int]:
        found = stood(day, minutes)
        return len(found), sum("+" in lane.staff_number for lane in found)

    assert (lines(10), lines(30), lines(50)) == ((4, 0), (3, 1), (4, 0))


def test_a_visit_that_went_to_a_shift_planned_later_stands_where_it_stood(day: BoardDay) -> None:
    added = a_shift(an_agent(day.booked_at, home=near(4)), after(day, 30), days=0)
    visit = day.northern[2]
    pin_visit(visit_id=visit.id, shift_id=added.id, actor=DISPATCHER, at=after(day, 40))

    def whose(minutes: int) -> list[object]:
        return [
            lane.shift_id for lane in stood(day, minutes) for stop in lane.stops if stop.visit_id == visit.id
        ]

    assert (whose(20), whose(35), whose(50)) == ([day.north.id], [day.north.id], [added.id])


def test_a_day_that_is_over_keeps_its_travel_times(day: BoardDay) -> None:
    before = [[stop.travel_s for stop in lane.stops] for lane in stood(day, 10)]
    for visit in (*day.northern, *day.southern, *day.eastern):
        visits.cancel_visit(
            visit_id=visit.id, reason=CancelReason.LENDER, actor=DISPATCHER, at=after(day, 60)
        )
    slower = shipped_rules().content() | {"at_the_door_s": 600}
    stored = set_travel_times(content=slower, actor=SYSTEM, at=after(day, 800))
    assert stored.from_date == TODAY + timedelta(days=1)
    assert [[stop.travel_s for stop in lane.stops] for lane in stood(day, 10)] == before


def test_looking_back_asks_three_questions_more_however_many_visits_there_are(day: BoardDay) -> None:
    this_branch()  # the registry is read once a process
    with CaptureQueriesContext(connection) as now:
        queries.lanes(actor=DISPATCHER, date=TODAY, at=after(day, 60))
    with CaptureQueriesContext(connection) as then:
        stood(day, 30)
    assert len(then) == len(now) + 3
