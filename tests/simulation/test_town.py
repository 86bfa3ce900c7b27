"""The town: the same from a seed, plausible, and nobody real in it."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from koumen.simulation.names import full_name, salutation
from koumen.simulation.spending import bill_days, due_day_of, ending_with, spending_of
from koumen.simulation.town import (
    AGENTS,
    CUSTOMERS,
    ELDERS,
    Point,
    Town,
    first_elder,
    make_town,
    shift_days,
    works_on,
)

ZONE = ZoneInfo("Asia/Shanghai")
TODAYS = [date(2026, 11, 24), date(2026, 1, 1), date(2026, 3, 5), date(2028, 2, 29), date(2027, 8, 31)]


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(seed=7, year=2026)


def test_the_same_seed_is_the_same_town_and_another_is_another(town: Town) -> None:
    assert make_town(seed=7, year=2026) == town
    assert make_town(seed=8, year=2026).customers != town.customers


def test_there_are_as_many_as_promised_and_a_fifth_is_over_70(town: Town) -> None:
    assert len(town.districts) == 12
    assert len(town.customers) == CUSTOMERS == 300
    assert len(town.workers) == AGENTS == 12
    assert sum(customer.age > 70 for customer in town.customers) == ELDERS == 60
    assert first_elder(town.customers).age > 70
    assert all(customer.birth_year + customer.age == 2026 for customer in town.customers)


def test_nobody_shares_a_number_or_a_door_and_every_number_is_of_the_empty_block(town: Town) -> None:
    everybody = [*town.customers, *(w.resident for w in town.workers), town.relative, *town.staff]
    assert len({one.phone for one in everybody}) == len(everybody)
    assert len({one.address for one in everybody}) == len(everybody)
    for one in everybody:
        assert one.phone.startswith("+86199000")
        assert phonenumbers.is_valid_number(phonenumbers.parse(one.phone))


def test_everybody_lives_inside_their_district_on_one_of_its_streets(town: Town) -> None:
    districts = {district.name: district for district in town.districts}
    for one in town.customers:
        district = districts[one.district]
        assert is_inside(one.at, district.outline)
        assert any(street.name in one.address for street in district.streets)


def test_districts_share_their_corners_and_street_names_are_used_once(town: Town) -> None:
    corners = {corner for district in town.districts for corner in district.outline}
    assert len(corners) == 5 * 4
    names = [street.name for district in town.districts for street in district.streets]
    assert len(set(names)) == len(names) == 72


def test_names_suit_the_age() -> None:
    from random import Random

    old = {full_name(Random(n), birth_year=1944, is_woman=True)[1] for n in range(200)}  # noqa: S311
    young = {full_name(Random(n), birth_year=1999, is_woman=True)[1] for n in range(200)}  # noqa: S311
    assert not old & young
    assert salutation("李", age=82, is_woman=True) == "李奶奶"


@pytest.mark.parametrize("day", [date(2026, 11, 23) + timedelta(days=n) for n in range(7)])
def test_every_day_somebody_is_on_duty_who_may_take_cash(town: Town, day: date) -> None:
    assert any(works_on(worker, day) and "cash" in worker.skills for worker in town.workers)


def test_shifts_reach_from_three_days_back_to_a_fortnight_ahead() -> None:
    days = shift_days(date(2026, 11, 24))
    assert (days[0], days[-1]) == (date(2026, 11, 21), date(2026, 12, 8))


@pytest.mark.parametrize("today", TODAYS)
def test_six_months_add_up_and_the_newest_bill_is_not_due_yet(today: date) -> None:
    for place in range(60):
        spending = spending_of(place=place, seed=7, today=today, zone=ZONE)
        balance, before = spending.opening_minor, spending.opening_at.date()
        for month in spending.months:
            moments = [purchase.purchased_at.date() for purchase in month.purchases]
            moments += [month.paid_at.date()] if month.paid_at else []
            assert all(before <= moment < month.issued_date for moment in moments)
            balance += sum(p.amount_minor for p in month.purchases) - month.payment_minor
            assert balance == month.balance_minor
            before = month.issued_date
        assert spending.months[-1].due_date > today
        assert all(p.purchased_at.date() < today for p in spending.purchases_since)
    assert len(bill_days(today)) == 6
    assert 1 <= due_day_of(today) <= 28


@pytest.mark.parametrize("today", TODAYS)
def test_a_story_can_be_made_to_end_with_a_bill_that_is_remembered(today: date) -> None:
    spending = spending_of(place=0, seed=7, today=today, zone=ZONE)
    ended = ending_with(spending, bill_minor=128_640, since_minor=21_360, today=today, zone=ZONE)
    last = ended.months[-1]
    assert last.balance_minor == 128_640
    bought = sum(p.amount_minor for p in last.purchases)
    assert ended.months[-2].balance_minor - last.payment_minor + bought == 128_640
    assert all(
        ended.months[-2].issued_date <= p.purchased_at.date() < last.issued_date for p in last.purchases
    )


def is_inside(point: Point, outline: tuple[Point, ...]) -> bool:
    """Counting how often a line from the point to the east crosses the outline; a house may stand 60 m outside."""
    grown = tuple(
        (
            lat + (0.0006 if lat > centre(outline)[0] else -0.0006),
            lon + (0.0006 if lon > centre(outline)[1] else -0.0006),
        )
        for lat, lon in outline
    )
    inside = False
    for (a_lat, a_lon), (b_lat, b_lon) in zip(grown, (*grown[1:], grown[0]), strict=True):
        if (a_lat > point[0]) != (b_lat > point[0]):
            crossing = a_lon + (point[0] - a_lat) / (b_lat - a_lat) * (b_lon - a_lon)
            inside ^= point[1] < crossing
    return inside


def centre(outline: tuple[Point, ...]) -> Point:
    return sum(p[0] for p in outline) / 4, sum(p[1] for p in outline) / 4
