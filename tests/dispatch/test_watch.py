"""Each minute of the day that runs: who is told what, once, and what is proposed, also after a job was killed."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from koumen.agents.commands import delay_shift
from koumen.agents.rules.shift import OffReason
from koumen.audit.commands import record
from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.dispatch import jobs, queries
from koumen.dispatch.commands import Taken, accept_repair, give_up_shift, move
from koumen.dispatch.models import Repair
from koumen.dispatch.rules.slot import Slot
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from koumen.messages import jobs as messages
from koumen.messages.queries import SentMessage, sent_messages
from koumen.messages.rules.letter import Template
from koumen.people.commands import change_preferences
from koumen.visits import jobs as visit_jobs
from koumen.visits.commands import notify_customer
from koumen.visits.events import AgentTurnedBack
from koumen.visits.models import Notice, Visit, VisitMove
from koumen.visits.rules.notices import NoticeKind
from koumen.visits.states import VisitState
from tests.builders import a_shift, acting, an_agent, near, the_base_pack, themselves
from tests.dispatch.test_live import DISPATCHER, Busy, visit_at
from tests.dispatch.test_repair import Ill

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
TOLD = ("CustomerNotified", "AgentChanged", "VisitMoved")


def watch(now: datetime) -> None:
    with clock.stopped_at(now):
        jobs.watch_day(0)


def notices() -> set[tuple[UUID, str]]:
    return set(Notice.objects.values_list("visit_id", "kind"))


def tell(now: datetime) -> list[SentMessage]:
    with clock.stopped_at(now):
        for fact_id in Fact.objects.filter(kind__in=TOLD).order_by("id").values_list("fact_id", flat=True):
            messages.tell(fact_id)
    return sent_messages(limit=1000)


@pytest.fixture
def busy(at: datetime) -> Busy:
    story = Busy(at)
    for visit in story.visits:
        change_preferences(language="en", actor=themselves(visit.customer), at=at)
    return story


def held_up(busy: Busy, minutes: int) -> datetime:
    """At half past two the agent, who is not at the first door yet, cannot go on for so long."""
    now = busy.at(14.5)
    delay_shift(shift_id=busy.shift.id, minutes=minutes, actor=acting(busy.agent), at=now)
    return now


# --- telling --------------------------------------------------------------------------------------------


def test_nobody_is_told_anything_on_a_day_that_goes_well(busy: Busy) -> None:
    watch(busy.at(13))
    watch(busy.at(14.5))
    assert notices() == set()


def test_ten_minutes_late_is_told_once_with_an_honest_time(busy: Busy) -> None:
    now = held_up(busy, 35)
    late = queries.at_risk(actor=DISPATCHER, date=busy.shift.date, at=now)[0]
    assert 10 <= late.late_min < 30
    watch(now)
    watch(now + MINUTE)
    assert (busy.ids[0], "late") in notices()
    (message,) = [
        m for m in tell(now) if m.template == Template.VISIT_LATE and m.person_id == customer(busy, 0)
    ]
    assert late.expected_at is not None
    said = message.text.split("at about ")[1][:5]
    expected = late.expected_at.astimezone(this_branch().zone)
    hours, minutes = map(int, said.split(":"))
    assert 0 <= hours * 60 + minutes - (expected.hour * 60 + expected.minute) <= 5, "never earlier than it is"
    assert Fact.objects.filter(kind="CustomerNotified", subject_id=busy.ids[0]).count() == 1


def customer(busy: Busy, number: int) -> UUID:
    return Visit.objects.select_related("customer").get(id=busy.ids[number]).customer.person_id


def test_thirty_minutes_late_offers_another_time_for_free(busy: Busy) -> None:
    now = held_up(busy, 70)
    watch(now)
    assert (busy.ids[0], "rebook") in notices()
    assert (busy.ids[0], "late") not in notices()
    offered = [m for m in tell(now) if m.template == Template.REBOOKING_OFFERED]
    assert f"/visits/{busy.ids[0]}/" in next(m for m in offered if m.person_id == customer(busy, 0)).text


def test_lateness_of_the_evening_is_not_told_in_the_early_afternoon(busy: Busy) -> None:
    now = busy.at(13.2)
    delay_shift(shift_id=busy.shift.id, minutes=120, actor=acting(busy.agent), at=now)
    watch(now)
    assert {id for id, _ in notices()} <= {busy.ids[0], busy.ids[1]}


def test_when_nobody_can_come_the_customer_may_choose_another_time_an_hour_before(busy: Busy) -> None:
    now = busy.at(12.5)
    give_up_shift(shift_id=busy.shift.id, off_from=now, reason=OffReason.UNWELL, actor=DISPATCHER, at=now)
    watch(now)
    assert notices() == set(), "somebody else may still be found"
    watch(busy.at(13))
    assert notices() == {(busy.ids[0], "rebook")}
    assert [m.template for m in tell(busy.at(13))] == [Template.NOBODY_CAN_COME]


def test_near_is_told_twenty_minutes_before(busy: Busy) -> None:
    busy.sets_out(0, 13.4)
    watch(busy.at(13.6))
    assert notices() == set()
    watch(busy.at(13.7))
    assert notices() == {(busy.ids[0], "near")}
    assert "is near" in next(m for m in tell(busy.at(13.7)) if m.template == Template.AGENT_NEAR).text


def test_a_job_that_is_killed_between_two_customers_goes_on_with_the_next_minute(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = held_up(busy, 110)
    calls: list[object] = []

    def killed(**given: object) -> object:
        calls.append(given["visit_id"])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return notify_customer(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "notify_customer", killed)
    with pytest.raises(KeyboardInterrupt):
        watch(now)
    assert len(notices()) == 1
    monkeypatch.undo()
    watch(now + MINUTE)
    assert {id for id, _ in notices()} == {busy.ids[0], busy.ids[1]}
    assert Fact.objects.filter(kind="CustomerNotified").count() == 2
    for _ in range(2):
        tell(now + MINUTE)
    assert len([m for m in sent_messages() if m.template == Template.REBOOKING_OFFERED]) == 2


def test_what_is_told_too_late_is_not_told(busy: Busy) -> None:
    now = held_up(busy, 70)
    watch(now)
    visit = Visit.objects.get(id=busy.ids[0])
    give_time(visit, busy, now)
    assert Template.REBOOKING_OFFERED not in {
        m.template for m in tell(now) if m.person_id == customer(busy, 0)
    }, "the promise is another by now"


def give_time(visit: Visit, busy: Busy, now: datetime) -> Visit:
    begins = busy.at(18)
    slot = Slot(busy.shift.id, busy.agent.id, busy.shift.date, begins, begins + timedelta(hours=1))
    taken = move(visit_id=visit.id, slot=slot, key=new_id(), actor=themselves(visit.customer), at=now)
    assert isinstance(taken, Taken), taken
    return taken.visit


# --- another time for free ------------------------------------------------------------------------------


def test_a_customer_who_was_offered_another_time_moves_even_from_the_road_and_it_does_not_count(
    busy: Busy,
) -> None:
    busy.sets_out(0, 14.2)
    visit = Visit.objects.get(id=busy.ids[0])
    with pytest.raises(Conflict, match="visit-cannot-move"):
        give_time(visit, busy, busy.at(14.3))
    now = held_up(busy, 70)
    watch(now)
    moved = give_time(visit, busy, now)
    assert (moved.state, moved.set_out_at) == (VisitState.BOOKED, None)
    row = VisitMove.objects.get(visit=visit)
    assert not row.counts


def test_a_customer_who_moves_of_her_own_wish_is_counted(busy: Busy) -> None:
    give_time(Visit.objects.get(id=busy.ids[0]), busy, busy.at(13))
    assert VisitMove.objects.get().counts


# --- repairing ------------------------------------------------------------------------------------------


def test_an_agent_who_falls_ill_has_a_repair_proposed_by_the_next_job(at: datetime) -> None:
    ill = Ill(at).falls_ill()
    fact = Fact.objects.get(kind="ShiftEndedEarly")
    with clock.stopped_at(ill.now):
        jobs.repair_day_of_shift(fact.fact_id)
        jobs.repair_day_of_shift(fact.fact_id)
    assert Repair.objects.filter(state="proposed").count() == 1
    assert ProcrastinateJob.objects.filter(task_name=jobs.IMPROVE).count() == 1
    with clock.stopped_at(ill.now + MINUTE):
        jobs.improve_repair(ill.shifts[0].date.isoformat())
    assert Repair.objects.filter(state="proposed").count() == 1


def test_each_minute_looks_for_a_repair_where_time_alone_broke_the_day(at: datetime) -> None:
    the_base_pack(at)
    shift = a_shift(an_agent(at), at, days=0, hours=(9, 19))
    other = a_shift(an_agent(at, home=near(0, 1)), at, days=0, hours=(9, 19))
    visit = visit_at(near(0, 1), 14, shift, at)
    now = visit.window_to - 8 * MINUTE  # who lives next door can just make it
    assert queries.at_risk(actor=DISPATCHER, date=shift.date, at=now)
    watch(now)
    assert Repair.objects.get().content["moved"] == {str(visit.id): str(other.id)}
    assert not Fact.objects.filter(kind="AgentChanged").exists(), "nothing moves before a person says so"


def test_a_turned_back_visit_is_looked_after_at_once(at: datetime) -> None:
    ill = Ill(at).falls_ill()
    visit = ill.visits[0]
    record(
        AgentTurnedBack(subject_id=visit.id, agent_id=visit.agent_id, reason="unwell"),
        actor=SYSTEM,
        at=ill.now,
    )
    with clock.stopped_at(ill.now):
        jobs.repair_day_of_visit(Fact.objects.get(kind="AgentTurnedBack").fact_id)
    assert Repair.objects.count() == 1


def test_agents_are_told_what_they_gain_and_lose_today(at: datetime) -> None:
    ill = Ill(at).falls_ill()
    accept_repair(repair_id=ill.proposal().id, actor=DISPATCHER, at=ill.now)
    sent = tell(ill.now)
    assert [m.template for m in sent].count(Template.STOP_ADDED) == 3
    lost = [m for m in sent if m.template == Template.STOP_TAKEN_OVER]
    assert {m.person_id for m in lost} == {ill.agents[0].person_id}
    assert [m.template for m in sent].count(Template.AGENT_CHANGED) == 3


# --- reminders ------------------------------------------------------------------------------------------


def test_customers_are_reminded_a_day_and_two_hours_before_once_each(at: datetime) -> None:
    the_base_pack(at)
    shift = a_shift(an_agent(at), at, days=3, hours=(9, 19))
    visit = visit_at(near(0, 1), 14, shift, at)
    for before in (30, 24, 23.9, 10, 2, 1.9):
        with clock.stopped_at(visit.window_from - timedelta(hours=before)):
            visit_jobs.remind(0)
    assert notices() == {(visit.id, NoticeKind.DAY_BEFORE), (visit.id, NoticeKind.HOURS_BEFORE)}
    assert Fact.objects.filter(kind="CustomerNotified").count() == 2
    templates = {m.template for m in tell(visit.window_from - timedelta(hours=1))}
    assert templates == {Template.VISIT_TOMORROW, Template.VISIT_SOON}
