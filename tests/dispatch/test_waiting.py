"""The waiting list: a place that comes free is offered to one at a time, by day, and taken under the usual test."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.dispatch import queries
from koumen.dispatch.commands import (
    NextBest,
    Taken,
    WaitRequest,
    accept_place,
    decline_place,
    end_waiting,
    import_roads,
    join_waiting_list,
    lapse_place,
    leave_waiting_list,
    make_wish,
    offer_places,
    take,
)
from koumen.dispatch.jobs import offer_what_is_free, tend_waiting_list
from koumen.dispatch.models import PlaceOffer, Waiting, Wish
from koumen.dispatch.queries import Asked, missing_slots, request_for
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.rules.waiting import answer_by
from koumen.dispatch.rules.wish import VisitWish
from koumen.dispatch.states import OfferState, WaitingState
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.people.models import Customer
from koumen.visits.commands import cancel_visit
from koumen.visits.models import Visit
from koumen.visits.rules.reasons import CancelReason
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
from tests.dispatch.town_of_roads import grid, write_map

SHANGHAI = ZoneInfo("Asia/Shanghai")
TOMORROW = date(2026, 11, 25)
HOURS = (time(9), time(19))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("asked", "window", "until"),
    [
        (local(24, 12), local(25, 10), local(24, 14)),
        (local(24, 18), local(25, 15), local(25, 10)),  # one hour in the evening, one in the morning
        (local(24, 7), local(25, 15), local(24, 11)),
        (local(24, 12), local(24, 14), local(24, 13)),  # the visit itself comes first
        (local(24, 12), local(24, 13, 20), None),
        (local(24, 18, 45), local(25, 9), local(25, 8)),
    ],
)
def test_two_waking_hours_to_answer_but_never_later_than_an_hour_before(
    asked: datetime, window: datetime, until: datetime | None
) -> None:
    assert answer_by(asked, window, HOURS, SHANGHAI) == until


@pytest.fixture(autouse=True)
def _pack(request: pytest.FixtureRequest) -> None:
    if "at" in request.fixturenames and "committed" not in request.fixturenames:
        the_base_pack(request.getfixturevalue("at"))


class Waiter:
    """A customer who lives there and waits for tomorrow morning."""

    def __init__(self, at: datetime, north: float = 1, *, part: str = "morning", **wish: object) -> None:
        self.customer = a_customer(at, place=near(north))
        self.account = a_credit_account(self.customer, at)
        self.actor = themselves(self.customer)
        request = WaitRequest(
            customer_id=self.customer.id,
            account_id=self.account,
            date=TOMORROW,
            part_of_day=part,
            wanted_minor=30000,
            currency="CNY",
            wish=VisitWish(**wish),  # type: ignore[arg-type]
        )
        self.waiting = join_waiting_list(request=request, actor=self.actor, at=at)

    @property
    def state(self) -> str:
        return Waiting.objects.get(id=self.waiting.id).state

    @property
    def offer(self) -> PlaceOffer:
        return PlaceOffer.objects.get(waiting=self.waiting, state=OfferState.OPEN)


def full_morning(at: datetime) -> list[Visit]:
    """A short shift of tomorrow morning with every hour taken."""
    shift = a_shift(an_agent(at), at, hours=(9, 12))
    booked = []
    for hour in (9, 10, 11):
        customer = a_customer(at, place=near(0.5))
        begins = local(25, hour)
        slot = Slot(shift.id, shift.agent_id, shift.date, begins, begins + timedelta(hours=1))
        request = wanted(customer, a_credit_account(customer, at), slot)
        outcome = take(booking=request, key=new_id(), actor=themselves(customer), at=at)
        assert isinstance(outcome, Taken), outcome
        booked.append(outcome.visit)
    filler = Asked(
        customer_id=booked[0].customer_id,
        wish=VisitWish(),
        wanted_minor=100,
        currency="CNY",
        from_date=TOMORROW,
        days=1,
    )
    while found := queries.slots(actor=SYSTEM, request=request_for(filler), at=at):
        customer = a_customer(at, place=near(0.5))
        request = wanted(customer, a_credit_account(customer, at), found[0])
        assert isinstance(take(booking=request, key=new_id(), actor=themselves(customer), at=at), Taken)
    return booked


def free(visit: Visit, at: datetime) -> None:
    cancel_visit(visit_id=visit.id, reason=CancelReason.CHANGED_MIND, actor=SYSTEM, at=at)


@pytest.mark.django_db
def test_a_place_that_comes_free_is_offered_to_the_longest_waiting_and_a_yes_takes_it(at: datetime) -> None:
    visits = full_morning(at)
    first, second = Waiter(at, 0.5), Waiter(at + timedelta(minutes=1), 0.5)
    assert offer_places(actor=SYSTEM, at=at) == 0
    free(visits[1], at)
    assert offer_places(actor=SYSTEM, at=at) == 1
    assert (first.state, second.state) == (WaitingState.OFFERED, WaitingState.WAITING)
    outcome = accept_place(offer_id=first.offer.id, actor=first.actor, at=at)
    assert isinstance(outcome, Taken)
    assert outcome.visit.state == "booked"
    assert (first.state, Waiting.objects.get(id=first.waiting.id).visit_id) == (
        WaitingState.GRANTED,
        outcome.visit.id,
    )
    answers = Fact.objects.filter(kind="PlaceAnswered")
    assert answers.count() == 1


@pytest.mark.django_db
def test_a_freed_place_costs_the_same_queries_however_many_wait(at: datetime) -> None:
    visits = full_morning(at)
    shift = visits[1].shift_id
    for minute in range(3):
        Waiter(at + timedelta(minutes=minute), 0.5)
    free(visits[1], at)
    with CaptureQueriesContext(connection) as few:
        assert offer_places(shift_id=shift, actor=SYSTEM, at=at) == 1
    offered = PlaceOffer.objects.get(state=OfferState.OPEN)
    decline_place(offer_id=offered.id, actor=themselves(offered.waiting.customer), at=at)
    for minute in range(3, 33):
        Waiter(at + timedelta(minutes=minute), 0.5)
    with CaptureQueriesContext(connection) as many:
        assert offer_places(shift_id=shift, actor=SYSTEM, at=at) == 1
    assert len(many) == len(few)
    with CaptureQueriesContext(connection) as none:
        assert offer_places(date=TOMORROW, actor=SYSTEM, at=at) == 0
    assert len(none) < len(few)


@pytest.mark.django_db
def test_whom_nobody_can_reach_keeps_nobody_behind_them_waiting(at: datetime, tmp_path: Path) -> None:
    with override_settings(KOUMEN_DATA=tmp_path):
        import_roads(file=write_map(tmp_path / "town.osm.pbf", grid()), actor=SYSTEM, at=at)
        a_shift(an_agent(at), at, hours=(9, 12))
        far, unknown, third = (Waiter(at + timedelta(minutes=n), north) for n, north in enumerate((9, 1, 1)))
        Customer.objects.filter(id=unknown.customer.id).update(latitude=None, longitude=None)
        assert offer_places(actor=SYSTEM, at=at) == 1
    assert (far.state, unknown.state, third.state) == ("waiting", "waiting", "offered")


@pytest.mark.django_db
def test_a_yes_that_is_said_twice_is_one_visit(at: datetime) -> None:
    a_shift(an_agent(at), at, hours=(9, 12))
    waiter = Waiter(at)
    offer_places(actor=SYSTEM, at=at)
    offer = waiter.offer
    one, two = (accept_place(offer_id=offer.id, actor=waiter.actor, at=at) for _ in range(2))
    assert isinstance(one, Taken)
    assert isinstance(two, Taken)
    assert one.visit == two.visit
    assert Visit.objects.count() == 1


@pytest.mark.django_db
def test_who_declines_or_does_not_answer_lets_the_next_be_asked_and_is_not_asked_the_same_again(
    at: datetime,
) -> None:
    a_shift(an_agent(at), at, hours=(9, 11))
    first, second, third = (Waiter(at + timedelta(minutes=n), 0.5 + n / 10) for n in range(3))
    offer_places(actor=SYSTEM, at=at)
    offered = first.offer
    decline_place(offer_id=offered.id, actor=first.actor, at=at)
    assert first.state == WaitingState.WAITING
    with pytest.raises(Conflict, match="place_offer-cannot-accept"):
        accept_place(offer_id=offered.id, actor=first.actor, at=at)
    offer_places(actor=SYSTEM, at=at)  # the same shift has another window that first has not heard of
    again = PlaceOffer.objects.get(state=OfferState.OPEN)
    assert (again.waiting_id, again.window_from) == (first.waiting.id, local(25, 10))
    decline_place(offer_id=again.id, actor=first.actor, at=at)
    offer_places(actor=SYSTEM, at=at)
    assert second.state == WaitingState.OFFERED
    with pytest.raises(Conflict, match="place-offer-open"):
        lapse_place(offer_id=second.offer.id, actor=SYSTEM, at=at)
    late = at + timedelta(hours=2)
    with pytest.raises(Conflict, match="place-offer-lapsed"):
        accept_place(offer_id=second.offer.id, actor=second.actor, at=late)
    with clock.stopped_at(late):
        tend_waiting_list(0)
    assert PlaceOffer.objects.filter(state=OfferState.LAPSED).count() == 1
    assert PlaceOffer.objects.filter(state=OfferState.OPEN).count() == 1
    assert third.state in {WaitingState.WAITING, WaitingState.OFFERED}


@pytest.mark.django_db
def test_at_night_nobody_is_asked_and_in_the_morning_they_are(at: datetime) -> None:
    waiter = Waiter(at, part="afternoon")
    a_shift(an_agent(at), at)
    assert offer_places(actor=SYSTEM, at=local(24, 22)) == 0
    assert offer_places(actor=SYSTEM, at=local(25, 8, 50)) == 0
    assert offer_places(actor=SYSTEM, at=local(25, 9)) == 1
    assert waiter.offer.answer_by == local(25, 11)


@pytest.mark.django_db
def test_only_places_that_fit_the_wish_are_offered(at: datetime) -> None:
    a_shift(an_agent(at), at, hours=(13, 18))
    two, evening = Waiter(at, two_people=True, part="afternoon"), Waiter(at, part="morning")
    assert offer_places(actor=SYSTEM, at=at) == 0
    assert (two.state, evening.state) == (WaitingState.WAITING, WaitingState.WAITING)


@pytest.mark.django_db
def test_somebody_who_was_faster_leaves_the_next_best_and_the_waiting_goes_on(at: datetime) -> None:
    a_shift(an_agent(at), at, hours=(9, 10))
    waiter = Waiter(at, 1)
    offer_places(actor=SYSTEM, at=at)
    offer = waiter.offer
    other = a_customer(at, place=near(-1))
    slot = Slot(offer.shift_id, offer.shift.agent_id, TOMORROW, offer.window_from, offer.window_to)
    request = wanted(other, a_credit_account(other, at), slot)
    assert isinstance(take(booking=request, key=new_id(), actor=themselves(other), at=at), Taken)
    outcome = accept_place(offer_id=offer.id, actor=waiter.actor, at=at)
    assert isinstance(outcome, NextBest)
    assert waiter.state == WaitingState.WAITING
    assert PlaceOffer.objects.get().state == OfferState.GONE


@pytest.mark.django_db
def test_only_the_customer_says_yes_and_strangers_find_nothing(at: datetime) -> None:
    a_shift(an_agent(at), at)
    waiter, stranger = Waiter(at), themselves(a_customer(at))
    offer_places(actor=SYSTEM, at=at)
    offer = waiter.offer
    for act in (accept_place, decline_place):
        with pytest.raises(Missing, match="place-offer-not-found"):
            act(offer_id=offer.id, actor=stranger, at=at)
    with pytest.raises(Missing, match="waiting-not-found"):
        leave_waiting_list(waiting_id=waiter.waiting.id, actor=stranger, at=at)
    with pytest.raises(Denied, match="place-offer-not-yours"):
        accept_place(offer_id=offer.id, actor=staff(Role.DISPATCHER), at=at)
    with pytest.raises(Denied, match="plan-not-yours"):
        offer_places(actor=waiter.actor, at=at)
    assert Visit.objects.count() == 0


@pytest.mark.django_db
def test_who_leaves_the_line_gives_the_offered_place_to_the_next(at: datetime) -> None:
    a_shift(an_agent(at), at, hours=(9, 10))
    first, second = Waiter(at, 0.5), Waiter(at + timedelta(minutes=1), 0.6)
    offer_places(actor=SYSTEM, at=at)
    leave_waiting_list(waiting_id=first.waiting.id, actor=first.actor, at=at)
    assert first.state == WaitingState.WITHDRAWN
    offer_what_is_free(Fact.objects.filter(kind="PlaceAnswered").latest("id").fact_id)
    assert second.state == WaitingState.OFFERED
    with pytest.raises(Conflict, match="waiting-cannot-withdraw"):
        leave_waiting_list(waiting_id=first.waiting.id, actor=first.actor, at=at)
    with pytest.raises(Conflict, match="waiting-may-go-on"):
        end_waiting(waiting_id=second.waiting.id, actor=SYSTEM, at=at)
    with clock.stopped_at(at + timedelta(days=2)):
        tend_waiting_list(0)
    assert second.state == WaitingState.OVER
    assert not PlaceOffer.objects.filter(state=OfferState.OPEN).exists()


@pytest.mark.django_db
def test_waiting_twice_for_the_same_keeps_the_place_in_the_line(at: datetime) -> None:
    waiter = Waiter(at)
    request = WaitRequest(
        customer_id=waiter.customer.id,
        account_id=waiter.account,
        date=TOMORROW,
        part_of_day="morning",
        wanted_minor=100,
        currency="CNY",
        wish=VisitWish(),
    )
    again = join_waiting_list(request=request, actor=waiter.actor, at=at + timedelta(hours=1))
    assert (again.id, again.joined_at) == (waiter.waiting.id, at)
    assert Fact.objects.filter(kind="WaitingJoined").count() == 1


@pytest.mark.django_db
def test_missing_slots_are_counted_by_district_day_and_hour(at: datetime) -> None:
    customer = a_customer(at)
    for part, hour in (("evening", 18), ("evening", 18), ("morning", None)):
        make_wish(
            customer_id=customer.id,
            date=TOMORROW,
            part_of_day=part,
            hour=hour,
            actor=themselves(customer),
            at=at,
        )
    with pytest.raises(Invalid, match="hour-unknown"):
        make_wish(
            customer_id=customer.id,
            date=TOMORROW,
            part_of_day="evening",
            hour=30,
            actor=themselves(customer),
            at=at,
        )
    found = missing_slots(
        actor=staff(Role.DISPATCHER), from_date=TOMORROW, to_date=TOMORROW + timedelta(days=7)
    )
    assert (found.wishes, found.customers) == (3, 1)
    assert found.districts == {("中山区", "evening"): 2, ("中山区", "morning"): 1}
    assert found.weekdays == {(2, "evening"): 2, (2, "morning"): 1}
    assert found.hours == {18: 2}
    with pytest.raises(Denied, match="board-not-yours"):
        missing_slots(actor=themselves(customer), from_date=TOMORROW, to_date=TOMORROW)
    assert Wish.objects.count() == 3


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Everybody presses at the same moment, each on a connection of their own."""
    start, outcomes = threading.Barrier(len(acts)), []

    def press(act: Callable[[], object]) -> None:
        try:
            this_branch()
            start.wait()
            outcomes.append(act())
        except Conflict as refused:
            outcomes.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def accepting(offer_id: UUID, actor: Actor, at: datetime) -> Callable[[], object]:
    return lambda: accept_place(offer_id=offer_id, actor=actor, at=at)


def taking(customer: Customer, offer: PlaceOffer, agent_id: UUID, at: datetime) -> Callable[[], object]:
    slot = Slot(offer.shift_id, agent_id, TOMORROW, offer.window_from, offer.window_to)
    request = wanted(customer, a_credit_account(customer, at), slot)
    return lambda: take(booking=request, key=new_id(), actor=themselves(customer), at=at)


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_of_those_who_press_at_once_for_a_freed_place_one_gets_it(at: datetime) -> None:
    """The one who was asked, twice over, and two who book as everybody does."""
    the_base_pack(at)
    agent = an_agent(at)
    a_shift(agent, at, hours=(9, 10))
    waiter = Waiter(at, 1)
    assert offer_places(actor=SYSTEM, at=at) == 1
    others = [a_customer(at, place=near(-1)) for _ in range(2)]
    acts = [accepting(waiter.offer.id, waiter.actor, at) for _ in range(2)]
    acts += [taking(other, waiter.offer, agent.id, at) for other in others]
    outcomes = at_once(acts)
    assert len({one.visit.id for one in outcomes if isinstance(one, Taken)}) == 1
    assert Visit.objects.count() == 1
    visit = Visit.objects.get()
    if visit.customer_id == waiter.customer.id:
        assert waiter.state == WaitingState.GRANTED
    else:
        assert waiter.state == WaitingState.WAITING
        assert PlaceOffer.objects.get().state == OfferState.GONE


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_two_runs_at_once_ask_one_of_the_line_about_a_place(at: datetime) -> None:
    the_base_pack(at)
    a_shift(an_agent(at), at, hours=(9, 10))
    for number in range(3):
        Waiter(at + timedelta(minutes=number), 0.5 + number / 10)
    asked = at_once([lambda: offer_places(actor=SYSTEM, at=at) for _ in range(3)])
    assert sum(count for count in asked if isinstance(count, int)) == 1
    assert PlaceOffer.objects.count() == 1
