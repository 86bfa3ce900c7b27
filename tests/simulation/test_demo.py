"""The demonstration at any hour: alive, complete after an interruption, and filled only once."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from pytest_django import DjangoDbBlocker

from koumen.agents import queries as agent_queries
from koumen.agents.models import Agent, Shift
from koumen.agents.queries.portraits import portraits_shown
from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.credit import queries as credit
from koumen.credit.books import check_credit
from koumen.credit.models import Activity, CreditAccount, InstalmentPlan, Proposal, Purchase, Statement
from koumen.credit.rules.buying import Category
from koumen.credit.rules.owing import Owed
from koumen.dispatch.queries import lanes, slots
from koumen.dispatch.rules.needs import Needs
from koumen.dispatch.rules.slot import SlotRequest
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.ids import new_id
from koumen.ledger.queries import check_books
from koumen.messages.commands import send_secret
from koumen.payments.books import check_custody
from koumen.payments.commands import prepare_deposit, send_deposit
from koumen.payments.models import Receipt, SettlementFile
from koumen.payments.queries import custody
from koumen.payments.queries.settlement import lines_to_match
from koumen.people.models import Customer, Person
from koumen.people.queries import actor_for, persons_by_phone
from koumen.simulation.demo import code, fill, logins
from koumen.simulation.mending import finance
from koumen.simulation.visiting import notes_for
from koumen.visits.models import Visit
from koumen.visits.queries import coming_visits
from koumen.visits.states import VisitState
from koumen.web.ui.second_factor import enrol_totp, has_factor, totp_code_now

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
SEED = 7
NOON = datetime(2026, 11, 24, 12, 10, tzinfo=ZONE)  # a Tuesday
HOURS = {
    "before dawn": datetime(2026, 11, 25, 3, 5, tzinfo=ZONE),
    "saturday evening": datetime(2026, 11, 28, 22, 30, tzinfo=ZONE),
    "new year": datetime(2027, 1, 1, 11, 0, tzinfo=ZONE),
}


class InterruptedFill(Exception):
    """The start was cut off."""


def run(now: datetime, *, stop_at: tuple[str, int] | None = None) -> None:
    """Fill as the command line does; ``stop_at`` names where somebody pulls the plug."""

    def progress(part: str, done: int, of: int) -> None:
        assert 0 <= done <= of
        if stop_at and part.startswith(stop_at[0]) and done >= stop_at[1]:
            raise InterruptedFill

    with clock.stopped_at(now):
        fill(seed=SEED, today=now.astimezone(ZONE).date(), progress=progress, enrol=enrol_totp)


def tables() -> dict[str, int]:
    models = (Person, Customer, CreditAccount, Statement, Agent, Shift, Visit, Receipt, Fact)
    return {model.__name__: model.objects.count() for model in models}


def states(day: date) -> Counter[str]:
    return Counter(Visit.objects.filter(date=day).values_list("state", flat=True))


def the_customer(phone: str) -> Actor:
    (person,) = persons_by_phone(phone)
    return actor_for(person, Role.CUSTOMER)


# Before the town below is filled for the others: this one starts from nothing.
def test_a_start_that_is_cut_off_again_and_again_is_completed_by_the_next() -> None:
    for where in (
        ("staff", 3),
        ("staff", 9),
        ("customers", 300),
        ("shifts", 4),
        ("visits 11-24", 5),
        ("life", 3),
    ):
        with pytest.raises(InterruptedFill):
            run(NOON, stop_at=where)
    run(NOON)
    completed = tables()
    run(NOON)
    assert tables() == completed
    assert (completed["Customer"], completed["Agent"]) == (300, 12)
    assert states(NOON.date())[VisitState.CLOSED] >= 1


@pytest.fixture(scope="module")
def _town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Filled once for this file, inside a transaction that every test goes on from and nobody commits."""
    with django_db_blocker.unblock():
        this_branch.cache_clear()
        with transaction.atomic():
            run(NOON)
            yield
            transaction.set_rollback(True)


@pytest.fixture
def filled(_town: None) -> Iterator[datetime]:
    with clock.stopped_at(NOON):
        yield NOON


def test_a_filled_branch_has_everybody_and_books_that_agree(filled: datetime) -> None:
    there = tables()
    assert (there["Customer"], there["Agent"], there["Statement"]) == (300, 12, 294 * 6 + 18)
    assert check_books().is_right
    assert states(filled.date())[VisitState.CLOSED] >= 1
    assert states(filled.date())[VisitState.BOOKED] >= 3
    assert sum(states(filled.date() - timedelta(days=1)).values()) >= 5
    assert Receipt.objects.count() >= 4


@pytest.mark.usefixtures("filled")
def test_every_agent_has_a_face_that_two_administrators_gave_them() -> None:
    cards = agent_queries.agents(actor=SYSTEM)
    shown = portraits_shown(agent_ids=[card.agent_id for card in cards], today=NOON.date())
    assert len(shown) == len(cards) == 12
    assert len({portrait.digest for portrait in shown.values()}) == 12


def test_every_page_of_custody_shows_something_at_once(filled: datetime) -> None:
    """Change money out, a hand-in that waits, differences, a deposit, cash held for too long; and R16 holds."""
    held = custody.cash_by_person(actor=SYSTEM, at=filled)
    assert sum(one.waiting_id is not None for one in held) == 1
    assert any(one.holding.is_too_old(filled) for one in held)
    found = custody.hand_ins_found(actor=SYSTEM, search=custody.HandInSearch(differs=True))
    assert {row.difference_minor for row in found.hand_ins} == {-1000, 500}
    (deposit,) = custody.deposits(actor=SYSTEM)
    assert deposit.state == "sent", "the worker matches it with the bank's file"
    assert len(custody.offered_floats(actor=SYSTEM)) == 1
    things = agent_queries.items(actor=SYSTEM)
    assert any(kept.loan for kept in things)
    assert any(kept.item.condition == "damaged" for kept in things)
    assert len(lines_to_match(file_id=SettlementFile.objects.get().id)) == 2
    assert check_custody().is_right


def test_a_second_start_adds_nothing(filled: datetime) -> None:
    before = tables()
    run(filled)
    assert tables() == before


def test_a_visitor_who_sent_the_whole_safe_to_the_bank_does_not_stop_the_next_start(filled: datetime) -> None:
    office, other = (finance(name) for name in ("finance", "finance2"))
    notes = notes_for(custody.office_cash(actor=office).safe_minor, "CNY")
    deposit = prepare_deposit(notes=notes, key=new_id(), actor=office, at=filled)
    send_deposit(deposit_id=deposit.id, notes=notes, key=new_id(), actor=other, at=filled)
    run(filled + timedelta(hours=12))
    assert check_custody().is_right


def test_a_later_start_brings_the_day_up_to_date_and_adds_no_visit(filled: datetime) -> None:
    visits = Visit.objects.count()
    before = states(filled.date())
    run(filled + timedelta(hours=6))
    assert Visit.objects.count() == visits
    assert states(filled.date())[VisitState.CLOSED] > before[VisitState.CLOSED]
    assert check_books().is_right


def test_yesterday_can_be_looked_back_at_with_who_worked_and_where_they_went(filled: datetime) -> None:
    morning = filled.replace(hour=11, minute=0) - timedelta(days=1)
    then = lanes(actor=SYSTEM, date=morning.date(), at=filled, as_of=morning)
    assert len(then) >= 4
    assert sum(len(lane.stops) for lane in then) >= 4


@pytest.mark.parametrize("when", HOURS)
def test_at_any_hour_there_is_life_on_the_board_and_a_slot_to_book(when: str, filled: datetime) -> None:
    now = HOURS[when]
    assert now > filled
    run(now)
    assert sum(states(now.date()).values()) >= 4
    assert sum(states(now.date() + timedelta(days=1)).values()) >= 4
    customer = the_customer("+8619900000001")
    row = Customer.objects.get(person_id=str(customer.person_id))
    request = SlotRequest(
        latitude=row.latitude or 0,
        longitude=row.longitude or 0,
        service_s=1200,
        needs=Needs(skills=frozenset({"repayment", "cash"})),
        from_date=now.date(),
        days=2,
    )
    assert slots(actor=customer, request=request, at=now)


def test_the_first_customer_owes_amounts_that_are_remembered_and_has_no_visit(filled: datetime) -> None:
    customer = the_customer("+8619900000001")
    assert customer.customer_id
    (account,) = credit.accounts_of(actor=customer, customer_id=customer.customer_id)
    owed = credit.owed(actor=customer, account_id=account.id, at=filled)
    assert (owed.minimum_minor, owed.bill_minor, owed.all_minor) == (12_864, 128_640, 150_000)
    assert coming_visits(actor=customer) == []


def test_some_have_a_plan_are_late_or_are_owed_money_and_all_of_it_folds(filled: datetime) -> None:
    def owed_by(place: int) -> Owed:
        customer = the_customer(f"+8619900{place + 1:06}")
        assert customer.customer_id
        (account,) = credit.accounts_of(actor=customer, customer_id=customer.customer_id)
        return credit.owed(actor=customer, account_id=account.id, at=filled)

    assert owed_by(15).future_minor == 800_00, "two of six instalments are still to come"
    assert owed_by(16).accrued_minor > 0
    assert owed_by(17).credit_balance_minor == 622_00
    assert InstalmentPlan.objects.filter(is_over=True).count() == 1
    assert Statement.objects.exclude(corrections_minor=0).count() == 1
    assert Purchase.objects.exclude(refund_of=None).count() == 2
    assert set(Purchase.objects.values_list("category", flat=True)) == set(Category)
    assert check_credit().is_right


def test_one_payment_was_taken_back_and_one_waits_for_the_second_person(filled: datetime) -> None:
    states = Counter(Proposal.objects.values_list("state", flat=True))
    assert states == {"approved": 1, "proposed": 1}
    reversed_one = Proposal.objects.get(state="approved")
    assert reversed_one.decided_by != reversed_one.proposed_by
    assert Activity.objects.filter(reverses=reversed_one.activity_id).exists()


def test_the_elder_has_a_request_of_her_daughters_waiting(filled: datetime) -> None:
    elder = the_customer("+8619900000005")
    assert Person.objects.get(id=str(elder.person_id)).elder_mode
    (request,) = coming_visits(actor=elder)
    assert (request.state, request.initiated_by) == (VisitState.REQUESTED, "delegate")
    assert filled < request.window_from


def test_every_login_of_the_table_can_sign_in(filled: datetime) -> None:
    names = [login.name for login in logins()]
    assert names == [
        *("customer", "elder", "instalments", "late", "ahead", "relative", "agent"),
        *("dispatcher", "finance", "compliance", "administrator", "finance2"),
    ]
    for login in logins():
        if login.password:
            person = get_user_model().objects.get_by_natural_key(login.identifier)
            assert person.check_password(login.password)
            assert has_factor(person)
            assert len(code(login.name, second_factor=totp_code_now)) == 6
            continue
        (person,) = persons_by_phone("+86" + login.identifier.replace(" ", ""))
        with pytest.raises(LookupError):
            code(login.name, second_factor=totp_code_now)
        send_secret(
            person_id=person.id,
            template="sign_in_code",
            text="482913 to sign in",
            channel="sms",
            actor=SYSTEM,
            at=filled,
        )
        assert code(login.name, second_factor=totp_code_now) == "482913"


@pytest.mark.usefixtures("filled")
def test_an_unknown_login_has_no_code() -> None:
    with pytest.raises(LookupError):
        code("nobody", second_factor=totp_code_now)


@pytest.mark.usefixtures("filled")
def test_no_fact_of_the_town_names_anybody() -> None:
    assert not Fact.objects.filter(body__contains="街道").exists()
    assert not Fact.objects.filter(body__contains="+86").exists()


def test_an_amount_is_made_of_the_fewest_notes() -> None:
    assert notes_for(128_640, "CNY") == {10000: 12, 5000: 1, 2000: 1, 1000: 1, 500: 1, 100: 1, 10: 4}
