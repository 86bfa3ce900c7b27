"""Days kept as arrays: whatever happens, they offer what the plain rule offers from the rows."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import connection, connections, transaction

from koumen.agents.commands import certify_agent, delay_shift, end_shift_early
from koumen.agents.models import Agent, Certificate, Shift
from koumen.agents.rules.shift import OffReason
from koumen.dispatch import queries
from koumen.dispatch.commands import Taken, drop_stop, form_team, import_roads, move, take
from koumen.dispatch.queries import kept
from koumen.dispatch.rules.needs import Needs
from koumen.dispatch.rules.slot import Slot, SlotRequest
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Invalid
from koumen.kit.ids import new_id
from koumen.kit.place import Place
from koumen.people.models import Customer
from koumen.visits.commands import arrive, cancel_visit, set_out, turn_back
from koumen.visits.models import Visit
from koumen.visits.rules.reasons import CancelReason, TurnBackReason
from tests.builders import (
    a_credit_account,
    a_customer,
    a_shift,
    acting,
    an_agent,
    near,
    the_base_pack,
    themselves,
    wanted,
)
from tests.dispatch.town_of_roads import grid, write_map

Counted = Callable[[int], AbstractContextManager[object]]
TUESDAY = date(2026, 11, 24)
ASKED_FROM = [near(1), near(-1.5, 1), near(0.3, -1.8)]


@pytest.fixture
def _arrays(committed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Even a small branch is kept as arrays, and they are compiled."""
    monkeypatch.setattr(kept, "FEW_SHIFTS", 1)
    kept.prepare()
    kept.forget()
    yield
    kept.forget()


def asking(place: Place, **more: object) -> SlotRequest:
    known = {"needs": Needs(skills=frozenset({"repayment"})), "from_date": TUESDAY, "days": 4, **more}
    return SlotRequest(latitude=place.latitude, longitude=place.longitude, service_s=1200, **known)  # type: ignore[arg-type]


def by_the_rule(request: SlotRequest, at: datetime) -> list[Slot]:
    with transaction.atomic():  # where nothing is kept
        return queries.slots(actor=SYSTEM, request=request, at=at)


def agreed(at: datetime, **more: object) -> list[Slot]:
    """What is offered at some doors; the arrays and the rule say the same."""
    offered: list[Slot] = []
    for place in ASKED_FROM:
        request = asking(place, **more)
        found = queries.slots(actor=SYSTEM, request=request, at=at)
        assert found == by_the_rule(request, at)
        offered += found
    return offered


def a_branch(at: datetime, agents: int = 4) -> list[Agent]:
    the_base_pack(at)
    engaged = [an_agent(at, home=near(number - 2, 1 - number)) for number in range(agents)]
    for agent in engaged:
        for days in range(3):
            a_shift(agent, at, days=days)
    return engaged


def some_visits(at: datetime, most: int) -> list[Visit]:
    dice, visits = Random(4), []  # noqa: S311  (a test)
    for _ in range(most):
        customer = a_customer(at, place=near(dice.uniform(-2, 2), dice.uniform(-2, 2)))
        assert customer.latitude is not None
        assert customer.longitude is not None
        place = Place(customer.latitude, customer.longitude)
        slots = queries.slots(actor=SYSTEM, request=asking(place), at=at)
        request = wanted(customer, a_credit_account(customer, at), dice.choice(slots))
        outcome = take(booking=request, key=new_id(), actor=themselves(customer), at=at)
        assert isinstance(outcome, Taken)
        visits.append(outcome.visit)
    return visits


@pytest.mark.slow
@pytest.mark.usefixtures("_arrays")
def test_through_a_day_of_everything_the_arrays_offer_what_the_rule_offers(at: datetime) -> None:
    agents = a_branch(at)
    agreed(at)
    visits = some_visits(at, 14)
    agreed(at)
    agreed(at, prefers=agents[1].id)
    agreed(at, barred=frozenset({agents[0].id, agents[2].id}))
    agreed(at, needs=Needs(skills=frozenset({"cash"}), languages=frozenset({"yue"})))
    called_off, moved = visits[0], visits[1]
    cancel_visit(visit_id=called_off.id, reason=next(iter(CancelReason)), actor=SYSTEM, at=at)
    agreed(at)
    drop_stop(visit_id=called_off.id, actor=SYSTEM, at=at)
    agreed(at)
    others = queries.slots_to_move(actor=SYSTEM, visit_id=moved.id, at=at)
    with transaction.atomic():
        assert others == queries.slots_to_move(actor=SYSTEM, visit_id=moved.id, at=at)
    customer = Customer.objects.get(id=moved.customer_id)
    move(visit_id=moved.id, slot=others[-1], key=new_id(), actor=themselves(customer), at=at)
    agreed(at)
    certify_agent(
        agent_id=an_agent(at, certified_until=None).id,
        kind="home_visit",
        valid_from=TUESDAY,
        valid_to=TUESDAY + timedelta(days=90),
        actor=SYSTEM,
        at=at,
    )
    Certificate.objects.filter(agent=agents[3]).update(valid_to=TUESDAY + timedelta(days=1))
    assert agents[3].id not in {slot.agent_id for slot in agreed(at) if slot.date > TUESDAY}
    Agent.objects.filter(id=agents[2].id).update(skills=["consultation"])
    assert agents[2].id not in {slot.agent_id for slot in agreed(at)}


@pytest.mark.slow
@pytest.mark.usefixtures("_arrays")
def test_under_way_the_arrays_offer_what_the_rule_offers(at: datetime) -> None:
    agents = a_branch(at, 2)
    own = Shift.objects.filter(date=TUESDAY + timedelta(days=2)).order_by("id")
    assert not agreed(at, needs=Needs(skills=frozenset({"repayment"}), staff=2))
    form_team(shift_id=own[0].id, partner_shift_id=own[1].id, actor=SYSTEM, at=at)
    assert agreed(at, needs=Needs(skills=frozenset({"repayment"}), staff=2))
    some_visits(at, 6)
    visit = Visit.objects.filter(date=TUESDAY).order_by("window_from").first()
    assert visit is not None
    goes = next(acting(agent) for agent in agents if agent.id == visit.agent_id)
    soon = visit.window_from - timedelta(minutes=20)
    set_out(visit_id=visit.id, actor=goes, at=soon)
    agreed(soon)
    turn_back(visit_id=visit.id, reason=next(iter(TurnBackReason)), actor=goes, at=soon)
    agreed(soon)
    set_out(visit_id=visit.id, actor=goes, at=soon)
    for minutes in (5, 30):
        agreed(soon + timedelta(minutes=minutes))
    there = soon + timedelta(minutes=35)
    arrive(visit_id=visit.id, actor=goes, at=there)
    for minutes in (0, 10, 100):
        agreed(there + timedelta(minutes=minutes))
    later = there + timedelta(minutes=5)
    delay_shift(shift_id=visit.shift_id, minutes=60, actor=goes, at=later)
    agreed(later)
    end_shift_early(
        shift_id=visit.shift_id,
        off_from=later + timedelta(hours=2),
        reason=next(iter(OffReason)),
        actor=goes,
        at=later,
    )
    agreed(later)
    agreed(later, needs=Needs(skills=frozenset({"repayment"}), staff=2))
    a_shift(an_agent(at), at, days=3, hours=(14, 22))
    assert {slot.date for slot in agreed(later)} >= {TUESDAY + timedelta(days=3)}


@pytest.mark.slow
@pytest.mark.usefixtures("_arrays")
def test_new_travel_times_count_from_the_next_question_on(at: datetime, tmp_path: Path) -> None:
    a_branch(at, 2)
    along_the_line = agreed(at)
    import_roads(file=write_map(tmp_path / "town.osm.pbf", grid()), actor=SYSTEM, at=at)
    assert agreed(at) != along_the_line
    with pytest.raises(Invalid, match="place-off-the-roads"):
        queries.slots(actor=SYSTEM, request=asking(near(40)), at=at)
    some_visits(at, 4)
    agreed(at)


@pytest.mark.slow
@pytest.mark.usefixtures("_arrays")
def test_a_question_is_four_queries_when_nothing_changed_and_only_what_changed_is_read(
    at: datetime, django_assert_num_queries: Counted
) -> None:
    a_branch(at, 3)
    request = asking(near(1))
    queries.slots(actor=SYSTEM, request=request, at=at)
    with django_assert_num_queries(3):
        queries.slots(actor=SYSTEM, request=request, at=at)
    (visit,) = some_visits(at, 1)
    with django_assert_num_queries(6):
        queries.slots(actor=SYSTEM, request=request, at=at)
    with django_assert_num_queries(3):
        queries.slots(actor=SYSTEM, request=request, at=at)
    assert kept._dates[visit.date].block.rows.nodes.tolist().count(3) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("_arrays")
def test_what_a_transaction_wrote_and_took_back_is_never_kept(at: datetime) -> None:
    agents = a_branch(at, 2)
    before = agreed(at)
    with transaction.atomic():
        Agent.objects.filter(id=agents[0].id).update(skills=["consultation"])
        inside = queries.slots(actor=SYSTEM, request=asking(near(1)), at=at)
        assert {slot.agent_id for slot in inside} == {agents[1].id}
        transaction.set_rollback(True)
    assert agreed(at) == before


@pytest.mark.slow
@pytest.mark.usefixtures("_arrays")
def test_while_others_book_and_call_off_every_question_in_the_end_is_answered_from_what_stands(
    at: datetime,
) -> None:
    a_branch(at, 3)
    customers = [a_customer(at, place=near(number / 5 - 1, 0.5)) for number in range(8)]
    accounts = [a_credit_account(customer, at) for customer in customers]

    def live(number: int) -> None:
        try:
            dice = Random(number)  # noqa: S311  (a test)
            customer = customers[number]
            for _ in range(4):
                slots = queries.slots(actor=SYSTEM, request=asking(near(number / 5 - 1, 0.5)), at=at)
                request = wanted(customer, accounts[number], dice.choice(slots))
                outcome = take(booking=request, key=new_id(), actor=themselves(customer), at=at)
                if isinstance(outcome, Taken) and dice.random() < 0.5:
                    cancel_visit(
                        visit_id=outcome.visit.id, reason=next(iter(CancelReason)), actor=SYSTEM, at=at
                    )
                    drop_stop(visit_id=outcome.visit.id, actor=SYSTEM, at=at)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=live, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Visit.objects.count() > 8
    agreed(at)


@pytest.mark.django_db
def test_the_database_hashes_ids_with_versions(at: datetime) -> None:
    """An internal function of PostgreSQL, there since 11: it must be there, and tell versions apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(distinct uuid_hash_extended(uuidv7(), n)) from generate_series(1, 1000) n"
        )
        assert cursor.fetchone() == (1000,)
