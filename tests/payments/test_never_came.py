"""A payment that is taken back because no notes came, although somebody has counted since: a count is the truth."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from koumen.kit.actor import Role
from koumen.kit.errors import Conflict, Denied
from koumen.kit.ids import new_id
from koumen.ledger.rules.chart import AccountKind
from koumen.payments import commands
from koumen.payments.books import check_books
from koumen.payments.models import CashReturn, Payment
from koumen.visits.commands import leave
from tests.payments.bags import Bag, a_bag, notes_worth, office, standing
from tests.payments.test_cash import pays
from tests.payments.test_custody_exact import takes_back
from tests.visits.stories import a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def bag(at: datetime) -> Bag:
    """An agent who says to have received 300 yuan, and has left."""
    story = a_visit(at).may_be_paid(30000)
    pays(story, {10000: 3})
    leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    bag = a_bag(at, agent=story.agent).fetched()
    bag.now = story.now
    return bag


def no_notes_came(bag: Bag) -> CashReturn:
    row = takes_back(Payment.objects.get(), "money_did_not_come", bag.now)
    assert row is not None
    return row


def decides(row: CashReturn, bag: Bag, *, is_agreed: bool) -> CashReturn:
    return commands.decide_claim(
        return_id=row.id, is_agreed=is_agreed, key=new_id(), actor=office(bag.now), at=bag.now
    )


def test_after_a_count_that_missed_them_the_shortage_is_explained(bag: Bag) -> None:
    ended = bag.handed_in(0, is_final=True)
    assert standing(AccountKind.AGENT_SHORT) == 30000
    row = no_notes_came(bag)
    assert (row.state, row.missed_in) == ("absent", ended)
    assert (bag.in_hand, standing(AccountKind.AGENT_SHORT)) == (0, 0)
    assert check_books().is_right


def test_after_a_count_that_saw_them_they_are_owed_and_the_bag_is_not_below_zero(bag: Bag) -> None:
    bag.handed_in(30000, is_final=True)
    row = no_notes_came(bag)
    assert (row.state, bag.in_hand, standing(AccountKind.CASH_TO_RETURN)) == ("owed", 0, -30000)
    assert check_books().is_right
    commands.return_cash(
        return_id=row.id, notes=notes_worth(30000), key=new_id(), actor=bag.office, at=bag.now
    )
    assert (standing(AccountKind.CASH_TO_RETURN), bag.in_hand) == (0, 0)
    assert check_books().is_right


def test_a_part_handed_in_that_leaves_too_little_has_seen_them(bag: Bag) -> None:
    bag.handed_in(20000)
    assert (no_notes_came(bag).state, bag.in_hand) == ("owed", 10000)
    assert check_books().is_right


def test_two_people_may_find_that_counted_notes_are_nobodys(bag: Bag) -> None:
    bag.handed_in(30000, is_final=True)
    row = no_notes_came(bag)
    commands.claim_notes(return_id=row.id, actor=bag.office, at=bag.now)
    with pytest.raises(Conflict, match="cash_return-cannot-give_back"):
        commands.return_cash(
            return_id=row.id, notes=notes_worth(30000), key=new_id(), actor=bag.office, at=bag.now
        )
    with pytest.raises(Denied, match="second-person-needed"):
        commands.decide_claim(return_id=row.id, is_agreed=True, key=new_id(), actor=bag.office, at=bag.now)
    kept = decides(row, bag, is_agreed=True)
    assert (kept.state, standing(AccountKind.CASH_OVER), standing(AccountKind.CASH_TO_RETURN)) == (
        *("kept", -30000, 0),
    )
    assert check_books().is_right
    with pytest.raises(Conflict, match="cash_return-cannot-keep"):
        decides(row, bag, is_agreed=True)


def test_a_refused_claim_leaves_them_owed(bag: Bag) -> None:
    bag.handed_in(30000, is_final=True)
    row = no_notes_came(bag)
    commands.claim_notes(return_id=row.id, actor=bag.office, at=bag.now)
    assert decides(row, bag, is_agreed=False).state == "owed"
    assert standing(AccountKind.CASH_TO_RETURN) == -30000
    assert check_books().is_right


def test_the_database_refuses_that_one_person_claims_and_decides(bag: Bag) -> None:
    bag.handed_in(30000, is_final=True)
    row = no_notes_came(bag)
    commands.claim_notes(return_id=row.id, actor=bag.office, at=bag.now)
    other_role = f"{Role.ADMINISTRATOR}:{bag.office.person_id}"
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        CashReturn.objects.filter(id=row.id).update(state="kept", ended_by=other_role, ended_at=bag.now)


def test_notes_that_a_customer_gave_are_never_claimed(bag: Bag) -> None:
    row = takes_back(Payment.objects.get(), "wrong_account", bag.now)
    assert row is not None
    with pytest.raises(Conflict, match="notes-were-taken"):
        commands.claim_notes(return_id=row.id, actor=bag.office, at=bag.now)
    with pytest.raises(Denied, match="cash-office-not-yours"):
        commands.claim_notes(return_id=row.id, actor=bag.carrier, at=bag.now)
