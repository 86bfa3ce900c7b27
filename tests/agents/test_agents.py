"""Agents, their certificates and their working days."""

import json
from datetime import date, datetime, timedelta

import pytest

from koumen.agents import commands, queries
from koumen.agents.models import Agent, Shift
from koumen.agents.rules.shift import OffReason
from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from tests.builders import a_person, a_shift, acting, an_agent, staff

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=this_branch().zone)


def plan(agent: Agent, at: datetime, starts: datetime, ends: datetime, day: date = TUESDAY) -> Shift:
    return commands.plan_shift(
        agent_id=agent.id, date=day, starts_at=starts, ends_at=ends, actor=SYSTEM, at=at
    )


def test_engaging_records_a_fact_and_a_person_is_engaged_once(at: datetime) -> None:
    agent = an_agent(at)
    assert Fact.objects.get(kind="AgentEngaged").subject_id == agent.id
    with pytest.raises(Conflict, match="agent-exists"):
        commands.engage_agent(
            person_id=agent.person_id,
            staff_number="B1",
            skills=["cash"],
            languages=[],
            home_latitude=30,
            home_longitude=120,
            actor=SYSTEM,
            at=at,
        )


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"home_latitude": 95.0}, "place-off-the-earth", "latitude"),
        ({"home_longitude": -181.0}, "place-off-the-earth", "longitude"),
        ({"skills": ["flying"]}, "skill-unknown", "skills"),
        ({"languages": ["tlh"]}, "language-unknown", "languages"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    at: datetime, change: dict[str, object], code: str, field: str
) -> None:
    known: dict[str, object] = {
        "skills": ["cash"],
        "languages": ["cmn"],
        "home_latitude": 30.0,
        "home_longitude": 120.0,
    }
    person = a_person(at, role=Role.AGENT)
    with pytest.raises(Invalid, match=code) as refusal:
        commands.engage_agent(person_id=person, staff_number="B1", actor=SYSTEM, at=at, **(known | change))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert Agent.objects.count() == 0


def test_an_agent_may_not_certify_themselves(at: datetime) -> None:
    agent = an_agent(at, certified_until=None)
    with pytest.raises(Denied, match="agents-not-yours"):
        commands.certify_agent(
            agent_id=agent.id,
            kind="home_visit",
            valid_from=TUESDAY,
            valid_to=date(2027, 1, 1),
            actor=acting(agent),
            at=at,
        )
    assert not queries.certificates_on(agent_id=agent.id, date=TUESDAY)


def test_a_certificate_holds_from_its_first_day_until_before_its_last(at: datetime) -> None:
    agent = an_agent(at, certified_until=TUESDAY)
    assert queries.is_certified(agent_id=agent.id, kind="home_visit", date=TUESDAY - timedelta(days=1))
    assert not queries.is_certified(agent_id=agent.id, kind="home_visit", date=TUESDAY)
    assert queries.certificates_on(agent_id=agent.id, date=date(2020, 1, 1)) == {"home_visit"}
    assert queries.certificates_on(agent_id=agent.id, date=date(2019, 12, 31)) == frozenset()


def test_a_certificate_that_never_holds_is_refused(at: datetime) -> None:
    agent = an_agent(at)
    with pytest.raises(Invalid, match="certificate-ends-before-it-starts"):
        commands.certify_agent(
            agent_id=agent.id, kind="home_visit", valid_from=TUESDAY, valid_to=TUESDAY, actor=SYSTEM, at=at
        )


def test_a_shift_starts_at_the_agents_home(at: datetime) -> None:
    agent = an_agent(at)
    shift = a_shift(agent, at)
    assert (shift.start_latitude, shift.start_longitude) == (agent.home_latitude, agent.home_longitude)
    assert queries.shift_of(actor=acting(agent), agent_id=agent.id, date=shift.date) == shift


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ((18, 9), "shift-ends-before-it-starts"),
        ((9, 9), "shift-ends-before-it-starts"),
        ((6, 19), "shift-too-long"),
    ],
)
def test_a_shift_that_is_no_working_day_is_refused(at: datetime, hours: tuple[int, int], code: str) -> None:
    agent = an_agent(at)
    with pytest.raises(Invalid, match=code):
        plan(agent, at, local(TUESDAY, hours[0]), local(TUESDAY, hours[1]))
    assert Shift.objects.count() == 0


def test_a_shift_is_named_after_the_local_day_on_which_it_starts(at: datetime) -> None:
    agent = an_agent(at)
    with pytest.raises(Invalid, match="shift-on-another-day"):
        plan(agent, at, local(TUESDAY, 9), local(TUESDAY, 17), day=TUESDAY + timedelta(days=1))


def test_one_shift_a_day_and_none_over_another(at: datetime) -> None:
    agent = an_agent(at)
    plan(agent, at, local(TUESDAY, 20), local(TUESDAY + timedelta(days=1), 6))
    with pytest.raises(Conflict, match="shift-exists"):
        plan(agent, at, local(TUESDAY, 8), local(TUESDAY, 12))
    wednesday = TUESDAY + timedelta(days=1)
    with pytest.raises(Conflict, match="shift-overlaps"):
        plan(agent, at, local(wednesday, 5), local(wednesday, 12), day=wednesday)
    assert Shift.objects.count() == 1


def test_cards_and_lists_show_what_each_may_see(at: datetime) -> None:
    mine, other = an_agent(at), an_agent(at)
    assert queries.agent_card(agent_id=mine.id).staff_number == mine.staff_number
    assert [card.agent_id for card in queries.agents(actor=acting(mine))] == [mine.id]
    assert len(queries.agents(actor=staff(Role.DISPATCHER))) == 2
    assert queries.agents(actor=Actor(Role.CUSTOMER, new_id(), new_id())) == []
    assert queries.agent_of(acting(other)) == other
    with pytest.raises(Missing, match="agent-not-found"):
        queries.agent_of(SYSTEM)
    with pytest.raises(Missing, match="agent-not-found"):
        queries.agent_card(agent_id=new_id())


def test_working_days_carry_the_certificates_of_their_own_date(
    at: datetime, django_assert_num_queries: object
) -> None:
    today = a_shift(an_agent(at, certified_until=TUESDAY + timedelta(days=1)), at, days=0)
    agent = an_agent(at, certified_until=TUESDAY + timedelta(days=1))
    too_late = a_shift(agent, at, days=1)
    with django_assert_num_queries(1):  # type: ignore[operator]
        days = queries.working_days(from_date=TUESDAY, to_date=TUESDAY + timedelta(days=2))
    held = {day.shift_id: day.certificates for day in days}
    assert held == {today.id: {"home_visit"}, too_late.id: frozenset()}


def test_a_counted_change_raises_the_version(at: datetime) -> None:
    shift = a_shift(an_agent(at), at)
    assert commands.count_change(shift_id=shift.id, actor=SYSTEM, at=at).version == 2
    with pytest.raises(Missing, match="shift-not-found"):
        commands.count_change(shift_id=new_id(), actor=SYSTEM, at=at)


# --- a day that goes otherwise --------------------------------------------------------------------------


def test_an_agent_who_cannot_go_on_says_so_and_the_day_ends_then(at: datetime) -> None:
    agent = an_agent(at)
    shift = a_shift(agent, at, days=0)
    commands.end_shift_early(
        shift_id=shift.id, off_from=at, reason=OffReason.UNWELL, actor=acting(agent), at=at
    )
    day = queries.working_day(shift_id=shift.id)
    assert (day.ends_at, day.is_off, day.version) == (at, True, shift.version + 1)
    fact = json.loads(Fact.objects.get(kind="ShiftEndedEarly").body)
    assert (fact["reason"], fact["agent_id"]) == ("unwell", str(agent.id))
    with pytest.raises(Conflict, match="shift-ended-early"):
        commands.delay_shift(shift_id=shift.id, minutes=30, actor=acting(agent), at=at)
    commands.resume_shift(shift_id=shift.id, actor=acting(agent), at=at)
    day = queries.working_day(shift_id=shift.id)
    assert (day.ends_at, day.is_off) == (shift.ends_at, False)
    with pytest.raises(Conflict, match="shift-goes-on"):
        commands.resume_shift(shift_id=shift.id, actor=acting(agent), at=at)


def test_who_is_ill_in_the_morning_has_no_working_day(at: datetime) -> None:
    agent = an_agent(at)
    shift = a_shift(agent, at)
    commands.end_shift_early(
        shift_id=shift.id, off_from=at, reason=OffReason.UNWELL, actor=staff(Role.DISPATCHER), at=at
    )
    assert queries.working_day(shift_id=shift.id).ends_at == shift.starts_at


def test_an_agent_who_is_held_up_is_not_on_before_then(at: datetime) -> None:
    agent = an_agent(at)
    shift = a_shift(agent, at, days=0)
    commands.delay_shift(shift_id=shift.id, minutes=30, actor=acting(agent), at=at)
    assert queries.working_day(shift_id=shift.id).held_until == at + timedelta(minutes=30)
    for minutes in (0, 4, 121, -30):
        with pytest.raises(Invalid, match="delay-wrong"):
            commands.delay_shift(shift_id=shift.id, minutes=minutes, actor=acting(agent), at=at)


def test_only_the_agent_and_dispatch_say_so_and_only_of_a_day_that_is_not_over(at: datetime) -> None:
    agent, other = an_agent(at), an_agent(at)
    shift = a_shift(agent, at, days=0)
    with pytest.raises(Missing, match="shift-not-found"):
        commands.delay_shift(shift_id=shift.id, minutes=30, actor=acting(other), at=at)
    with pytest.raises(Denied, match="shift-not-yours"):
        commands.delay_shift(shift_id=shift.id, minutes=30, actor=staff(Role.FINANCE), at=at)
    with pytest.raises(Invalid, match="off-reason-unknown"):
        commands.end_shift_early(
            shift_id=shift.id,
            off_from=at,
            reason="headache",  # type: ignore[arg-type]  # what a form could send
            actor=acting(agent),
            at=at,
        )
    with pytest.raises(Conflict, match="shift-over"):
        commands.delay_shift(shift_id=shift.id, minutes=30, actor=acting(agent), at=shift.ends_at)
    assert not Fact.objects.filter(kind__startswith="ShiftD").exists()
