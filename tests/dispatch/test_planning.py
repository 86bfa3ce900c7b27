"""Planning a day: shorter routes, every promise and every decision kept, nothing written over a newer booking."""

import threading
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections

from koumen.agents.models import Agent, Shift
from koumen.agents.rules.shift import OffReason
from koumen.audit.models import Fact
from koumen.dispatch import queries
from koumen.dispatch.commands import (
    CannotBe,
    Decided,
    Taken,
    accept_repair,
    give_up_shift,
    pin_visit,
    plan_day,
    planning,
    propose_repair,
    refuse_agent,
    refuse_repair,
    release_visit,
    swap_visits,
    take,
)
from koumen.dispatch.jobs import plan_again, plan_one_day, plan_tomorrow
from koumen.dispatch.models import Override, Repair, Stop
from koumen.dispatch.rules.planning import MOST_TOGETHER, RefusalReason, RepairRefusal, clusters
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.solver.check import Fault
from koumen.dispatch.states import RepairState
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.kit.place import Place
from koumen.visits.models import Visit
from tests.builders import (
    a_credit_account,
    a_customer,
    a_shift,
    an_agent,
    near,
    staff,
    the_base_pack,
    themselves,
    wanted,
)

TOMORROW = date(2026, 11, 25)
DISPATCHER = staff(Role.DISPATCHER)


def quiet(share: float, cost: int) -> None:
    """Nobody watches."""


def planned(at: datetime, *, day: date = TOMORROW, seconds: float = 0.3) -> planning.DayPlan:
    return plan_day(date=day, seconds=seconds, on_progress=quiet, actor=SYSTEM, at=at)


def visit_at(place: Place, hour: int, shift: Shift, at: datetime) -> Visit:
    """A visit in a window of one hour, promised for this very shift."""
    customer = a_customer(at, place=place)
    begins = shift.starts_at.replace(minute=0) + timedelta(hours=hour - 9)
    slot = Slot(shift.id, shift.agent_id, shift.date, begins, begins + timedelta(hours=1))
    request = wanted(customer, a_credit_account(customer, at), slot)
    outcome = take(booking=request, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, Taken), outcome
    return outcome.visit


class Crossed:
    """An agent in the north whose visits are in the south, and the other way round."""

    def __init__(self, at: datetime) -> None:
        the_base_pack(at)
        self.north = a_shift(an_agent(at, home=near(5)), at)
        self.south = a_shift(an_agent(at, home=near(-5)), at)
        self.southern = [
            visit_at(near(-5, east), hour, self.north, at) for east, hour in ((0, 11), (0.5, 14))
        ]
        self.northern = [visit_at(near(5, east), hour, self.south, at) for east, hour in ((0, 11), (0.5, 14))]


@pytest.fixture
def crossed(at: datetime) -> Crossed:
    return Crossed(at)


def who(visit: Visit) -> UUID:
    return Visit.objects.get(id=visit.id).shift_id


def route(shift: Shift) -> list[UUID]:
    return list(Stop.objects.filter(shift=shift).order_by("position").values_list("visit_id", flat=True))


@pytest.mark.django_db
def test_a_plan_sends_each_agent_where_they_live_and_keeps_every_promise(
    at: datetime, crossed: Crossed
) -> None:
    windows = set(Visit.objects.values_list("id", "window_from", "window_to"))
    done = planned(at)
    assert (done.shifts, done.visits, done.changed, done.dropped, done.at_risk) == (2, 4, 2, 0, ())
    assert done.after_s < done.before_s / 2
    assert route(crossed.north) == [visit.id for visit in crossed.northern]
    assert route(crossed.south) == [visit.id for visit in crossed.southern]
    assert {who(visit) for visit in crossed.northern} == {crossed.north.id}
    assert set(Visit.objects.values_list("id", "window_from", "window_to")) == windows
    today = queries.situation(date=TOMORROW, at=at)
    assert queries.judge(today, today.routes) == []
    kinds = list(Fact.objects.values_list("kind", flat=True))
    assert (kinds.count("AgentChanged"), kinds.count("RoutePlanned")) == (4, 2)
    assert {
        Shift.objects.get(id=crossed.north.id).version,
        Shift.objects.get(id=crossed.south.id).version,
    } == {4}


@pytest.mark.django_db
def test_a_good_plan_is_left_alone(at: datetime, crossed: Crossed) -> None:
    planned(at)
    facts = Fact.objects.count()
    again = planned(at)
    assert (again.changed, again.before_s, Fact.objects.count()) == (0, again.after_s, facts)


@pytest.mark.django_db
def test_a_day_without_shifts_or_visits_is_planned_in_no_time(at: datetime) -> None:
    the_base_pack(at)
    assert planned(at).shifts == 0
    a_shift(an_agent(at), at)
    assert (planned(at).shifts, planned(at).visits) == (1, 0)


@pytest.mark.django_db
def test_only_dispatch_plans(at: datetime, crossed: Crossed) -> None:
    for stranger in (staff(Role.FINANCE), themselves(a_customer(at))):
        with pytest.raises(Denied, match="plan-not-yours"):
            plan_day(date=TOMORROW, seconds=0.1, on_progress=quiet, actor=stranger, at=at)
        with pytest.raises(Denied, match="plan-not-yours"):
            pin_visit(visit_id=crossed.northern[0].id, shift_id=crossed.north.id, actor=stranger, at=at)


@pytest.mark.django_db
def test_what_a_person_decided_is_never_undone(at: datetime, crossed: Crossed) -> None:
    pinned, refused = crossed.northern[0], crossed.southern[0]
    pin_visit(visit_id=pinned.id, shift_id=crossed.south.id, actor=DISPATCHER, at=at)
    refuse_agent(
        visit_id=refused.id,
        agent_id=crossed.south.agent_id,
        reason=RefusalReason.CUSTOMER_ASKED,
        actor=DISPATCHER,
        at=at,
    )
    planned(at)
    assert who(pinned) == crossed.south.id
    assert who(refused) == crossed.north.id
    counted = queries.overrides_on(actor=DISPATCHER, date=TOMORROW)
    assert [(row.kind, row.visit_id, row.reason) for row in counted] == [
        ("pin", pinned.id, ""),
        ("refuse", refused.id, "customer_asked"),
    ]
    for visit in (pinned, refused):
        release_visit(visit_id=visit.id, actor=DISPATCHER, at=at)
    planned(at)
    assert (who(pinned), who(refused)) == (crossed.north.id, crossed.south.id)


@pytest.mark.django_db
def test_a_refused_agent_does_not_go_and_the_plan_finds_somebody_else(at: datetime, crossed: Crossed) -> None:
    planned(at)
    visit = crossed.northern[0]
    decided = refuse_agent(
        visit_id=visit.id,
        agent_id=crossed.north.agent_id,
        reason=RefusalReason.KNOWN_PRIVATELY,
        actor=DISPATCHER,
        at=at,
    )
    assert decided.overrides[0].made_by == DISPATCHER.key
    today = queries.situation(date=TOMORROW, at=at)
    assert [fault.fault for fault in queries.judge(today, today.routes)] == [Fault.REFUSED]
    assert planned(at).at_risk == ()
    assert who(visit) == crossed.south.id


@pytest.mark.django_db
def test_two_agents_swap_two_visits_and_both_stay_so(at: datetime, crossed: Crossed) -> None:
    one, other = crossed.northern[0], crossed.southern[0]
    swapped = swap_visits(visit_id=one.id, other_id=other.id, actor=DISPATCHER, at=at)
    assert isinstance(swapped, Decided)
    assert (who(one), who(other)) == (crossed.north.id, crossed.south.id)
    assert set(route(crossed.north)) == {one.id, crossed.southern[1].id}
    assert {row.kind for row in Override.objects.all()} == {"swap"}
    with pytest.raises(Conflict, match="visits-not-to-swap"):
        swap_visits(visit_id=one.id, other_id=crossed.southern[1].id, actor=DISPATCHER, at=at)
    with pytest.raises(Missing, match="visit-not-found"):
        swap_visits(visit_id=one.id, other_id=new_id(), actor=DISPATCHER, at=at)


@pytest.mark.django_db
def test_what_would_break_a_promise_is_said_and_not_done(at: datetime, crossed: Crossed) -> None:
    unable = a_shift(an_agent(at, skills=("consultation",)), at)
    visit = crossed.northern[0]
    facts = Fact.objects.count()
    assert pin_visit(visit_id=visit.id, shift_id=unable.id, actor=DISPATCHER, at=at) == CannotBe(
        (Fault.SKILL,)
    )
    far = a_shift(an_agent(at, home=near(80)), at)
    said = pin_visit(visit_id=visit.id, shift_id=far.id, actor=DISPATCHER, at=at)
    assert isinstance(said, CannotBe)
    assert set(said.faults) & {Fault.LATE, Fault.HOME_LATE}
    assert (Fact.objects.filter(kind__in=["VisitOverridden", "AgentChanged"]).count(), who(visit)) == (
        0,
        crossed.south.id,
    )
    assert Fact.objects.count() > facts, "engaging agents was recorded"
    other_day = a_shift(an_agent(at), at, days=2)
    with pytest.raises(Conflict, match="shift-on-another-day"):
        pin_visit(visit_id=visit.id, shift_id=other_day.id, actor=DISPATCHER, at=at)
    with pytest.raises(Invalid, match="refusal-reason-unknown"):
        refuse_agent(
            visit_id=visit.id,
            agent_id=far.agent_id,
            reason="whim",  # type: ignore[arg-type]  # what a form could send
            actor=DISPATCHER,
            at=at,
        )


@pytest.mark.django_db
def test_what_begins_within_ninety_minutes_is_not_planned_but_a_person_may_change_it(at: datetime) -> None:
    story = Crossed(at)
    soon = story.northern[0].window_from - timedelta(minutes=89)
    planned(soon)
    waiting = Repair.objects.filter(state=RepairState.PROPOSED)
    touched = {visit for row in waiting for visit in row.content["moved"]}
    assert not touched & {str(story.northern[0].id), str(story.southern[0].id)}
    moved = pin_visit(visit_id=story.northern[0].id, shift_id=story.north.id, actor=DISPATCHER, at=soon)
    assert isinstance(moved, CannotBe | Decided)


@pytest.mark.django_db
def test_a_booking_that_comes_meanwhile_is_kept_and_the_plan_is_made_again(
    at: datetime, crossed: Crossed, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = planning.better
    late: list[Visit] = []

    def somebody_books(*given: object) -> object:
        answer = found(*given)  # type: ignore[arg-type]
        if not late:
            late.append(visit_at(near(5, 0.2), 16, crossed.north, at))
        return answer

    monkeypatch.setattr(planning, "better", somebody_books)
    done = planned(at)
    assert (done.changed, done.dropped, done.visits) == (2, 0, 5)
    assert who(late[0]) == crossed.north.id
    assert late[0].id in route(crossed.north)


@pytest.mark.django_db
def test_a_plan_that_is_twice_too_late_is_dropped_and_nothing_changes(
    at: datetime, crossed: Crossed, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, hours = planning.better, iter((16, 17))

    def somebody_always_books(*given: object) -> object:
        answer = found(*given)  # type: ignore[arg-type]
        visit_at(near(5, 0.2), next(hours), crossed.north, at)
        return answer

    monkeypatch.setattr(planning, "better", somebody_always_books)
    done = planned(at)
    assert (done.changed, done.dropped) == (0, 1)
    assert {who(visit) for visit in crossed.northern} == {crossed.south.id}


@pytest.mark.django_db
def test_a_promise_that_nobody_can_keep_is_named_with_the_reason(at: datetime, crossed: Crossed) -> None:
    Agent.objects.update(skills=["consultation"])
    done = planned(at)
    assert {risk.fault for risk in done.at_risk} == {Fault.SKILL}
    assert {risk.visit_id for risk in done.at_risk} == {
        visit.id for visit in (*crossed.northern, *crossed.southern)
    }
    Agent.objects.update(skills=["repayment"])
    Shift.objects.update(ends_at=crossed.north.starts_at + timedelta(hours=3))
    reasons = {risk.visit_id: risk.fault for risk in planned(at).at_risk}
    assert {reasons[visit.id] for visit in (crossed.northern[1], crossed.southern[1])} <= {
        Fault.HOME_LATE,
        Fault.LATE,
        Fault.BREAK,
    }


@pytest.mark.django_db
def test_in_the_evening_tomorrow_is_planned_and_at_no_other_hour(
    at: datetime, crossed: Crossed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koumen.dispatch.jobs.EVENING_S", 0.3)
    plan_tomorrow(timestamp=0)
    assert who(crossed.northern[0]) == crossed.south.id, "it is noon"
    with clock.stopped_at(at + timedelta(hours=8)):
        plan_tomorrow(timestamp=0)
    assert who(crossed.northern[0]) == crossed.north.id


@pytest.mark.django_db
def test_changes_of_a_minute_are_planned_together_once(at: datetime, crossed: Crossed) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    for fact in Fact.objects.filter(kind="SlotTaken"):
        plan_again(fact.fact_id)
    jobs = ProcrastinateJob.objects.filter(task_name="koumen.dispatch.jobs.plan_one_day")
    assert [(job.args["day"], job.queueing_lock) for job in jobs] == [("2026-11-25", "plan 2026-11-25")]
    plan_one_day(day="2026-11-25", seconds=0.3)
    assert who(crossed.northern[0]) == crossed.north.id


@pytest.fixture
def running(crossed: Crossed) -> datetime:
    """Five minutes after the first shift of that day began."""
    return crossed.north.starts_at + timedelta(minutes=5)


@pytest.mark.django_db
def test_on_a_day_that_runs_a_plan_is_proposed_and_nothing_moves_without_a_yes(
    crossed: Crossed, running: datetime
) -> None:
    windows = set(Visit.objects.values_list("id", "window_from", "window_to"))
    done = planned(running)
    assert (done.changed, done.dropped, done.proposed) == (0, 0, 2)
    assert {who(visit) for visit in crossed.northern} == {crossed.south.id}
    assert not Fact.objects.filter(kind__in=["AgentChanged", "RoutePlanned"]).exists()
    waiting = Repair.objects.get(state=RepairState.PROPOSED)
    assert waiting.content["helped"] == []
    assert waiting.extra_s <= -planning.GAIN_TO_ASK_S
    assert planned(running).proposed == 2, "it waits; it is not asked twice"
    assert Fact.objects.filter(kind="RepairProposed").count() == 1
    accept_repair(repair_id=waiting.id, actor=DISPATCHER, at=running)
    assert {who(visit) for visit in crossed.northern} == {crossed.north.id}
    assert set(Visit.objects.values_list("id", "window_from", "window_to")) == windows
    today = queries.situation(date=TOMORROW, at=running)
    assert queries.judge(today, today.routes) == []


@pytest.mark.django_db
def test_a_booking_on_a_day_that_runs_moves_no_other_visit(crossed: Crossed, running: datetime) -> None:
    visit_at(near(5, 1), 16, crossed.north, running)
    with clock.stopped_at(running):
        plan_one_day(day="2026-11-25", seconds=0.3)
    assert {who(visit) for visit in crossed.northern} == {crossed.south.id}
    assert Repair.objects.get().state == RepairState.PROPOSED


@pytest.mark.django_db
def test_shorter_ways_that_were_refused_are_not_proposed_again(crossed: Crossed, running: datetime) -> None:
    planned(running)
    refuse_repair(
        repair_id=Repair.objects.get().id,
        reason=RepairRefusal.TOO_MANY_CHANGES,
        actor=DISPATCHER,
        at=running,
    )
    assert planned(running).proposed == 0
    assert {who(visit) for visit in crossed.northern} == {crossed.south.id}


@pytest.mark.django_db
def test_what_saves_little_is_no_question_for_a_person(
    crossed: Crossed, running: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "GAIN_TO_ASK_S", 24 * 3600)
    assert planned(running).proposed == 0
    assert not Repair.objects.exists()


@pytest.mark.django_db
def test_help_for_a_promise_at_risk_takes_the_place_of_shorter_ways(
    at: datetime, crossed: Crossed, running: datetime
) -> None:
    a_shift(an_agent(at, home=near(0)), at)
    planned(running)
    shorter = Repair.objects.get()
    give_up_shift(
        shift_id=crossed.north.id, off_from=running, reason=OffReason.UNWELL, actor=DISPATCHER, at=running
    )
    repair = propose_repair(date=TOMORROW, seconds=0, actor=SYSTEM, at=running)
    assert repair is not None
    assert set(repair.content["helped"]) == {str(visit.id) for visit in crossed.southern}
    shorter.refresh_from_db()
    assert shorter.state == RepairState.OVERTAKEN
    planned(running)
    waiting = Repair.objects.get(state=RepairState.PROPOSED)
    assert waiting.content["helped"], "no shorter way takes the place of help"


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_bookings_during_plans_break_nothing(at: datetime) -> None:
    """Two plan and four book at once: nobody waits for ever, and every promise stands in the judge's eyes."""
    story = Crossed(at)
    customers = [a_customer(at, place=near(north)) for north in (5, -5, 4, -4)]
    accounts = [a_credit_account(customer, at) for customer in customers]
    failed: list[BaseException] = []

    def book(number: int) -> None:
        try:
            customer, account = customers[number], accounts[number]
            place = Slot(new_id(), new_id(), TOMORROW, at, at)
            request = wanted(customer, account, place).asking(at)
            slots = queries.slots(actor=themselves(customer), request=request, at=at)
            take(
                booking=wanted(customer, account, slots[number % len(slots)]),
                key=new_id(),
                actor=themselves(customer),
                at=at,
            )
        except BaseException as fault:  # noqa: BLE001  (told below)
            failed.append(fault)
        finally:
            connections.close_all()

    def plan() -> None:
        try:
            planned(at, seconds=0.2)
        except BaseException as fault:  # noqa: BLE001  (told below)
            failed.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=book, args=[n]) for n in range(4)]
    threads += [threading.Thread(target=plan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    today = queries.situation(date=TOMORROW, at=at)
    assert queries.judge(today, today.routes) == []
    assert sorted(Stop.objects.values_list("visit_id", flat=True)) == sorted(
        Visit.objects.values_list("id", flat=True)
    )
    assert story.north.id in today.routes


def test_clusters_are_neighbours_and_never_too_many() -> None:
    homes = [(number, near(number % 10, number // 10)) for number in range(100)]
    groups = clusters(homes)
    assert sorted(name for group in groups for name in group) == list(range(100))
    assert max(map(len, groups)) <= MOST_TOGETHER
    assert clusters([]) == []
