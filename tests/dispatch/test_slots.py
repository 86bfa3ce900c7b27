"""Slots: only windows at which somebody can truly be there."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from koumen.dispatch import queries
from koumen.dispatch.rules.needs import Needs
from koumen.dispatch.rules.slot import Slot, SlotRequest, part_of_day, windows_between
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Denied, Invalid
from koumen.kit.ids import new_id
from koumen.kit.place import Place
from koumen.people.models import Customer
from tests.builders import a_customer, a_shift, an_agent, near, staff, the_base_pack, themselves

Counted = Callable[[int], AbstractContextManager[object]]

SHANGHAI = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 11, 24)


def asking(place: Place, *, days: int = 7, skills: tuple[str, ...] = ("repayment",)) -> SlotRequest:
    return SlotRequest(
        latitude=place.latitude,
        longitude=place.longitude,
        service_s=20 * 60,
        needs=Needs(skills=frozenset(skills)),
        from_date=TUESDAY,
        days=days,
    )


def hours(slots: list[Slot]) -> list[int]:
    return [slot.window_from.astimezone(SHANGHAI).hour for slot in slots]


@pytest.fixture
def customer(at: datetime) -> Customer:
    the_base_pack(at)
    return a_customer(at, place=near(1))


@pytest.mark.django_db
def test_a_free_day_offers_three_windows_for_each_part_of_the_day(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at)
    slots = queries.slots(actor=themselves(customer), request=asking(near(1)), at=at)
    parts = Counter(part_of_day(slot.window_from, SHANGHAI) for slot in slots)
    assert hours(slots) == [9, 10, 11, 12, 13, 14, 15]
    assert parts == {"morning": 3, "midday": 1, "afternoon": 3}
    assert sorted(slot.rank for slot in slots) == list(range(7))


@pytest.mark.django_db
def test_today_nothing_is_offered_that_begins_within_the_hour(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at, days=0)
    assert hours(queries.slots(actor=SYSTEM, request=asking(near(1)), at=at))[0] == 13
    later = at + timedelta(seconds=1)
    assert hours(queries.slots(actor=SYSTEM, request=asking(near(1)), at=later))[0] == 14


@pytest.mark.django_db
def test_who_lives_too_far_away_is_not_promised_what_cannot_be_kept(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at, hours=(9, 12))
    assert hours(queries.slots(actor=SYSTEM, request=asking(near(12)), at=at)) == [10]
    assert queries.slots(actor=SYSTEM, request=asking(near(60)), at=at) == []


@pytest.mark.django_db
def test_without_the_skill_or_a_certificate_on_that_day_nobody_is_offered(
    at: datetime, customer: Customer
) -> None:
    a_shift(an_agent(at, skills=("consultation",)), at)
    a_shift(an_agent(at, certified_until=None), at)
    a_shift(an_agent(at, certified_until=TUESDAY + timedelta(days=1)), at)
    assert queries.slots(actor=SYSTEM, request=asking(near(1)), at=at) == []
    a_shift(an_agent(at, certified_until=TUESDAY + timedelta(days=2)), at)
    assert queries.slots(actor=SYSTEM, request=asking(near(1)), at=at)


@pytest.mark.django_db
def test_outside_the_hours_of_the_pack_nothing_is_offered(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at, hours=(7, 9))
    a_shift(an_agent(at), at, hours=(18, 22))
    assert hours(queries.slots(actor=SYSTEM, request=asking(near(1)), at=at)) == [18]


@pytest.mark.django_db
def test_without_a_pack_nothing_is_offered(at: datetime) -> None:
    a_shift(an_agent(at), at)
    assert queries.slots(actor=SYSTEM, request=asking(near(1)), at=at) == []


@pytest.mark.django_db
def test_in_each_window_the_agent_who_is_nearest_comes(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at, home=near(8)), at)
    neighbour = an_agent(at, home=near(1.1))
    a_shift(neighbour, at)
    slots = queries.slots(actor=SYSTEM, request=asking(near(1)), at=at)
    assert {slot.agent_id for slot in slots} == {neighbour.id}


@pytest.mark.django_db
def test_slots_are_four_queries_however_many_agents(
    at: datetime, customer: Customer, django_assert_num_queries: Counted
) -> None:
    for agents in (1, 4):
        for _ in range(agents):
            agent = an_agent(at)
            for days in range(3):
                a_shift(agent, at, days=days)
        queries.slots(actor=SYSTEM, request=asking(near(1)), at=at)  # the branch is read once a process
        with django_assert_num_queries(4):
            queries.slots(actor=SYSTEM, request=asking(near(1)), at=at)


@pytest.mark.django_db
def test_only_who_may_book_asks_for_slots(at: datetime, customer: Customer) -> None:
    for stranger in (Actor(Role.AGENT), staff(Role.FINANCE)):
        with pytest.raises(Denied, match="slots-not-yours"):
            queries.slots(actor=stranger, request=asking(near(1)), at=at)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"latitude": 90.1}, "place-off-the-earth", "latitude"),
        ({"longitude": float("nan")}, "place-off-the-earth", "longitude"),
        ({"service_s": 0}, "service-time-wrong", "service_s"),
        ({"days": 32}, "days-wrong", "days"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_by_field(
    change: dict[str, float], code: str, field: str
) -> None:
    known = vars(asking(near(1)))
    with pytest.raises(Invalid, match=code) as refusal:
        SlotRequest(**(known | change))
    assert refusal.value.field == field


def test_a_slot_survives_a_form_and_nonsense_does_not() -> None:
    start = datetime(2026, 11, 25, 2, tzinfo=UTC)
    name = Slot(new_id(), new_id(), TUESDAY, start, start + timedelta(hours=1)).key
    assert Slot.from_key(name).key == name
    for nonsense in ("", "a.b.c.d.e", name + ".1", name.replace("-", "/")):
        with pytest.raises(Invalid, match="slot-unreadable"):
            Slot.from_key(nonsense)


def test_windows_stand_on_the_hour_inside_the_shift_on_days_when_the_clock_jumps() -> None:
    london = ZoneInfo("Europe/London")
    spring = list(
        windows_between(
            datetime(2026, 3, 29, 0, 30, tzinfo=london), datetime(2026, 3, 29, 5, 30, tzinfo=london), london
        )
    )
    assert [start.astimezone(london).hour for start, _ in spring] == [2, 3, 4]
    autumn = list(
        windows_between(
            datetime(2026, 10, 25, 0, 30, tzinfo=london), datetime(2026, 10, 25, 4, 0, tzinfo=london), london
        )
    )
    assert [start.astimezone(london).hour for start, _ in autumn] == [1, 2, 3]
    assert all(end - start == timedelta(hours=1) for start, end in spring + autumn)
