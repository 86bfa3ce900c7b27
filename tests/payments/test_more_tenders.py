"""A card, several tenders at one visit, a note that looks forged, and notes that are given back."""

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction

from koumen.agents import commands as agents
from koumen.agents.models import Item
from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.rules.chart import AccountKind
from koumen.payments import commands, jobs, queries
from koumen.payments.books import check_books
from koumen.payments.commands import SeenNote, Slip
from koumen.payments.models import CardSlip, CashReturn, ForgedNote, Payment
from koumen.payments.queries import custody
from tests.payments.bags import Bag, a_bag, notes_worth, office, standing
from tests.payments.test_cash import all_owed, pays
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


def a_terminal(story: Story, *, serial: str = "N9-1", lent: bool = True) -> Item:
    item = agents.add_item(kind="card_terminal", serial=serial, actor=SYSTEM, at=story.now)
    if lent:
        agents.lend_item(item_id=item.id, shift_id=story.visit.shift_id, actor=SYSTEM, at=story.now)
    return item


def swipes(story: Story, item: Item, minor: int, *, approval: str = "A12345", four: str = "6789") -> Payment:
    slip = Slip(item_id=item.id, approval_code=approval, last_four=four)
    return commands.pay_card(
        visit_id=story.visit_id,
        amount_minor=minor,
        slip=slip,
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )


# --- card -----------------------------------------------------------------------------------------------


def test_a_card_pays_at_once_and_the_acquirer_owes_it(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    payment = swipes(story, a_terminal(story), 30000, approval=" a1 2345 ")
    assert (payment.tender, payment.state, story.visit.state) == ("card", "paid", "paid")
    assert (all_owed(story), standing(AccountKind.CARD)) == (70000, 30000)
    slip = CardSlip.objects.get()
    assert (slip.approval_code, slip.last_four) == ("A12345", "6789")
    content = commands.receipt_content(receipt_id=payment.receipt.id, at=story.now)
    assert (content.tendered.method, content.tendered.reference) == ("card", "A12345 / 6789")
    assert check_books().is_right


def test_only_a_terminal_that_was_lent_takes_cards(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    in_the_house = a_terminal(story, lent=False)
    with pytest.raises(Conflict, match="terminal-not-lent"):
        swipes(story, in_the_house, 30000)
    printer = agents.add_item(kind="printer", serial="P-1", actor=SYSTEM, at=story.now)
    agents.lend_item(item_id=printer.id, shift_id=story.visit.shift_id, actor=SYSTEM, at=story.now)
    with pytest.raises(Conflict, match="terminal-not-lent"):
        swipes(story, printer, 30000)
    assert all_owed(story) == 100000


def test_a_slip_pays_once_and_never_more_than_was_agreed(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    item = a_terminal(story)
    with pytest.raises(Conflict, match="above-agreed"):
        swipes(story, item, 30001)
    swipes(story, item, 10000)
    with pytest.raises(Conflict, match="card-slip-used"):
        swipes(story, item, 10000)
    assert all_owed(story) == 90000


@pytest.mark.parametrize(
    ("approval", "four", "code"),
    [
        ("12", "6789", "approval-unreadable"),
        ("A1-345", "6789", "approval-unreadable"),
        ("A12345", "123456789", "last-four-unreadable"),
        ("A12345", "67８9", "last-four-unreadable"),
    ],
)
def test_what_is_no_slip_is_refused_and_no_card_number_is_kept(
    at: datetime, approval: str, four: str, code: str
) -> None:
    story = a_visit(at).may_be_paid(30000)
    with pytest.raises(Invalid, match=code):
        swipes(story, a_terminal(story), 30000, approval=approval, four=four)
    assert not CardSlip.objects.exists()


def test_a_slip_is_never_changed(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    swipes(story, a_terminal(story), 30000)
    with pytest.raises(DatabaseError), transaction.atomic():
        CardSlip.objects.update(last_four="0000")


# --- several tenders ------------------------------------------------------------------------------------


def test_a_visit_is_paid_by_several_tenders_up_to_what_was_agreed(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    pays(story, {10000: 1})
    swipes(story, a_terminal(story), 12000)
    with pytest.raises(Conflict, match="above-agreed"):
        pays(story, {10000: 1})
    pays(story, {5000: 2}, {1000: 2})
    assert (queries.remaining_minor(story.visit), all_owed(story)) == (0, 70000)
    receipts = queries.receipts_of_visit(actor=story.customer, visit_id=story.visit_id)
    assert [one.tender for one in receipts] == ["cash", "card", "cash"]
    assert check_books().is_right


# --- forged notes ---------------------------------------------------------------------------------------


def seen(story: Story, outcome: str = "kept", serial: str = "ab 1234 5678") -> ForgedNote:
    note = SeenNote(denomination_minor=10000, serial=serial, outcome=outcome)
    return commands.write_forged_note(
        visit_id=story.visit_id, seen=note, key=new_id(), actor=story.visitor, at=story.now
    )


def test_a_note_that_looks_forged_pays_nothing_and_a_kept_one_has_a_numbered_slip(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    assert [seen(story).printed_number for _ in range(2)] == ["TEST-F-0000001", "TEST-F-0000002"]
    refused = seen(story, "refused")
    assert (refused.printed_number, refused.serial) == ("", "AB12345678")
    assert (all_owed(story), queries.remaining_minor(story.visit)) == (100000, 30000)
    fact = Fact.objects.filter(kind="ForgedNoteSeen").latest("id")
    assert "AB12345678" not in fact.body, "a number of a note leads to a person"
    assert check_books().is_right


def test_a_note_is_written_down_at_the_door_by_its_agent(at: datetime) -> None:
    story = a_visit(at)
    with pytest.raises(Conflict, match="visit-not-at-the-door"):
        seen(story)
    story.at_the_door()
    for wrong, code in ((("melted", "A1"), "form-unreadable"), (("kept", "<>"), "serial-unreadable")):
        with pytest.raises(Invalid, match=code):
            seen(story, *wrong)
    with pytest.raises(Denied, match="visit-not-yours"):
        commands.write_forged_note(
            visit_id=story.visit_id,
            seen=SeenNote(denomination_minor=10000, serial="A1", outcome="kept"),
            key=new_id(),
            actor=story.customer,
            at=story.now,
        )


# --- notes given back -----------------------------------------------------------------------------------


@pytest.fixture
def paid(at: datetime) -> tuple[Story, Bag]:
    story = a_visit(at).may_be_paid(30000)
    pays(story, {10000: 3})
    bag = a_bag(at, agent=story.agent).fetched()
    bag.now = story.now
    return story, bag


def taken_back(story: Story, reason: str = "wrong_amount") -> CashReturn | None:
    payment = Payment.objects.get(visit_id=story.visit_id)
    credit.reverse_activity(activity_id=payment.id, reason=reason, actor=SYSTEM, at=story.now)
    for _ in range(2):  # a job may run twice
        jobs.void_receipts(Fact.objects.filter(kind="ActivityReversed").latest("id").fact_id)
    return CashReturn.objects.first()


def test_notes_of_a_payment_taken_back_stay_in_custody_until_they_are_counted_back(
    paid: tuple[Story, Bag],
) -> None:
    story, bag = paid
    owed = taken_back(story)
    assert owed is not None
    assert (all_owed(story), bag.in_hand, standing(AccountKind.CASH_TO_RETURN)) == (100000, 30000, -30000)
    assert check_books().is_right
    with pytest.raises(Conflict, match="return-differs"):
        _gives_back(owed, bag, 20000)
    _gives_back(owed, bag, 30000)
    assert (bag.in_hand, standing(AccountKind.CASH_TO_RETURN)) == (0, 0)
    with pytest.raises(Conflict, match="cash_return-cannot-give_back"):
        _gives_back(owed, bag, 30000)
    assert check_books().is_right


def test_notes_that_were_handed_in_are_given_back_out_of_the_safe(paid: tuple[Story, Bag]) -> None:
    story, bag = paid
    bag.handed_in(30000)
    owed = taken_back(story)
    assert owed is not None
    with pytest.raises(Conflict, match="not-so-much-in-hand"):
        _gives_back(owed, bag, 30000)
    commands.return_cash(
        return_id=owed.id, notes=notes_worth(30000), key=new_id(), actor=bag.office, at=bag.now
    )
    assert standing(AccountKind.CASH_TO_RETURN) == 0
    assert check_books().is_right


def test_when_no_notes_were_taken_none_are_owed(paid: tuple[Story, Bag]) -> None:
    story, bag = paid
    row = taken_back(story, "told_twice")
    assert row is not None
    assert (row.state, row.missed_in, bag.in_hand) == ("absent", None, 0)
    assert custody.cash_returns(actor=bag.office) == []
    assert check_books().is_right


def test_notes_are_given_back_by_who_holds_them(paid: tuple[Story, Bag], at: datetime) -> None:
    story, bag = paid
    owed = taken_back(story)
    assert owed is not None
    stranger = a_bag(at)
    with pytest.raises(Missing, match="return-not-found"):
        _gives_back(owed, stranger, 30000)
    with pytest.raises(Denied, match="own-cash-only"):
        commands.return_cash(
            return_id=owed.id,
            notes=notes_worth(30000),
            key=new_id(),
            actor=office(at, Role.COMPLIANCE),
            at=at,
        )
    with pytest.raises(Denied, match="receipt-not-yours"):
        commands.owe_cash_return(payment_id=owed.payment_id, reason="wrong_amount", actor=bag.office, at=at)
    assert bag.in_hand == 30000


def _gives_back(owed: CashReturn, bag: Bag, minor: int) -> CashReturn:
    return commands.return_cash(
        return_id=owed.id, notes=notes_worth(minor), key=new_id(), actor=bag.carrier, at=bag.now
    )
