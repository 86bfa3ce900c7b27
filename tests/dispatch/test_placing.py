"""A person puts a visit at a place in a day: it stays there, at its moment, whatever is planned or booked around it."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from koumen.audit.models import Fact
from koumen.dispatch import queries
from koumen.dispatch.commands import (
    CannotBe,
    Decided,
    Placing,
    Taken,
    move,
    place_visit,
    plan_day,
    refuse_agent,
    release_visit,
)
from koumen.dispatch.models import Override, Stop
from koumen.dispatch.rules.planning import MoveReason, RefusalReason
from koumen.dispatch.solver.check import Fault
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid
from koumen.kit.ids import new_id
from koumen.visits.models import Visit
from tests.builders import a_shift, an_agent, near, staff, themselves
from tests.dispatch.board_day import BoardDay, a_board_day, visit_at

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
DISPATCHER = staff(Role.DISPATCHER)


@pytest.fixture
def day(at: datetime) -> BoardDay:
    """At seven in the morning, with nothing frozen yet."""
    return a_board_day(at)


def puts(
    visit: Visit, shift_id: UUID, after: Visit | None, day: BoardDay, at_hour: float | None = None
) -> object:
    arrive_at = day.north.starts_at + timedelta(hours=at_hour - 9) if at_hour else None
    placing = Placing(
        shift_id=shift_id,
        after_id=after.id if after else None,
        arrive_at=arrive_at,
        reason=MoveReason.KNOWS_CUSTOMER,
    )
    return place_visit(visit_id=visit.id, placing=placing, actor=DISPATCHER, at=day.booked_at)


def route(shift_id: UUID) -> list[UUID]:
    return list(
        Stop.objects.filter(shift_id=shift_id).order_by("position").values_list("visit_id", flat=True)
    )


def planned(day: BoardDay) -> None:
    plan_day(date=TODAY, seconds=0.3, on_progress=lambda *_: None, actor=SYSTEM, at=day.booked_at)


def test_a_visit_goes_where_a_person_puts_it_and_everything_is_recorded(day: BoardDay) -> None:
    visit = day.northern[2]
    done = puts(visit, day.east.id, day.eastern[0], day)
    assert isinstance(done, Decided)
    assert route(day.east.id) == [day.eastern[0].id, visit.id, day.eastern[1].id]
    assert route(day.north.id) == [one.id for one in day.northern[:2]]
    fact = Fact.objects.get(kind="VisitOverridden")
    assert str(day.eastern[0].id) in fact.body
    assert "knows_customer" in fact.body
    last = Fact.objects.filter(kind="RoutePlanned", subject_id=day.east.id).latest("id")
    assert " ".join(map(str, route(day.east.id))) in last.body, "so that the day can be looked back at"


def test_no_plan_changes_who_goes_nor_the_order_up_to_it(day: BoardDay) -> None:
    puts(day.northern[2], day.east.id, day.eastern[0], day)
    before = route(day.east.id)
    planned(day)
    assert route(day.east.id)[:2] == before[:2]


def test_an_order_that_somebody_chose_is_a_fault_for_the_judge_to_break(day: BoardDay, at: datetime) -> None:
    one = visit_at(near(4, 0.3), 15, day.north, day.booked_at)
    assert isinstance(puts(one, day.north.id, day.northern[2], day), Decided)
    known = queries.situation(date=TODAY, at=day.booked_at)
    assert queries.judge(known, known.routes) == []
    turned = [*(visit.id for visit in day.northern[:2]), one.id, day.northern[2].id]
    wrong = queries.judge(known, {**known.routes, day.north.id: turned})
    assert Fault.ORDER in {violation.fault for violation in wrong}


def test_a_moment_narrows_the_promise_for_every_plan_and_booking(day: BoardDay) -> None:
    visit = day.northern[1]
    assert isinstance(puts(visit, day.north.id, day.northern[0], day, at_hour=13.5), Decided)
    known = queries.situation(date=TODAY, at=day.booked_at)
    call = known.calls[visit.id]
    chosen = int((day.north.starts_at + timedelta(hours=4.5)).timestamp())
    assert (call.window_from, call.window_to) == (chosen, chosen + 300)
    lane = next(
        one
        for one in queries.lanes(actor=DISPATCHER, date=TODAY, at=day.booked_at)
        if visit.id in {s.visit_id for s in one.stops}
    )
    stop = next(one for one in lane.stops if one.visit_id == visit.id)
    assert int(stop.begins_at.timestamp()) == chosen
    assert Visit.objects.get(id=visit.id).window_from == visit.window_from, (
        "the promise itself stays as it is"
    )
    release_visit(visit_id=visit.id, actor=DISPATCHER, at=day.booked_at)
    free = queries.situation(date=TODAY, at=day.booked_at).calls[visit.id]
    assert free.window_to - free.window_from == 3600


def test_what_would_break_a_promise_is_said_and_nothing_is_written(day: BoardDay) -> None:
    facts = Fact.objects.count()
    assert puts(day.northern[1], day.east.id, day.eastern[1], day) == CannotBe((Fault.LATE,))
    assert (Fact.objects.count(), Override.objects.count()) == (facts, 0)


def test_places_are_judged_as_the_command_judges_them(day: BoardDay) -> None:
    visit = day.northern[1]
    found = queries.spots(actor=DISPATCHER, visit_id=visit.id, shift_id=day.east.id, at=day.booked_at)
    assert [spot.after_id for spot in found] == [None, day.eastern[0].id, day.eastern[1].id]
    for spot in reversed(found):
        after = next((one for one in day.eastern if one.id == spot.after_id), None)
        done = puts(visit, day.east.id, after, day)
        assert isinstance(done, Decided) is spot.can_be
        if isinstance(done, Decided):
            break


def test_what_makes_no_sense_is_refused_by_name(day: BoardDay, at: datetime) -> None:
    visit, tomorrow = day.northern[1], a_shift(an_agent(at), at, days=1)
    with pytest.raises(Conflict, match="pin-outside-window"):
        puts(visit, day.north.id, None, day, at_hour=16)
    with pytest.raises(Conflict, match="stop-gone"):
        puts(visit, day.north.id, day.eastern[0], day)
    with pytest.raises(Conflict, match="shift-on-another-day"):
        puts(visit, tomorrow.id, None, day)
    placing = Placing(shift_id=day.north.id, after_id=None, reason="whim")  # type: ignore[arg-type]  # what a form could send
    with pytest.raises(Invalid, match="move-reason-unknown"):
        place_visit(visit_id=visit.id, placing=placing, actor=DISPATCHER, at=day.booked_at)
    placing = Placing(shift_id=day.north.id, after_id=None, reason=MoveReason.ROAD)
    with pytest.raises(Denied, match="plan-not-yours"):
        place_visit(visit_id=visit.id, placing=placing, actor=staff(Role.FINANCE), at=day.booked_at)


def test_a_newer_decision_holds_whole(day: BoardDay) -> None:
    visit = day.northern[1]
    puts(visit, day.north.id, day.northern[0], day, at_hour=13.5)
    refuse_agent(
        visit_id=visit.id,
        agent_id=day.south.agent_id,
        reason=RefusalReason.OTHER,
        actor=DISPATCHER,
        at=day.booked_at,
    )
    assert Stop.objects.get(visit_id=visit.id).arrive_at is not None, "who does not go says nothing of when"
    puts(visit, day.north.id, day.northern[0], day)
    assert Stop.objects.get(visit_id=visit.id).arrive_at is None


# --- looking back ---------------------------------------------------------------------------------------


def test_the_order_of_a_day_is_told_as_it_stood(day: BoardDay) -> None:
    later = day.booked_at + timedelta(minutes=30)
    placing = Placing(shift_id=day.east.id, after_id=day.eastern[0].id, reason=MoveReason.ROAD)
    place_visit(visit_id=day.northern[2].id, placing=placing, actor=DISPATCHER, at=later)

    def stood(minutes: int) -> list[UUID]:
        found = queries.lanes(
            actor=DISPATCHER,
            date=TODAY,
            at=later + timedelta(hours=1),
            as_of=day.booked_at + timedelta(minutes=minutes),
        )
        lines = [lane.stops for lane in found if lane.shift_id == day.east.id]
        return [stop.visit_id for stops in lines for stop in stops]

    assert stood(10) == [one.id for one in day.eastern]
    assert stood(40) == [day.eastern[0].id, day.northern[2].id, day.eastern[1].id]
    assert stood(-10) == []


def test_a_visit_that_was_moved_to_another_day_stands_where_it_stood(day: BoardDay, at: datetime) -> None:
    visit = day.southern[1]
    a_shift(day.south.agent, at, days=1)
    themselves_ = themselves(visit.customer)
    moved_at = day.booked_at + timedelta(minutes=20)
    slots = queries.slots_to_move(actor=themselves_, visit_id=visit.id, at=moved_at)
    tomorrow = next(slot for slot in slots if slot.date != TODAY)
    assert isinstance(
        move(visit_id=visit.id, slot=tomorrow, key=new_id(), actor=themselves_, at=moved_at), Taken
    )

    def stood(minutes: int) -> set[UUID]:
        found = queries.lanes(
            actor=DISPATCHER,
            date=TODAY,
            at=moved_at + timedelta(hours=1),
            as_of=day.booked_at + timedelta(minutes=minutes),
        )
        return {stop.visit_id for lane in found for stop in lane.stops}

    assert visit.id in stood(10)
    assert visit.id not in stood(30)
    assert len(stood(10)) == 7
