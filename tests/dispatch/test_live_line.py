"""What a customer may know of the way to their door: the number of the stop and about when, honestly, and nobody else."""

from dataclasses import fields
from datetime import datetime, timedelta

import pytest

from koumen.dispatch import queries
from koumen.dispatch.queries import LiveLine
from koumen.dispatch.rules.arrival import NARROWEST_S, WIDEST_S, arrival_between
from koumen.kit.errors import Denied, Missing
from koumen.visits import commands as visits
from koumen.visits.models import Visit
from koumen.visits.rules.reasons import CancelReason
from tests.builders import a_customer, acting, near, themselves
from tests.dispatch.board_day import TODAY, BoardDay, a_board_day, visit_at

MINUTE = timedelta(minutes=1)


def line(visit: Visit, at: datetime) -> LiveLine | None:
    return queries.live_line(actor=themselves(visit.customer), visit_id=visit.id, at=at)


@pytest.fixture
def day(at: datetime) -> BoardDay:
    return a_board_day(at)


@pytest.mark.django_db
def test_the_line_counts_the_stops_that_come_before(day: BoardDay) -> None:
    at = day.booked_at
    found = [line(visit, at) for visit in day.northern]
    assert [one.stop for one in found if one] == [1, 2, 3]
    third = found[2]
    assert third
    assert third.arriving_from <= day.northern[2].window_from <= third.arriving_to
    assert third.arriving_to - third.arriving_from == timedelta(minutes=30), (
        "two visits before may take longer"
    )


@pytest.mark.django_db
def test_what_is_over_or_called_off_counts_no_more(day: BoardDay) -> None:
    visits.cancel_visit(
        visit_id=day.northern[0].id,
        reason=CancelReason.CHANGED_MIND,
        actor=themselves(day.northern[0].customer),
        at=day.booked_at,
    )
    found = line(day.northern[1], day.booked_at)
    assert found
    assert found.stop == 1


@pytest.mark.django_db
def test_it_follows_the_agent_and_says_honestly_that_it_will_be_late(day: BoardDay, at: datetime) -> None:
    visit = day.northern[1]
    day.sets_out(visit, at)
    soon = line(visit, at)
    late = line(visit, at + 130 * MINUTE)
    assert soon
    assert late
    assert (soon.stop, soon.is_late, late.stop, late.is_late) == (1, False, 1, True)
    assert late.arriving_from == at + 130 * MINUTE
    day.arrives(visit, at + 131 * MINUTE)
    assert line(visit, at + 131 * MINUTE) is None, "somebody is at the door"


@pytest.mark.django_db
def test_another_day_has_no_line_and_a_stranger_finds_no_visit(day: BoardDay, at: datetime) -> None:
    assert line(day.northern[0], at - timedelta(days=1)) is None
    with pytest.raises(Missing, match="visit-not-found"):
        queries.live_line(actor=themselves(a_customer(at)), visit_id=day.northern[0].id, at=at)


def test_it_has_no_room_for_anything_about_others() -> None:
    assert {field.name for field in fields(LiveLine)} == {"stop", "arriving_from", "arriving_to", "is_late"}


@pytest.mark.parametrize("before", range(12))
def test_the_span_grows_with_every_stop_and_never_begins_in_the_past(before: int) -> None:
    begins, ends = arrival_between(36_000, before=before, earliest=35_900)
    assert begins % 300 == 0
    assert 35_600 <= begins <= 36_000
    assert NARROWEST_S <= ends - begins <= WIDEST_S
    assert begins <= 36_000 < ends


@pytest.mark.django_db
def test_an_agents_own_day_is_theirs_alone_and_holds_no_request(day: BoardDay, at: datetime) -> None:
    agent = day.north.agent
    lane = queries.lane_for(actor=acting(agent), agent_id=agent.id, date=TODAY, at=at)
    assert lane
    assert [stop.visit_id for stop in lane.stops] == [visit.id for visit in day.northern]
    with pytest.raises(Denied, match="route-not-yours"):
        queries.lane_for(actor=acting(day.south.agent), agent_id=agent.id, date=TODAY, at=at)
    assert visit_at(near(-4, 1), 16, day.south, day.booked_at).shift_id == day.south.id
