"""Taking, moving and giving back a place in an agent's day."""

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from koumen.agents.models import Shift
from koumen.agents.queries import working_day
from koumen.audit.models import Fact, Once
from koumen.conduct.commands import PACKS, store_pack
from koumen.conduct.models import Ruling
from koumen.dispatch import queries
from koumen.dispatch.commands import NextBest, Taken, TakeRequest, drop_stop, make_wish, move, take, taking
from koumen.dispatch.jobs import reopen_route
from koumen.dispatch.models import Stop, Wish
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.solver.progress import day_at
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.people.models import Customer
from koumen.visits.commands import cancel_visit
from koumen.visits.models import Visit
from koumen.visits.rules.reasons import CancelReason
from koumen.visits.states import VisitState
from tests.builders import (
    a_credit_account,
    a_customer,
    a_shift,
    acting,
    an_agent,
    near,
    staff,
    the_base_pack,
    themselves,
    wanted,
)


def offered(customer: Customer, account: UUID, at: datetime) -> list[Slot]:
    place = Slot(new_id(), new_id(), at.date(), at, at)
    request = wanted(customer, account, place).asking(at)
    return queries.slots(actor=themselves(customer), request=request, at=at)


def booked(customer: Customer, slot: Slot, at: datetime, account: UUID | None = None) -> Visit:
    request = wanted(customer, account or a_credit_account(customer, at), slot)
    outcome = take(booking=request, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, Taken), outcome
    return outcome.visit


def route(shift_id: UUID) -> list[UUID]:
    return list(
        Stop.objects.filter(shift_id=shift_id).order_by("position").values_list("visit_id", flat=True)
    )


@pytest.fixture
def customer(at: datetime) -> Customer:
    the_base_pack(at)
    return a_customer(at, place=near(1))


@pytest.mark.django_db
def test_taking_a_slot_makes_visit_stop_ruling_and_facts(at: datetime, customer: Customer) -> None:
    agent = an_agent(at)
    shift = a_shift(agent, at)
    account = a_credit_account(customer, at)
    slot = offered(customer, account, at)[1]
    visit = booked(customer, slot, at, account)
    assert (visit.state, visit.agent_id, visit.window_from) == (VisitState.BOOKED, agent.id, slot.window_from)
    assert route(shift.id) == [visit.id]
    assert Shift.objects.get().version == 2
    assert Ruling.objects.get().verdict == "allow"
    assert Fact.objects.get(kind="SlotTaken").subject_id == visit.id


@pytest.mark.django_db
def test_the_same_click_twice_takes_once(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at)
    account, key = a_credit_account(customer, at), new_id()
    first, second, *_ = offered(customer, account, at)
    actor = themselves(customer)
    one = take(booking=wanted(customer, account, first), key=key, actor=actor, at=at)
    two = take(booking=wanted(customer, account, first), key=key, actor=actor, at=at)
    assert isinstance(one, Taken)
    assert isinstance(two, Taken)
    assert one.visit == two.visit
    with pytest.raises(Conflict, match="key-reused"):
        take(booking=wanted(customer, account, second), key=key, actor=actor, at=at)
    assert Visit.objects.count() == Stop.objects.count() == 1


@pytest.mark.django_db
def test_a_place_that_is_gone_leaves_nothing_and_the_same_form_may_choose_again(
    at: datetime, customer: Customer
) -> None:
    a_shift(an_agent(at), at, hours=(9, 12))
    other = a_customer(at, place=near(-12))
    account, key = a_credit_account(customer, at), new_id()
    slots = offered(customer, account, at)
    assert len(slots) == 3
    ten = next(slot for slot in offered(other, account, at) if slot.window_from == slots[1].window_from)
    booked(other, ten, at)
    before = (Fact.objects.count(), Ruling.objects.count(), Once.objects.count())
    request = wanted(customer, account, slots[0])
    outcome = take(booking=request, key=key, actor=themselves(customer), at=at)
    assert isinstance(outcome, NextBest)
    assert outcome.reasons == ("place-gone",)
    assert (Fact.objects.count(), Ruling.objects.count(), Once.objects.count()) == before
    assert Visit.objects.count() == Stop.objects.count() == 1
    a_shift(an_agent(at), at)
    again = take(
        booking=wanted(customer, account, offered(customer, account, at)[0]),
        key=key,
        actor=themselves(customer),
        at=at,
    )
    assert isinstance(again, Taken)


@pytest.mark.django_db
def test_when_an_agent_was_taken_another_comes_in_the_same_window_and_the_same_click_twice_is_one_visit(
    at: datetime, customer: Customer
) -> None:
    # one far visit fills each of these shifts
    shifts = {a_shift(an_agent(at), at, hours=(9, 11)).id for _ in range(2)}
    both = [a_customer(at, place=near(7)) for _ in range(2)]
    accounts = [a_credit_account(one, at) for one in both]
    slot = offered(both[0], accounts[0], at)[0]
    first = booked(both[0], slot, at, accounts[0])
    key = new_id()
    for _ in range(2):
        outcome = take(booking=wanted(both[1], accounts[1], slot), key=key, actor=themselves(both[1]), at=at)
        assert isinstance(outcome, Taken)
        assert outcome.visit.window_from == slot.window_from
        assert {first.shift_id, outcome.visit.shift_id} == shifts
        assert outcome.visit.agent_id != slot.agent_id
    assert Visit.objects.count() == Once.objects.count() == 2


@pytest.mark.django_db
def test_who_wished_for_the_same_person_is_given_nobody_else_without_asking(
    at: datetime, customer: Customer
) -> None:
    shift = a_shift(an_agent(at), at)
    request = wanted(customer, a_credit_account(customer, at), offered(customer, new_id(), at)[0]).asking(at)
    slot = queries.slots(actor=themselves(customer), request=request, at=at)[0]
    assert queries.same_window(request=request, slot=slot, at=at) == replace(slot, rank=0)
    assert queries.same_window(request=replace(request, prefers=shift.agent_id), slot=slot, at=at) is None


@pytest.mark.django_db
def test_who_moves_to_a_window_whose_agent_was_taken_gets_another_agent(
    at: datetime, customer: Customer
) -> None:
    a_shift(an_agent(at), at)
    visit = booked(customer, offered(customer, a_credit_account(customer, at), at)[0], at)
    later = [a_shift(an_agent(at), at, days=2, hours=(9, 11)) for _ in range(2)]
    target = next(
        slot
        for slot in queries.slots_to_move(actor=themselves(customer), visit_id=visit.id, at=at)
        if slot.date == later[0].date
    )
    for_long = a_customer(at, place=near(7))
    far = next(
        slot
        for slot in offered(for_long, visit.account_id, at)
        if (slot.date, slot.window_from) == (target.date, target.window_from)
    )
    booked(for_long, replace(far, shift_id=target.shift_id, agent_id=target.agent_id), at)
    outcome = move(visit_id=visit.id, slot=target, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, Taken)
    assert outcome.visit.window_from == target.window_from
    assert outcome.visit.shift_id in {shift.id for shift in later} - {target.shift_id}


@pytest.mark.django_db
def test_every_slot_that_is_offered_can_be_taken_until_none_is_left(at: datetime, customer: Customer) -> None:
    """The offer and the taking are one test: no offer may fail when nobody else acts, and no promise break."""
    shift = a_shift(an_agent(at), at, hours=(9, 13))
    account = a_credit_account(customer, at)
    taken = 0
    while slots := offered(customer, account, at):
        booked(customer, min(slots, key=lambda slot: slot.rank), at, account)
        taken += 1
    assert taken >= 6
    assert len(route(shift.id)) == taken
    day = working_day(shift_id=shift.id)
    plan = queries.plan_for([day], at=at)
    frame = queries.frame_of(day)
    promises = [routed.promise for routed in plan.routes[shift.id]]
    assert day_at(frame, promises, int(at.timestamp()), plan.ways[day.date]).is_kept
    assert [routed.position for routed in plan.routes[shift.id]] == list(range(1, taken + 1))


@pytest.mark.django_db
def test_a_slot_that_conduct_denies_is_an_outcome_with_its_ruling(
    at: datetime, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_shift(an_agent(at), at)
    account = a_credit_account(customer, at)
    slot = offered(customer, account, at)[-1]
    tested = queries.chances_of
    content = json.loads((PACKS / "base.json").read_text("utf-8"))
    content |= {
        "version": content["version"] + 1,
        "effective_from": "2026-11-24",
        "hours": {"visit": ["09:00", "10:00"], "zone": "customer"},
    }

    def then_a_pack_comes(*args: object, **kwargs: object) -> object:
        found = tested(*args, **kwargs)  # type: ignore[arg-type]
        store_pack(content=content, actor=SYSTEM, at=at)
        return found

    monkeypatch.setattr(taking, "chances_of", then_a_pack_comes)
    outcome = take(booking=wanted(customer, account, slot), key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, NextBest)
    assert outcome.reasons == ("outside-hours",)
    assert Ruling.objects.get().verdict == "deny"
    assert Visit.objects.count() == Once.objects.count() == 0
    assert {slot.window_from.hour for slot in outcome.slots} == {1}, (
        "nine o'clock there, by the pack of that day"
    )


@pytest.mark.django_db
def test_a_stranger_may_not_take_for_a_customer_and_an_unknown_shift_is_missing(
    at: datetime, customer: Customer
) -> None:
    agent = an_agent(at)
    a_shift(agent, at)
    account = a_credit_account(customer, at)
    slot = offered(customer, account, at)[0]
    for stranger in (themselves(a_customer(at)), acting(agent)):
        with pytest.raises(Denied, match="visit-not-yours-to-book"):
            take(booking=wanted(customer, account, slot), key=new_id(), actor=stranger, at=at)
    nowhere = Slot(new_id(), slot.agent_id, slot.date, slot.window_from, slot.window_to)
    with pytest.raises(Missing, match="shift-not-found"):
        take(booking=wanted(customer, account, nowhere), key=new_id(), actor=themselves(customer), at=at)
    assert Visit.objects.count() == Once.objects.count() == 0


@pytest.mark.django_db
def test_a_window_that_was_never_offered_cannot_be_taken(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at)
    account = a_credit_account(customer, at)
    real = offered(customer, account, at)[0]
    half = Slot(
        real.shift_id, real.agent_id, real.date, real.window_from + timedelta(minutes=30), real.window_to
    )
    outcome = take(booking=wanted(customer, account, half), key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, NextBest)
    assert outcome.slots[0].window_from == real.window_from


@pytest.mark.django_db
def test_moving_to_another_agent_leaves_one_route_and_joins_the_other(
    at: datetime, customer: Customer
) -> None:
    first = a_shift(an_agent(at), at)
    visit = booked(customer, offered(customer, a_credit_account(customer, at), at)[0], at)
    stays = booked(a_customer(at), offered(customer, visit.account_id, at)[3], at)
    second = a_shift(an_agent(at), at, days=2)
    target = next(
        slot
        for slot in queries.slots_to_move(actor=themselves(customer), visit_id=visit.id, at=at)
        if slot.shift_id == second.id
    )
    key = new_id()
    for _ in range(2):
        outcome = move(visit_id=visit.id, slot=target, key=key, actor=themselves(customer), at=at)
        assert isinstance(outcome, Taken)
    visit.refresh_from_db()
    assert (visit.shift_id, visit.window_from) == (second.id, target.window_from)
    assert (route(first.id), route(second.id)) == ([stays.id], [visit.id])
    assert visit.moves.count() == 1
    assert Fact.objects.filter(kind="StopDropped", subject_id=visit.id).count() == 1


@pytest.mark.django_db
def test_moving_within_a_shift_does_not_stand_in_its_own_way(at: datetime, customer: Customer) -> None:
    shift = a_shift(an_agent(at), at, hours=(9, 11))
    visit = booked(customer, offered(customer, a_credit_account(customer, at), at)[0], at)
    (other,) = queries.slots_to_move(actor=themselves(customer), visit_id=visit.id, at=at)
    assert isinstance(
        move(visit_id=visit.id, slot=other, key=new_id(), actor=themselves(customer), at=at), Taken
    )
    assert route(shift.id) == [visit.id]
    assert not Fact.objects.filter(kind="StopDropped").exists()


@pytest.mark.django_db
def test_a_visit_that_cannot_be_moved_stays(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at)
    visit = booked(customer, offered(customer, a_credit_account(customer, at), at)[0], at)
    slot = queries.slots_to_move(actor=themselves(customer), visit_id=visit.id, at=at)[0]
    with pytest.raises(Missing, match="visit-not-found"):
        move(visit_id=visit.id, slot=slot, key=new_id(), actor=themselves(a_customer(at)), at=at)
    cancel_visit(visit_id=visit.id, reason=CancelReason.CHANGED_MIND, actor=themselves(customer), at=at)
    with pytest.raises(Conflict, match="visit-cannot-move"):
        move(visit_id=visit.id, slot=slot, key=new_id(), actor=themselves(customer), at=at)


@pytest.mark.django_db
def test_a_cancelled_visit_gives_its_place_back_at_once_and_its_stop_by_the_reaction(
    at: datetime, customer: Customer
) -> None:
    shift = a_shift(an_agent(at), at)
    account = a_credit_account(customer, at)
    slots = offered(customer, account, at)
    visit, stays = booked(customer, slots[0], at, account), booked(customer, slots[2], at, account)
    cancel_visit(visit_id=visit.id, reason=CancelReason.UNWELL, actor=themselves(customer), at=at)
    third = booked(customer, slots[4], at, account)
    assert route(shift.id) == [stays.id, third.id, visit.id], "not dropped yet, so at the end"
    fact = Fact.objects.get(kind="VisitCancelled")
    for _ in range(2):
        reopen_route(fact.fact_id)
    assert route(shift.id) == [stays.id, third.id]
    assert Fact.objects.filter(kind="StopDropped").count() == 1
    assert not drop_stop(visit_id=stays.id, actor=SYSTEM, at=at), "a visit that is not over keeps its stop"


@pytest.mark.django_db
def test_a_visit_at_the_door_keeps_its_window_and_nothing_is_put_before_it(
    at: datetime, customer: Customer
) -> None:
    agent = an_agent(at)
    a_shift(agent, at, days=0)
    slot = offered(customer, a_credit_account(customer, at), at)[0]
    visit = booked(customer, slot, at)
    Visit.objects.filter(id=visit.id).update(state=VisitState.ON_THE_WAY, set_out_at=slot.window_from)
    later = slot.window_from + timedelta(minutes=10)
    offers = offered(a_customer(at, place=near(1)), visit.account_id, later)
    assert all(offer.window_from >= slot.window_to for offer in offers)


@pytest.mark.django_db
def test_the_board_and_the_route_show_the_stops_in_order(
    at: datetime, customer: Customer, django_assert_num_queries: object
) -> None:
    agent = an_agent(at)
    shift = a_shift(agent, at)
    account = a_credit_account(customer, at)
    slots = offered(customer, account, at)
    late, early = booked(customer, slots[4], at, account), booked(customer, slots[1], at, account)
    gone = booked(customer, slots[2], at, account)
    cancel_visit(visit_id=gone.id, reason=CancelReason.UNWELL, actor=themselves(customer), at=at)
    with django_assert_num_queries(2):  # type: ignore[operator]
        (row,) = queries.board(actor=staff(Role.DISPATCHER), date=shift.date)
    assert (row.agent_id, row.shift_id, row.person_id) == (agent.id, shift.id, agent.person_id)
    assert [stop.visit_id for stop in row.stops] == [early.id, gone.id, late.id]
    mine = queries.todays_route(actor=acting(agent), agent_id=agent.id, date=shift.date)
    assert [(stop.visit_id, stop.customer_person_id) for stop in mine] == [
        (early.id, customer.person_id),
        (late.id, customer.person_id),
    ]
    with pytest.raises(Denied, match="board-not-yours"):
        queries.board(actor=acting(agent), date=shift.date)
    with pytest.raises(Denied, match="route-not-yours"):
        queries.todays_route(actor=acting(an_agent(at)), agent_id=agent.id, date=shift.date)


@pytest.mark.django_db
def test_a_wish_is_kept_and_a_senseless_one_refused(at: datetime, customer: Customer) -> None:
    actor, tomorrow = themselves(customer), at.date() + timedelta(days=1)
    make_wish(customer_id=customer.id, date=tomorrow, part_of_day="evening", actor=actor, at=at)
    assert Wish.objects.get().part_of_day == "evening"
    assert Fact.objects.get(kind="WishMade").subject_id == customer.id
    with pytest.raises(Invalid, match="part-of-day-unknown"):
        make_wish(customer_id=customer.id, date=tomorrow, part_of_day="night", actor=actor, at=at)
    with pytest.raises(Invalid, match="wish-in-the-past"):
        make_wish(
            customer_id=customer.id,
            date=at.date() - timedelta(days=1),
            part_of_day="evening",
            actor=actor,
            at=at,
        )
    with pytest.raises(Denied, match="visit-not-yours-to-book"):
        make_wish(customer_id=new_id(), date=tomorrow, part_of_day="evening", actor=actor, at=at)


def together(requests: list[TakeRequest], customers: list[Customer], at: datetime) -> list[Taken | NextBest]:
    """Everybody presses the button at the same moment, each on a connection of their own."""
    outcomes: list[Taken | NextBest] = []
    start = threading.Barrier(len(requests))

    def press(request: TakeRequest, customer: Customer) -> None:
        try:
            start.wait()
            outcomes.append(take(booking=request, key=new_id(), actor=themselves(customer), at=at))
        finally:
            connections.close_all()

    pressing = [threading.Thread(target=press, args=pair) for pair in zip(requests, customers, strict=True)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join()
    return outcomes


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_of_fifty_takers_of_the_last_place_one_gets_it_and_49_are_shown_the_next_best(at: datetime) -> None:
    the_base_pack(at)
    # a shift in which one far visit fills the day, and another agent two days later
    last = a_shift(an_agent(at), at, hours=(9, 11))
    other = a_shift(an_agent(at), at, days=3)
    customers = [a_customer(at, place=near(7)) for _ in range(50)]
    accounts = [a_credit_account(customer, at) for customer in customers]
    place = next(slot for slot in offered(customers[0], accounts[0], at) if slot.shift_id == last.id)
    requests = [
        wanted(customer, account, place) for customer, account in zip(customers, accounts, strict=True)
    ]
    outcomes = together(requests, customers, at)
    (taken,) = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
    others = [outcome for outcome in outcomes if isinstance(outcome, NextBest)]
    assert len(others) == 49
    assert all(
        outcome.slots and {slot.shift_id for slot in outcome.slots} == {other.id} for outcome in others
    )
    assert Visit.objects.get() == taken.visit
    assert Stop.objects.get().visit_id == taken.visit.id
    assert (
        Ruling.objects.count() == Once.objects.count() == Fact.objects.filter(kind="SlotTaken").count() == 1
    )
    assert Shift.objects.get(id=last.id).version == 2


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_of_many_takers_of_one_window_as_many_get_it_as_agents_can_come(at: datetime) -> None:
    the_base_pack(at)
    shifts = {a_shift(an_agent(at), at, hours=(9, 11)).id for _ in range(3)}
    customers = [a_customer(at, place=near(7)) for _ in range(8)]
    accounts = [a_credit_account(customer, at) for customer in customers]
    place = offered(customers[0], accounts[0], at)[0]
    requests = [
        wanted(customer, account, place) for customer, account in zip(customers, accounts, strict=True)
    ]
    outcomes = together(requests, customers, at)
    taken = [outcome.visit for outcome in outcomes if isinstance(outcome, Taken)]
    assert {visit.shift_id for visit in taken} <= shifts
    assert len(taken) == len({visit.shift_id for visit in taken}) == 3
    assert {visit.window_from for visit in taken} == {place.window_from}


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_two_who_move_across_each_other_do_not_wait_for_each_other_for_ever(at: datetime) -> None:
    the_base_pack(at)
    customers = [a_customer(at, place=near(1)) for _ in range(2)]
    a_shift(an_agent(at), at, days=1)
    left = booked(customers[0], offered(customers[0], a_credit_account(customers[0], at), at)[0], at)
    a_shift(an_agent(at), at, days=2)
    slots = offered(customers[1], left.account_id, at)
    right = booked(customers[1], next(s for s in slots if s.shift_id != left.shift_id), at)
    targets = [
        next(s for s in slots if s.shift_id == shift_id) for shift_id in (right.shift_id, left.shift_id)
    ]
    start, outcomes = threading.Barrier(2), []

    def press(visit: Visit, slot: Slot, customer: Customer) -> None:
        try:
            start.wait()
            outcomes.append(
                move(visit_id=visit.id, slot=slot, key=new_id(), actor=themselves(customer), at=at)
            )
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=press, args=args)
        for args in zip((left, right), targets, customers, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(outcome) for outcome in outcomes] == [Taken, Taken]


def locks_in(statements: list[str]) -> list[str]:
    """Which rows a command locked, in order."""
    names = {"take_once(": "once", "visits_visit": "visit", "agents_shift": "shift"}
    found = []
    for statement in statements:
        table = next(
            (
                table
                for table in names
                if any(
                    f"{word} {name}" in statement
                    for word in ("from", "select")
                    for name in (table, f'"{table}"')
                )
            ),
            "",
        )
        if table and ("for update" in statement or "take_once" in statement):
            found.append(names[table])
    return list(dict.fromkeys(found))


@pytest.mark.django_db
def test_locks_are_taken_in_the_one_order(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at)
    account = a_credit_account(customer, at)
    slots = offered(customer, account, at)
    with CaptureQueriesContext(connection) as taking_it:
        visit = booked(customer, slots[0], at, account)
    with CaptureQueriesContext(connection) as moving_it:
        move(visit_id=visit.id, slot=slots[3], key=new_id(), actor=themselves(customer), at=at)
    assert locks_in([query["sql"].lower() for query in taking_it.captured_queries]) == ["once", "shift"]
    assert locks_in([query["sql"].lower() for query in moving_it.captured_queries]) == [
        "once",
        "visit",
        "shift",
    ]
