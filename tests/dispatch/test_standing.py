"""Standing visits: on which days they fall, booked ahead by the usual test, left out, paused and ended at any time."""

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from koumen.audit.models import Fact
from koumen.branch.models import Holiday
from koumen.branch.queries import this_branch
from koumen.credit import commands as credit
from koumen.dispatch.commands import (
    StandingRequest,
    agree_standing,
    ask_standing,
    book_turn,
    confirm_standing,
    end_standing,
    pause_standing,
    resume_standing,
    skip_standing,
)
from koumen.dispatch.jobs import book_standing_visits
from koumen.dispatch.models import Standing, StandingTurn, Wish
from koumen.dispatch.queries import turns_ahead, turns_to_book
from koumen.dispatch.rules.standing import StandingRule
from koumen.dispatch.rules.wish import VisitWish
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
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
)

WEDNESDAY = date(2026, 12, 2)  # the first of December, eight days after the tests' Tuesday


def rule(**given: object) -> StandingRule:
    known: dict[str, object] = {"part_of_day": "morning", "amount": "all", "week": 1, "weekday": 2}
    return StandingRule(**(known | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "month", "day"),
    [
        ({}, date(2026, 12, 1), WEDNESDAY),
        ({"week": 3, "weekday": 1}, date(2026, 12, 1), date(2026, 12, 15)),
        ({"week": 5, "weekday": 4}, date(2026, 12, 1), date(2026, 12, 25)),  # no fifth Friday: the last
        ({"week": 5, "weekday": 1}, date(2026, 12, 1), date(2026, 12, 29)),
        ({"week": None, "weekday": None, "days_before": 3}, date(2026, 12, 1), date(2026, 12, 7)),
        ({"week": None, "weekday": None, "days_before": 14}, date(2026, 12, 1), date(2026, 11, 26)),
    ],
)
def test_it_falls_on_the_same_weekday_or_some_days_before_the_due_day(
    given: dict[str, object], month: date, day: date
) -> None:
    assert rule(**given).falls_on(month, 10, frozenset()) == day


def test_on_a_holiday_it_is_the_next_day_but_never_after_a_due_day() -> None:
    holidays = {WEDNESDAY, date(2026, 12, 3), date(2026, 12, 7)}
    assert rule().falls_on(WEDNESDAY, 10, holidays) == date(2026, 12, 4)
    before = rule(week=None, weekday=None, days_before=3)
    assert before.falls_on(WEDNESDAY, 10, holidays) == date(2026, 12, 6)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"week": 6}, "standing-rule-wrong"),
        ({"days_before": 3}, "standing-rule-wrong"),
        ({"week": None, "weekday": None, "days_before": 0}, "standing-rule-wrong"),
        ({"part_of_day": "night"}, "part-of-day-unknown"),
        ({"amount": "some"}, "standing-amount-unknown"),
    ],
)
def test_a_senseless_rule_is_refused(given: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        rule(**given)


class Household:
    """A customer who owes a thousand yuan and wants a visit on the first Wednesday of each month."""

    def __init__(self, at: datetime, *, owed: bool = True, **given: object) -> None:
        the_base_pack(at)
        self.customer = a_customer(at, place=near(1))
        self.account = a_credit_account(self.customer, at)
        self.actor = themselves(self.customer)
        if owed:
            self.buys(at)
        self.request = StandingRequest(
            customer_id=self.customer.id,
            account_id=self.account,
            rule=rule(**given),
            wish=VisitWish(same_person=True),
        )
        self.standing = agree_standing(request=self.request, actor=self.actor, at=at)

    def buys(self, at: datetime) -> None:
        purchase = credit.PurchaseRequest(
            account_id=self.account,
            amount_minor=100_000,
            currency="CNY",
            description="市场",
            purchased_at=at,
        )
        credit.record_purchase(purchase=purchase, actor=SYSTEM, at=at)

    @property
    def outcomes(self) -> list[tuple[str, date]]:
        rows = StandingTurn.objects.filter(standing=self.standing).order_by("id")
        return list(rows.values_list("outcome", "date"))


def run(at: datetime) -> None:
    with clock.stopped_at(at):
        book_standing_visits(0)


@pytest.mark.django_db
def test_it_is_booked_ahead_as_a_promise_once(at: datetime) -> None:
    household = Household(at)
    a_shift(an_agent(at), at, days=8)
    for _ in range(2):
        run(at)
    visit = Visit.objects.get()
    assert (visit.state, visit.date, visit.wanted_minor) == ("booked", WEDNESDAY, 100_000)
    assert (visit.initiated_by, visit.requested_by_id) == ("customer", None)
    assert household.outcomes == [("booked", WEDNESDAY)]
    assert Fact.objects.filter(kind="VisitBooked").count() == 1
    assert Fact.objects.get(kind="VisitBooked").actor == "system"


@pytest.mark.django_db
def test_not_more_than_ten_days_ahead(at: datetime) -> None:
    household = Household(at, week=2)
    a_shift(an_agent(at), at, days=15)
    run(at)
    assert household.outcomes == []
    run(at + timedelta(days=5))
    assert household.outcomes == [("booked", date(2026, 12, 9))]


@pytest.mark.django_db
def test_where_nothing_is_owed_nothing_is_booked(at: datetime) -> None:
    household = Household(at, owed=False)
    a_shift(an_agent(at), at, days=8)
    run(at)
    assert household.outcomes == [], "a bill may still come"
    run(at + timedelta(days=7))
    assert household.outcomes == [("nothing_owed", WEDNESDAY)]
    assert not Visit.objects.exists()


@pytest.mark.django_db
def test_a_holiday_and_a_full_day_lead_to_the_days_after(at: datetime) -> None:
    Holiday.objects.create(country="CN", date=WEDNESDAY, name="a feast")
    household = Household(at)
    a_shift(an_agent(at), at, days=10)
    run(at)
    assert household.outcomes == [("booked", date(2026, 12, 3))]
    assert Visit.objects.get().date == date(2026, 12, 4)


@pytest.mark.django_db
def test_where_no_place_is_found_it_is_tried_again_and_then_said_and_wished_for(at: datetime) -> None:
    household = Household(at)
    run(at)
    assert household.outcomes == []
    run(at + timedelta(days=4))
    assert household.outcomes == [("no_place", WEDNESDAY)]
    assert Wish.objects.get().date == WEDNESDAY
    assert Fact.objects.filter(kind="StandingTurned").count() == 1


@pytest.mark.django_db
def test_a_visit_about_that_day_is_enough(at: datetime) -> None:
    household = Household(at)
    a_shift(an_agent(at), at, days=8)
    run(at)
    visit = Visit.objects.get()
    second = Household(at)
    Visit.objects.filter(id=visit.id)
    a_shift(an_agent(at), at, days=9)
    run(at)
    assert second.outcomes == [("booked", WEDNESDAY)]
    end_standing(standing_id=household.standing.id, actor=household.actor, at=at)
    agree_standing(request=household.request, actor=household.actor, at=at)
    run(at)
    again = Standing.objects.get(customer=household.customer, state="active")
    assert list(again.turns.values_list("outcome", flat=True)) == ["visited"]
    assert Visit.objects.count() == 2


@pytest.mark.django_db
def test_a_month_is_left_out_and_a_called_off_visit_is_not_booked_again(at: datetime) -> None:
    household = Household(at)
    a_shift(an_agent(at), at, days=8)
    skip_standing(standing_id=household.standing.id, month=date(2026, 12, 1), actor=household.actor, at=at)
    run(at)
    assert household.outcomes == [("skipped", WEDNESDAY)]
    with pytest.raises(Conflict, match="standing-cannot-skip"):
        skip_standing(
            standing_id=household.standing.id, month=date(2026, 12, 1), actor=household.actor, at=at
        )
    other = Household(at)
    run(at)
    visit = Visit.objects.get()
    cancel_visit(visit_id=visit.id, reason=CancelReason.CHANGED_MIND, actor=other.actor, at=at)
    run(at)
    assert other.outcomes == [("booked", WEDNESDAY)]
    assert Visit.objects.count() == 1


@pytest.mark.django_db
def test_paused_it_rests_until_its_day_and_ended_it_ends(at: datetime) -> None:
    household = Household(at)
    a_shift(an_agent(at), at, days=8)
    given = {"standing_id": household.standing.id, "actor": household.actor, "at": at}
    with pytest.raises(Invalid, match="pause-wrong"):
        pause_standing(until=at.date(), **given)  # type: ignore[arg-type]
    pause_standing(until=date(2026, 12, 4), **given)  # type: ignore[arg-type]
    assert turns_ahead(Standing.objects.get(), at=at)[0].month == date(2027, 1, 1)
    run(at)
    assert household.outcomes == []
    resume_standing(**given)  # type: ignore[arg-type]
    pause_standing(until=date(2026, 12, 1), **given)  # type: ignore[arg-type]
    run(at + timedelta(days=7))
    assert household.outcomes == [("booked", WEDNESDAY)]
    end_standing(**given)  # type: ignore[arg-type]
    for act in (end_standing, resume_standing):
        with pytest.raises(Conflict, match="standing-cannot"):
            act(**given)  # type: ignore[arg-type]
    assert turns_to_book(at=at + timedelta(days=30)) == []


@pytest.mark.django_db
def test_the_customer_agrees_on_their_page_or_two_of_the_desk_do_and_nobody_alone(at: datetime) -> None:
    household = Household(at)
    with pytest.raises(Conflict, match="standing-exists"):
        agree_standing(request=household.request, actor=household.actor, at=at)
    end_standing(standing_id=household.standing.id, actor=household.actor, at=at)
    desk, stranger = staff(Role.DISPATCHER), themselves(a_customer(at))
    for nobody in (desk, stranger):
        with pytest.raises(Denied, match="visit-not-yours-to-book"):
            agree_standing(request=household.request, actor=nobody, at=at)
    with pytest.raises(Denied, match="visit-not-yours-to-book"):
        ask_standing(request=household.request, actor=stranger, at=at)
    asked = ask_standing(request=household.request, actor=desk, at=at)
    with pytest.raises(Denied, match="second-person-needed"):
        confirm_standing(standing_id=asked.id, actor=desk, at=at)
    agreed = confirm_standing(standing_id=asked.id, actor=staff(Role.DISPATCHER), at=at)
    assert (agreed.state, agreed.agreed_how, agreed.asked_by) == ("active", "call", desk.key)
    with pytest.raises(Missing, match="standing-not-found"):
        end_standing(standing_id=agreed.id, actor=stranger, at=at)
    with pytest.raises(Denied, match="plan-not-yours"):
        book_turn(turn=turns_ahead(agreed, at=at)[0], actor=household.actor, at=at)


@pytest.mark.django_db
def test_what_the_desk_wrote_down_books_nothing_until_the_customer_says_yes(at: datetime) -> None:
    household = Household(at)
    end_standing(standing_id=household.standing.id, actor=household.actor, at=at)
    a_shift(an_agent(at), at, days=8)
    asked = ask_standing(request=household.request, actor=staff(Role.DISPATCHER), at=at)
    with pytest.raises(Conflict, match="standing-exists"):
        ask_standing(request=household.request, actor=staff(Role.DISPATCHER), at=at)
    run(at)
    assert not Visit.objects.exists()
    agreed = confirm_standing(standing_id=asked.id, actor=household.actor, at=at)
    assert (agreed.agreed_how, agreed.agreed_by) == ("own_page", household.actor.key)
    run(at)
    assert Visit.objects.count() == 1
    with pytest.raises(Conflict, match="standing-cannot-agree"):
        confirm_standing(standing_id=asked.id, actor=household.actor, at=at)


@pytest.mark.django_db
def test_the_database_refuses_that_one_person_asks_and_agrees(at: datetime) -> None:
    household = Household(at)
    end_standing(standing_id=household.standing.id, actor=household.actor, at=at)
    desk = staff(Role.DISPATCHER)
    asked = ask_standing(request=household.request, actor=desk, at=at)
    with pytest.raises(IntegrityError, match="dispatch_standing_agreed"), transaction.atomic():
        Standing.objects.filter(id=asked.id).update(
            state="active", agreed_how="call", agreed_by=f"administrator:{desk.person_id}", agreed_at=at
        )


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_two_runs_at_once_book_a_month_once(at: datetime) -> None:
    household = Household(at)
    a_shift(an_agent(at), at, days=8)
    (turn,) = turns_to_book(at=at)
    start, made = threading.Barrier(3), []

    def press() -> None:
        try:
            this_branch()
            start.wait()
            made.append(book_turn(turn=turn, actor=SYSTEM, at=at))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([row for row in made if row]) == 1
    assert Visit.objects.count() == 1
    assert household.outcomes == [("booked", WEDNESDAY)]
