"""Things with a serial number: lent for a working day, by the office, to one agent at a time, and back."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from koumen.agents import commands, queries
from koumen.agents.models import Item, Loan, Shift
from koumen.audit.models import Fact
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from tests.builders import a_shift, acting, an_agent, staff

pytestmark = pytest.mark.django_db

DESK = staff(Role.DISPATCHER)


def a_terminal(at: datetime, serial: str = "N9-100") -> Item:
    return commands.add_item(kind="card_terminal", serial=serial, actor=DESK, at=at)


def lent(thing: Item, shift_id: UUID, at: datetime) -> Loan:
    return commands.lend_item(item_id=thing.id, shift_id=shift_id, actor=DESK, at=at)


def test_a_thing_goes_out_with_one_agent_and_comes_back_as_it_was_seen(at: datetime) -> None:
    thing, shift = a_terminal(at, " n9-100 "), a_shift(an_agent(at), at, days=0)
    assert thing.serial == "N9-100"
    loan = lent(thing, shift.id, at)
    (held,) = queries.loans_of(actor=acting(shift.agent), agent_id=shift.agent_id)
    assert held.id == loan.id
    other = a_shift(an_agent(at), at, days=0)
    with pytest.raises(Conflict, match="item-with-somebody"):
        lent(thing, other.id, at)
    commands.return_item(loan_id=loan.id, condition="damaged", actor=DESK, at=at)
    assert queries.loans_of(actor=acting(shift.agent), agent_id=shift.agent_id) == []
    with pytest.raises(Conflict, match="item-not-fit"):
        lent(thing, other.id, at)
    commands.mend_item(item_id=thing.id, condition="good", actor=DESK, at=at)
    lent(thing, other.id, at)
    kinds = list(Fact.objects.filter(subject_id=thing.id).order_by("id").values_list("kind", flat=True))
    assert kinds == [*("ItemAdded", "ItemLent", "ItemReturned", "ItemMended", "ItemLent")]


def test_a_loan_ends_once(at: datetime) -> None:
    loan = lent(a_terminal(at), a_shift(an_agent(at), at, days=0).id, at)
    commands.return_item(loan_id=loan.id, condition="missing", actor=DESK, at=at)
    with pytest.raises(Conflict, match="item-back-already"):
        commands.return_item(loan_id=loan.id, condition="good", actor=DESK, at=at)
    with pytest.raises(DatabaseError), transaction.atomic():
        Loan.objects.filter(id=loan.id).update(condition_back="good")
    assert Item.objects.get().condition == "missing"


def test_what_is_out_is_not_mended_from_afar(at: datetime) -> None:
    thing = a_terminal(at)
    lent(thing, a_shift(an_agent(at), at, days=0).id, at)
    with pytest.raises(Conflict, match="item-with-somebody"):
        commands.mend_item(item_id=thing.id, condition="given_up", actor=DESK, at=at)


def test_one_thing_is_entered_once(at: datetime) -> None:
    a_terminal(at)
    with pytest.raises(Conflict, match="item-exists"):
        a_terminal(at, "n9-100")
    for kind, serial, code in (
        ("rocket", "1", "item-kind-unknown"),
        ("printer", "", "serial-unreadable"),
        ("printer", "<1>", "serial-unreadable"),
        ("printer", "9" * 41, "serial-unreadable"),
    ):
        with pytest.raises(Invalid, match=code):
            commands.add_item(kind=kind, serial=serial, actor=DESK, at=at)
    assert Item.objects.count() == 1


def test_only_the_office_lends_and_takes_back(at: datetime) -> None:
    thing, shift = a_terminal(at), a_shift(an_agent(at), at, days=0)
    carrier = acting(shift.agent)
    with pytest.raises(Denied, match="agents-not-yours"):
        commands.lend_item(item_id=thing.id, shift_id=shift.id, actor=carrier, at=at)
    loan = lent(thing, shift.id, at)
    with pytest.raises(Denied, match="agents-not-yours"):
        commands.return_item(loan_id=loan.id, condition="good", actor=carrier, at=at)
    with pytest.raises(Denied, match="agents-not-yours"):
        queries.items(actor=carrier)
    with pytest.raises(Invalid, match="item-condition-unknown"):
        commands.return_item(loan_id=loan.id, condition="given_up", actor=DESK, at=at)
    with pytest.raises(Missing, match="item-not-found"):
        commands.lend_item(item_id=new_id(), shift_id=shift.id, actor=DESK, at=at)


def test_the_database_knows_one_holder_of_a_thing(at: datetime) -> None:
    loan = lent(a_terminal(at), a_shift(an_agent(at), at, days=0).id, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.create(
            item_id=loan.item_id,
            agent_id=loan.agent_id,
            shift_id=loan.shift_id,
            lent_at=at,
            lent_by="system",
            condition_out="good",
        )


def test_a_day_is_begun_by_its_agent_and_ended_once(at: datetime) -> None:
    shift = a_shift(an_agent(at), at, days=0)
    for stranger in (DESK, acting(an_agent(at)), Actor(Role.CUSTOMER, new_id())):
        with pytest.raises(Denied, match="shift-not-yours"):
            commands.open_shift(shift_id=shift.id, actor=stranger, at=at)
    for _ in range(2):
        commands.open_shift(shift_id=shift.id, actor=acting(shift.agent), at=at)
    assert Fact.objects.filter(kind="ShiftOpened").count() == 1
    commands.close_shift(shift_id=shift.id, actor=SYSTEM, at=at)
    for act in (commands.open_shift, commands.close_shift):
        with pytest.raises(Conflict, match="shift-closed"):
            act(shift_id=shift.id, actor=SYSTEM, at=at)
    with pytest.raises(Conflict, match="shift-closed"):
        lent(a_terminal(at), shift.id, at)


def test_a_day_that_was_never_closed_comes_before_today(at: datetime) -> None:
    agent = an_agent(at)
    today, tomorrow = a_shift(agent, at, days=0), a_shift(agent, at, days=1)
    commands.open_shift(shift_id=today.id, actor=acting(agent), at=at)

    def in_hand(shift: Shift) -> Shift | None:
        return queries.shift_in_hand(actor=acting(agent), agent_id=agent.id, date=shift.date)

    assert in_hand(today) == today
    assert in_hand(tomorrow) == today
    commands.close_shift(shift_id=today.id, actor=SYSTEM, at=at)
    assert in_hand(tomorrow) == tomorrow
