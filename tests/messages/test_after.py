"""What is told after a visit: the customer's links, complaints, cards, and copies for a trusted person."""

from datetime import datetime, timedelta

import pytest

from koumen.audit.models import Fact
from koumen.conduct.commands import open_complaint
from koumen.conduct.rules.complaints import ComplaintKind
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.messages import jobs
from koumen.messages.queries import SentMessage, letters_about, sent_messages
from koumen.messages.rules.letter import Template
from koumen.people.commands import name_trusted_contact, remove_trusted_contact
from koumen.people.models import TrustedContact
from koumen.visits import commands as visits
from koumen.visits.queries import afterwards
from koumen.visits.rules.cards import CardWay
from koumen.visits.rules.links import Purpose
from tests import builders
from tests.visits.stories import Story
from tests.visits.test_afterwards import done

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[SentMessage]:
    """The messages that the newest fact of a kind sends."""
    fact = Fact.objects.filter(kind=kind).latest("id")
    before = {message.message_id for message in sent_messages()}
    jobs.tell(fact.fact_id)
    jobs.tell(fact.fact_id)  # a job that runs twice tells once
    return [message for message in sent_messages() if message.message_id not in before]


def trusts(story: Story, at: datetime, *, days: int = 300) -> TrustedContact:
    """The customer names a friend."""
    friend = builders.a_person(at, role=Role.RELATIVE)
    return name_trusted_contact(
        customer_id=story.home.id,
        person_id=friend,
        valid_to=at.date() + timedelta(days=days),
        actor=story.customer,
        at=at,
    )


def test_after_a_visit_the_link_goes_to_the_customer_alone(at: datetime) -> None:
    story = done(at)
    (message,) = told("VisitClosed")
    assert (message.person_id, message.template) == (story.home.person_id, Template.RATE_VISIT)
    assert afterwards.link_of(actor=SYSTEM, visit=story.visit, purpose=Purpose.RATING) in message.text


def test_on_the_next_day_the_question_comes_as_a_text_message(at: datetime) -> None:
    story = done(at)
    visits.ask_handover(visit_id=story.visit_id, actor=SYSTEM, at=at)
    (message,) = told("HandoverAsked")
    assert (message.person_id, message.channel) == (story.home.person_id, "sms")
    assert "/public/handed-over/" in message.text


def test_a_complaint_is_confirmed_with_its_number_and_not_with_its_words(at: datetime) -> None:
    story = done(at)
    complaint = open_complaint(
        customer_id=story.home.id, kind=ComplaintKind.VISITOR, words="他催我", actor=SYSTEM, at=at
    )
    (message,) = told("ComplaintOpened")
    assert complaint.number in message.text
    assert "他催我" not in message.text


def test_whoever_has_a_telephone_hears_that_a_card_was_printed(at: datetime) -> None:
    story = done(at)
    issued = visits.issue_door_card(customer_id=story.home.id, way=CardWay.COUNTER, actor=SYSTEM, at=at)
    (message,) = told("DoorCardIssued")
    assert message.person_id == story.home.person_id
    assert not [line for line in issued.lines if line.code in message.text]


def test_a_trusted_person_gets_a_copy_with_the_amount_and_no_word_of_the_debt(at: datetime) -> None:
    story = done(at)
    contact = trusts(story, at)
    payment = Fact.objects.filter(kind="PaymentMade").latest("id")
    own, copy = letters_about(payment)
    assert (own.person_id, copy.person_id) == (story.home.person_id, contact.person_id)
    jobs.tell(payment.fact_id)
    (sent,) = sent_messages(template=Template.PAYMENT_COPY)
    assert "300.00" in sent.text
    assert "700.00" not in sent.text
    remove_trusted_contact(contact_id=contact.id, actor=story.customer, at=at)
    assert len(letters_about(payment)) == 1


def test_nobody_but_the_customer_or_the_desk_names_a_trusted_person(at: datetime) -> None:
    story = done(at)
    friend = builders.a_person(at, role=Role.RELATIVE)
    until = at.date() + timedelta(days=30)
    given = {"customer_id": story.home.id, "person_id": friend, "valid_to": until, "at": at}
    with pytest.raises(Denied, match="delegate-not-yours-to-name"):
        name_trusted_contact(**given, actor=story.visitor)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="delegation-too-long"):
        name_trusted_contact(**(given | {"valid_to": at.date() + timedelta(days=400)}), actor=story.customer)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="delegate-is-customer"):
        name_trusted_contact(**(given | {"person_id": story.home.person_id}), actor=story.customer)  # type: ignore[arg-type]
    with pytest.raises(Missing, match="person-not-found"):
        name_trusted_contact(**(given | {"person_id": new_id()}), actor=story.customer)  # type: ignore[arg-type]
    assert len(letters_about(Fact.objects.filter(kind="PaymentMade").latest("id"))) == 1
