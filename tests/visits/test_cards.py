"""Printed door cards: no secret is stored, a line is for one visit, and a new card kills the one before."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from koumen.audit.models import Fact
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Missing
from koumen.kit.ids import new_id
from koumen.kit.pictures import PICTURES
from koumen.people.models import Customer
from koumen.visits import commands, queries
from koumen.visits.models import DoorCard
from koumen.visits.rules.cards import CardWay
from koumen.visits.rules.outcomes import CodeResult
from koumen.visits.rules.secrets import CARD_NUMBERS, CardPlace, card_code, card_pictures
from koumen.visits.states import Proof, VisitState
from tests import builders
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db
KEY = bytes(range(32))
SOMEBODY = UUID(int=7)


def desk() -> Actor:
    return builders.staff(Role.DISPATCHER)


def a_card(customer_id: UUID, at: datetime, *, way: CardWay = CardWay.COUNTER) -> commands.IssuedCard:
    return commands.issue_door_card(customer_id=customer_id, way=way, actor=desk(), at=at)


def with_card(at: datetime) -> tuple[Story, commands.IssuedCard]:
    story = a_visit(at)
    return story, a_card(story.home.id, at)


def place(number: int, *, generation: int = 1, customer_id: UUID = SOMEBODY) -> CardPlace:
    return CardPlace(customer_id=customer_id, generation=generation, number=number)


# --- the paper ------------------------------------------------------------------------------------------


def test_a_line_is_the_same_whenever_it_is_derived_and_differs_in_everything_it_is_bound_to() -> None:
    line = place(3)
    others = (place(4), place(3, generation=2), place(3, customer_id=UUID(int=8)))
    assert card_code(KEY, line) == card_code(KEY, place(3))
    assert card_pictures(KEY, line) == card_pictures(KEY, place(3))
    assert card_code(KEY, line) not in {card_code(KEY, other) for other in others}
    assert card_pictures(KEY, line) not in {card_pictures(KEY, other) for other in others}
    assert card_code(bytes(32), line) != card_code(KEY, line)


def test_every_line_has_two_different_pictures_and_six_digits() -> None:
    for number in range(1, CARD_NUMBERS + 1):
        first, second = card_pictures(KEY, place(number))
        assert first != second
        assert {first, second} <= set(PICTURES)
        assert len(card_code(KEY, place(number))) == 6


@pytest.mark.parametrize("number", [0, -1, CARD_NUMBERS + 1])
def test_a_line_that_no_card_has_is_no_line(number: int) -> None:
    with pytest.raises(ValueError, match="door card"):
        place(number)


def test_a_card_is_printed_once_and_no_table_and_no_fact_holds_what_is_on_it(at: datetime) -> None:
    story, issued = with_card(at)
    assert [line.number for line in issued.lines] == list(range(1, CARD_NUMBERS + 1))
    (fact,) = Fact.objects.filter(kind="DoorCardIssued")
    assert (fact.subject_id, fact.actor.startswith("dispatcher:")) == (story.home.id, True)
    kept = " ".join(Fact.objects.values_list("body", flat=True)) + str(DoorCard.objects.values().get())
    assert not [line.code for line in issued.lines if line.code in kept]
    assert not [line for line in issued.lines if f'"{line.pictures[0]}"' in kept]
    assert "482" not in repr(issued.lines[0]), "and no log shows a line"
    assert repr(issued.lines[0]) == "CardLine(1)"


def test_only_the_desk_prints_a_card_and_a_refusal_changes_nothing(at: datetime) -> None:
    story = a_visit(at)
    for actor in (story.customer, story.visitor, builders.staff(Role.FINANCE)):
        with pytest.raises(Denied, match="door-card-not-yours"):
            commands.issue_door_card(customer_id=story.home.id, way=CardWay.COUNTER, actor=actor, at=at)
    with pytest.raises(Missing, match="customer-not-found"):
        a_card(new_id(), at)
    assert not DoorCard.objects.exists()


def test_r7_no_card_is_posted_to_an_address_of_the_last_72_hours(at: datetime) -> None:
    story = a_visit(at)
    Customer.objects.filter(id=story.home.id).update(contact_changed_at=at - timedelta(hours=71))
    with pytest.raises(Conflict, match="contact-changed-lately"):
        a_card(story.home.id, at, way=CardWay.LETTER)
    assert a_card(story.home.id, at, way=CardWay.COUNTER).card.generation == 1, (
        "given into the hand it may be"
    )
    assert a_card(story.home.id, at + timedelta(hours=1), way=CardWay.LETTER).card.generation == 2


# --- at the door ----------------------------------------------------------------------------------------


def test_a_visit_takes_the_next_line_when_the_agent_sets_out_and_each_visit_another(at: datetime) -> None:
    story, issued = with_card(at)
    assert story.visit.card_number is None
    story.at_the_door()
    assert story.visit.card_number == 1
    line = issued.lines[0]
    for actor in (story.customer, story.visitor):
        assert queries.pictures_for(actor=actor, visit_id=story.visit_id) == line.pictures
    card = queries.door_card(actor=story.customer, customer_id=story.home.id)
    assert card is not None
    assert card.next_number == 2
    assert queries.door_card(actor=story.visitor, customer_id=story.home.id) is None


def test_turning_back_keeps_the_line(at: datetime) -> None:
    story, _ = with_card(at)
    story.sets_out()
    commands.turn_back(visit_id=story.visit_id, reason="road", actor=story.visitor, at=at)  # type: ignore[arg-type]
    story.sets_out()
    assert story.visit.card_number == 1


def test_the_code_on_the_line_releases_the_agreed_amount(at: datetime) -> None:
    story, issued = with_card(at)
    story.proven().agrees()
    assert story.code() == issued.lines[0].code
    assert story.says(issued.lines[1].code) is CodeResult.WRONG
    assert story.says(issued.lines[0].code) is CodeResult.RIGHT
    assert (story.visit.state, story.visit.proof) == (VisitState.AGREED, Proof.BOTH)


def test_a_code_that_was_said_is_good_for_no_second_amount(at: datetime) -> None:
    story, issued = with_card(at)
    story.proven().agrees(30000)
    story.agrees(20000)
    assert story.visit.card_number == 1, "not said yet: the same line"
    assert story.says(issued.lines[0].code) is CodeResult.RIGHT
    story.agrees(40000)
    assert story.visit.card_number == 2
    assert story.says(issued.lines[0].code) is CodeResult.WRONG
    assert story.says(issued.lines[1].code) is CodeResult.RIGHT


def test_three_wrong_codes_lock_and_the_call_back_goes_on_with_the_next_line(at: datetime) -> None:
    story, issued = with_card(at)
    story.proven().agrees()
    wrong = story.wrong_code()
    assert [story.says(wrong) for _ in range(3)][-1] is CodeResult.LOCKED
    assert story.says(issued.lines[0].code) is CodeResult.LOCKED
    commands.unlock_code(visit_id=story.visit_id, actor=desk(), at=story.now)
    assert story.says(issued.lines[0].code) is CodeResult.WRONG
    assert story.says(issued.lines[1].code) is CodeResult.RIGHT


def test_pictures_that_differed_are_renewed_with_the_next_line(at: datetime) -> None:
    story, issued = with_card(at)
    story.at_the_door().compares(matched=False)
    commands.renew_pictures(visit_id=story.visit_id, actor=desk(), at=story.now)
    assert queries.pictures_for(actor=story.visitor, visit_id=story.visit_id) == issued.lines[1].pictures


# --- lost, used up --------------------------------------------------------------------------------------


def test_a_new_card_kills_the_old_one_even_for_the_visit_on_its_way(at: datetime) -> None:
    story, first = with_card(at)
    story.proven().agrees()
    second = a_card(story.home.id, story.now)
    assert (second.card.generation, story.visit.card_number) == (2, 1)
    assert story.says(first.lines[0].code) is CodeResult.WRONG
    assert story.says(second.lines[0].code) is CodeResult.RIGHT


def test_a_lost_card_opens_nothing_until_another_is_printed(at: datetime) -> None:
    story, _ = with_card(at)
    story.at_the_door()
    commands.withdraw_door_card(customer_id=story.home.id, actor=story.customer, at=story.now)
    for actor in (story.customer, story.visitor):
        with pytest.raises(Conflict, match="door-card-withdrawn"):
            queries.pictures_for(actor=actor, visit_id=story.visit_id)
    with pytest.raises(Missing, match="door-card-not-found"):
        commands.withdraw_door_card(customer_id=story.home.id, actor=desk(), at=story.now)
    with pytest.raises(Denied, match="door-card-not-yours"):
        commands.withdraw_door_card(customer_id=story.home.id, actor=story.visitor, at=story.now)
    again = a_card(story.home.id, story.now)
    assert queries.pictures_for(actor=SYSTEM, visit_id=story.visit_id) == again.lines[0].pictures


def test_a_card_without_a_free_line_is_no_way_any_more(at: datetime) -> None:
    story, issued = with_card(at)
    DoorCard.objects.filter(id=issued.card.id).update(next_number=CARD_NUMBERS + 1)
    assert not queries.has_door_card(customer_id=story.home.id)
    story.at_the_door()
    assert story.visit.card_number is None


def test_the_last_line_gives_way_to_none(at: datetime) -> None:
    story, issued = with_card(at)
    DoorCard.objects.filter(id=issued.card.id).update(next_number=CARD_NUMBERS)
    story.at_the_door().compares(matched=False)
    with pytest.raises(Conflict, match="door-card-used-up"):
        commands.renew_pictures(visit_id=story.visit_id, actor=desk(), at=story.now)


def test_the_database_lets_no_card_change_hands_or_rise_from_the_dead(at: datetime) -> None:
    story, issued = with_card(at)
    other = builders.a_customer(at)
    commands.withdraw_door_card(customer_id=story.home.id, actor=SYSTEM, at=at)
    for change in ({"customer_id": other.id}, {"generation": 9}, {"withdrawn_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DoorCard.objects.filter(id=issued.card.id).update(**change)


def test_with_a_card_the_pictures_are_still_read_by_one_query(
    at: datetime, django_assert_num_queries: object
) -> None:
    story, _ = with_card(at)
    story.at_the_door()
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.pictures_for(actor=story.visitor, visit_id=story.visit_id)
