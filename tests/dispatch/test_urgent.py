"""An urgent request: what each way costs is shown, and the chosen one is booked whole or not at all."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from koumen.agents.models import Shift
from koumen.audit.models import Fact
from koumen.dispatch import queries
from koumen.dispatch.commands import Taken, TakeRequest, UrgentBooking, book_urgent, take
from koumen.dispatch.models import Override, Stop
from koumen.dispatch.queries import Asked, UrgentWay, urgent_ways
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.rules.urgent import TIGHT_S
from koumen.dispatch.rules.wish import VisitWish
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Conflict, Denied
from koumen.kit.ids import new_id
from koumen.kit.place import Place
from koumen.people.models import Customer
from koumen.visits.models import Visit
from tests.builders import (
    a_credit_account,
    a_customer,
    a_person,
    a_shift,
    an_agent,
    near,
    staff,
    the_base_pack,
    themselves,
    wanted,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 24)
DESK = staff(Role.DISPATCHER)

pytestmark = pytest.mark.django_db


def local(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def visit_at(place: Place, hour: int, shift: Shift, at: datetime) -> Visit:
    """A visit of today in a window of one hour, promised in the morning."""
    customer = a_customer(at, place=place)
    slot = Slot(shift.id, shift.agent_id, shift.date, local(hour), local(hour + 1))
    request = wanted(customer, a_credit_account(customer, at), slot)
    outcome = take(booking=request, key=new_id(), actor=themselves(customer), at=local(8))
    assert isinstance(outcome, Taken), outcome
    return outcome.visit


@pytest.fixture
def caller(at: datetime) -> Customer:
    the_base_pack(at)
    return a_customer(at, place=near(1))


@pytest.fixture
def desk(at: datetime) -> Actor:
    """A dispatcher who is a person, as a request names them."""
    person = a_person(at, role=Role.DISPATCHER)
    return Actor(Role.DISPATCHER, person, staff_roles=frozenset({Role.DISPATCHER}))


def asked(caller: Customer, **wish: object) -> Asked:
    return Asked(
        customer_id=caller.id,
        wish=VisitWish(**wish),  # type: ignore[arg-type]
        wanted_minor=30000,
        currency="CNY",
        from_date=TODAY,
        days=1,
    )


def ways_for(caller: Customer, at: datetime) -> list[UrgentWay]:
    return urgent_ways(actor=DESK, asked=asked(caller), at=at)


def chosen(caller: Customer, account: UUID, way: UrgentWay) -> UrgentBooking:
    booking = TakeRequest(
        customer_id=caller.id,
        account_id=account,
        slot=way.slot,
        wanted_minor=30000,
        currency="CNY",
    )
    if way.moved is None:
        return UrgentBooking(booking=booking)
    return UrgentBooking(booking=booking, moved_id=way.moved.visit_id, to_shift_id=way.moved.to_shift_id)


def everything() -> tuple[object, ...]:
    """What may not have changed."""
    return (
        list(Stop.objects.order_by("id").values_list("shift", "visit", "position")),
        list(Visit.objects.order_by("id").values_list("id", "shift", "state")),
        Override.objects.count(),
        Fact.objects.filter(kind__in=["VisitOverridden", "AgentChanged", "VisitRequested"]).count(),
    )


def test_a_free_agent_is_a_way_sooner_than_slots_are_offered_and_nobody_is_moved(
    at: datetime, caller: Customer, desk: Actor
) -> None:
    a_shift(an_agent(at), at, days=0)
    soon = local(12, 35)
    ways = ways_for(caller, soon)
    assert ways[0].slot.window_from == local(13)
    request = queries.request_for(asked(caller))
    assert queries.slots(actor=DESK, request=request, at=soon)[0].window_from == local(14)
    assert all(way.moved is None and way.tight == () for way in ways)
    taken = book_urgent(
        urgent=chosen(caller, a_credit_account(caller, at), ways[0]), key=new_id(), actor=desk, at=soon
    )
    assert (taken.visit.state, taken.visit.window_from) == ("requested", local(13))


def test_whose_promise_gets_tight_is_named_with_the_minutes_that_are_left(
    at: datetime, caller: Customer
) -> None:
    shift = a_shift(an_agent(at), at, days=0)
    later = visit_at(near(-4), 13, shift, at)
    tight = [way for way in ways_for(caller, at) if way.tight]
    assert tight, "a detour to the north before a promise in the south"
    (one,) = tight[0].tight
    assert (one.visit_id, one.number) == (later.id, later.number)
    assert 0 <= one.left_s < TIGHT_S


def busy(at: datetime) -> tuple[Shift, Visit, Shift]:
    """The only agent near has the next hour promised; another could go there."""
    first = a_shift(an_agent(at, home=near(1)), at, days=0, hours=(9, 14))
    promised = visit_at(near(-3), 13, first, at)
    second = a_shift(an_agent(at, home=near(-3)), at, days=0, hours=(13, 14))
    return first, promised, second


def test_where_it_fits_only_if_somebody_is_moved_the_visit_is_named_and_goes_to_another(
    at: datetime, caller: Customer, desk: Actor
) -> None:
    first, promised, second = busy(at)
    ways = ways_for(caller, local(12, 30))
    moving = [way for way in ways if way.moved]
    assert moving
    way = moving[0]
    assert way.moved is not None
    assert (way.moved.visit_id, way.moved.to_shift_id) == (promised.id, second.id)
    assert way.slot.shift_id == first.id
    account, key = a_credit_account(caller, at), new_id()
    taken = book_urgent(urgent=chosen(caller, account, way), key=key, actor=desk, at=local(12, 30))
    again = book_urgent(urgent=chosen(caller, account, way), key=key, actor=desk, at=local(12, 30))
    assert taken.visit == again.visit
    moved = Visit.objects.get(id=promised.id)
    assert (moved.shift_id, moved.window_from, moved.state) == (second.id, promised.window_from, "booked")
    assert taken.visit.shift_id == first.id
    today = queries.situation(date=TODAY, at=local(12, 30))
    assert queries.judge(today, today.routes) == []
    assert Override.objects.get().kind == "pin"


def test_a_way_that_is_gone_changes_nothing_at_all(at: datetime, caller: Customer, desk: Actor) -> None:
    first, _promised, _second = busy(at)
    now = local(12, 30)
    way = next(way for way in ways_for(caller, now) if way.moved)
    neighbour = a_customer(at, place=near(1.2))
    account = a_credit_account(caller, at)
    far = UrgentWay(Slot(first.id, first.agent_id, TODAY, local(9), local(10)), now, 0, (), way.moved)
    before = everything()
    with pytest.raises(Conflict, match="urgent-gone"):
        book_urgent(urgent=chosen(caller, account, far), key=new_id(), actor=desk, at=now)
    assert everything() == before
    other = chosen(neighbour, a_credit_account(neighbour, at), way)
    book_urgent(urgent=other, key=new_id(), actor=desk, at=now)
    before = everything()
    with pytest.raises(Conflict, match=r"urgent-gone|visit-cannot-move"):
        book_urgent(urgent=chosen(caller, account, way), key=new_id(), actor=desk, at=now)
    assert everything() == before


def test_only_dispatch_asks_and_books_in_a_hurry(at: datetime, caller: Customer) -> None:
    a_shift(an_agent(at), at, days=0)
    actor = themselves(caller)
    with pytest.raises(Denied, match="plan-not-yours"):
        urgent_ways(actor=actor, asked=asked(caller), at=at)
    way = ways_for(caller, local(12, 35))[0]
    account = a_credit_account(caller, at)
    with pytest.raises(Denied, match="plan-not-yours"):
        book_urgent(urgent=chosen(caller, account, way), key=new_id(), actor=actor, at=local(12, 35))
    booking = TakeRequest(
        customer_id=caller.id,
        account_id=account,
        slot=way.slot,
        wanted_minor=30000,
        currency="CNY",
        is_urgent=True,
    )
    with pytest.raises(Denied, match="plan-not-yours"):
        take(booking=booking, key=new_id(), actor=actor, at=local(12, 35))


def test_on_a_day_without_shifts_there_is_no_way(at: datetime, caller: Customer) -> None:
    a_shift(an_agent(at), at, days=1)
    assert ways_for(caller, at) == []
    assert ways_for(caller, at + timedelta(hours=1)) == []
