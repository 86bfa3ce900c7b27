"""The day that runs: what goes wrong is named at once, with what is in the way."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from koumen.agents.commands import delay_shift, resume_shift
from koumen.agents.models import Shift
from koumen.agents.queries import working_day
from koumen.agents.rules.shift import OffReason
from koumen.audit.models import Fact
from koumen.dispatch import queries
from koumen.dispatch.commands import Taken, give_up_shift, planning, refuse_agent, take
from koumen.dispatch.queries import Expectation
from koumen.dispatch.rules.planning import RefusalReason
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.solver.check import Fault
from koumen.dispatch.solver.progress import Cause
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Denied, Missing
from koumen.kit.ids import new_id
from koumen.kit.place import Place
from koumen.visits import commands as visits
from koumen.visits.models import Visit
from koumen.visits.rules.reasons import CancelReason
from tests.builders import (
    a_credit_account,
    a_customer,
    a_shift,
    a_team,
    acting,
    an_agent,
    near,
    staff,
    the_base_pack,
    themselves,
    wanted,
)

TODAY = date(2026, 11, 24)
DISPATCHER = staff(Role.DISPATCHER)
MINUTE = timedelta(minutes=1)


def hour(shift: Shift, at_hour: float) -> datetime:
    """An hour of the shift's local day."""
    return shift.starts_at.replace(minute=0) + timedelta(hours=at_hour - 9)


def visit_at(place: Place, at_hour: int, shift: Shift, at: datetime) -> Visit:
    """A visit in a window of one hour, promised for this very shift."""
    customer = a_customer(at, place=place)
    begins = hour(shift, at_hour)
    slot = Slot(shift.id, shift.agent_id, shift.date, begins, begins + timedelta(hours=1))
    request = wanted(customer, a_credit_account(customer, at), slot)
    outcome = take(booking=request, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, Taken), outcome
    return outcome.visit


class Busy:
    """An agent with three visits in the afternoon of today (14, 15 and 17), booked at noon."""

    def __init__(self, at: datetime) -> None:
        the_base_pack(at)
        self.agent = an_agent(at)
        self.shift = a_shift(self.agent, at, days=0, hours=(9, 19))
        self.visits = [
            visit_at(near(0, km), begins, self.shift, at) for begins, km in ((14, 1), (15, 2), (17, 1))
        ]

    @property
    def ids(self) -> list[UUID]:
        return [visit.id for visit in self.visits]

    def at(self, at_hour: float) -> datetime:
        return hour(self.shift, at_hour)

    def sets_out(self, number: int, at_hour: float) -> None:
        visits.set_out(visit_id=self.ids[number], actor=acting(self.agent), at=self.at(at_hour))

    def arrives(self, number: int, at_hour: float) -> None:
        arrival = visits.arrive(visit_id=self.ids[number], actor=acting(self.agent), at=self.at(at_hour))
        assert arrival.is_allowed


@pytest.fixture
def busy(at: datetime) -> Busy:
    return Busy(at)


def risks(at: datetime, day: date = TODAY) -> list[Expectation]:
    return queries.at_risk(actor=DISPATCHER, date=day, at=at)


@pytest.mark.django_db
def test_a_day_that_goes_well_has_no_promise_at_risk(at: datetime, busy: Busy) -> None:
    assert risks(at) == []
    everything = queries.expectations(actor=DISPATCHER, date=TODAY, at=at)
    assert [one.visit_id for one in everything] == busy.ids
    assert [one.expected_at for one in everything] == [visit.window_from for visit in busy.visits]


@pytest.mark.django_db
def test_a_visit_that_lasts_longer_is_named_for_those_behind_it(at: datetime, busy: Busy) -> None:
    busy.sets_out(0, 13.6)
    busy.arrives(0, 14)
    assert risks(busy.at(15.5)) == []
    (late,) = risks(busy.at(15.95))
    assert (late.visit_id, late.why, late.agent_id) == (busy.ids[1], Cause.OVERRUN, busy.agent.id)
    assert late.expected_at is not None
    assert late.late_min == -(-int((late.expected_at - late.window_to).total_seconds() + 1) // 60) > 0


@pytest.mark.django_db
def test_who_does_not_set_out_is_named_before_the_window_is_over(at: datetime, busy: Busy) -> None:
    assert [one.visit_id for one in risks(busy.at(14.97))] == busy.ids[:1]
    assert risks(busy.at(14.97))[0].why is Cause.NOT_SET_OUT


@pytest.mark.django_db
def test_what_agents_say_counts_at_once_and_is_taken_back(at: datetime, busy: Busy) -> None:
    now = busy.at(14.2)
    delay_shift(shift_id=busy.shift.id, minutes=60, actor=acting(busy.agent), at=now)
    assert {one.why for one in risks(now)} == {Cause.HELD_UP}
    assert risks(now)[0].visit_id == busy.ids[0]
    resume_shift(shift_id=busy.shift.id, actor=acting(busy.agent), at=now)
    assert risks(now) == []


@pytest.mark.django_db
def test_who_falls_ill_turns_back_and_every_promise_of_the_day_is_named(at: datetime, busy: Busy) -> None:
    busy.sets_out(0, 13.6)
    now = busy.at(13.7)
    give_up_shift(
        shift_id=busy.shift.id, off_from=now, reason=OffReason.UNWELL, actor=acting(busy.agent), at=now
    )
    assert Visit.objects.get(id=busy.ids[0]).state == "booked"
    named = risks(now)
    assert [(one.visit_id, one.why, one.expected_at) for one in named] == [
        (id, Cause.OFF, None) for id in busy.ids
    ]
    kinds = list(Fact.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["AgentTurnedBack", "ShiftEndedEarly"]
    assert set(Visit.objects.values_list("agent_id", flat=True)) == {busy.agent.id}, "they stay promised"


@pytest.mark.django_db
def test_nothing_more_is_promised_of_a_day_that_ended_early(at: datetime, busy: Busy) -> None:
    now = busy.at(13.5)
    give_up_shift(shift_id=busy.shift.id, off_from=now, reason=OffReason.VEHICLE, actor=DISPATCHER, at=now)
    customer = a_customer(at)
    begins = busy.at(18)
    slot = Slot(busy.shift.id, busy.agent.id, TODAY, begins, begins + timedelta(hours=1))
    request = wanted(customer, a_credit_account(customer, at), slot)
    assert not isinstance(take(booking=request, key=new_id(), actor=themselves(customer), at=now), Taken)


@pytest.mark.django_db
def test_somebody_who_may_not_go_is_named_too(at: datetime, busy: Busy) -> None:
    refuse_agent(
        visit_id=busy.ids[2],
        agent_id=busy.agent.id,
        reason=RefusalReason.CUSTOMER_ASKED,
        actor=DISPATCHER,
        at=at,
    )
    assert [(one.visit_id, one.why) for one in risks(at)] == [(busy.ids[2], Fault.REFUSED)]


@pytest.mark.django_db
def test_what_is_called_off_or_at_its_door_is_not_named(at: datetime, busy: Busy) -> None:
    delay_shift(shift_id=busy.shift.id, minutes=120, actor=acting(busy.agent), at=busy.at(14.5))
    assert risks(busy.at(14.5))[0].visit_id == busy.ids[0]
    visits.cancel_visit(visit_id=busy.ids[0], reason=CancelReason.LENDER, actor=DISPATCHER, at=busy.at(14.6))
    assert busy.ids[0] not in {one.visit_id for one in risks(busy.at(14.6))}


@pytest.mark.django_db
def test_the_judge_names_the_same_visits(at: datetime, busy: Busy) -> None:
    for now in (busy.at(13), busy.at(14.97), busy.at(15.9), busy.at(17.99), busy.at(18.7)):
        known = queries.situation(date=TODAY, at=now)
        expected = {id for id, one in queries.expected_of(known).items() if one.cause}
        assert expected == {risk.visit_id for risk in planning.at_risk(known)}, now


@pytest.mark.django_db
def test_staff_ask_and_a_customer_asks_of_their_own(
    at: datetime, busy: Busy, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(8):
        risks(at)
    own = themselves(busy.visits[0].customer)
    with pytest.raises(Denied, match="board-not-yours"):
        queries.at_risk(actor=own, date=TODAY, at=at)
    with django_assert_num_queries(9):
        one = queries.expected_visit(actor=own, visit_id=busy.ids[0], at=at)
    assert one is not None
    assert one.expected_at == busy.visits[0].window_from
    with pytest.raises(Missing, match="visit-not-found"):
        queries.expected_visit(actor=own, visit_id=busy.ids[1], at=at)
    visits.cancel_visit(visit_id=busy.ids[0], reason=CancelReason.UNWELL, actor=own, at=at)
    assert queries.expected_visit(actor=own, visit_id=busy.ids[0], at=at) is None
    assert queries.at_risk(actor=SYSTEM, date=date(2030, 1, 1), at=at) == []


@pytest.mark.django_db
def test_of_a_team_one_who_falls_ill_ends_the_day_of_both(at: datetime) -> None:
    the_base_pack(at)
    team = a_team(at, days=0)
    partner = Shift.objects.get(joined_to=team)
    now = hour(team, 13)
    give_up_shift(shift_id=partner.id, off_from=now, reason=OffReason.UNWELL, actor=DISPATCHER, at=now)
    day = working_day(shift_id=team.id)
    assert (day.is_off, day.ends_at) == (True, now)
    assert day.version > team.version, "a plan made before does not fit any more"
