"""Complaints with a number and a clock; disputes that stop what recovers a debt."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from koumen.audit.models import Fact
from koumen.conduct import commands, queries
from koumen.conduct.jobs import warn_of_complaints
from koumen.conduct.models import Complaint
from koumen.conduct.rules.complaints import ComplaintKind, Ground, Outcome, Sign, Via, sign_of, warn_at
from koumen.conduct.states import ComplaintState
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.visits import commands as visits
from koumen.visits.models import Visit
from tests import builders
from tests.visits.stories import a_visit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def compliance() -> Actor:
    return builders.staff(Role.COMPLIANCE)


def a_complaint(at: datetime, *, words: str = "他催我") -> Complaint:
    builders.the_base_pack(at)
    customer = builders.a_customer(at)
    return commands.open_complaint(
        customer_id=customer.id,
        kind=ComplaintKind.VISITOR,
        words=words,
        via=Via.PAGE,
        actor=builders.themselves(customer),
        at=at,
    )


def test_a_complaint_gets_a_number_and_clocks_from_the_pack(at: datetime) -> None:
    first, second = a_complaint(at), a_complaint(at)
    assert first.number != second.number
    assert (first.acknowledge_by, first.answer_by) == (at + DAY, at + 15 * DAY)
    assert queries.words_of(actor=compliance(), complaint_id=first.id) == ("他催我", "")
    assert "他催我".encode() not in bytes(first.words or b"")
    assert "他催我" not in " ".join(Fact.objects.values_list("body", flat=True))


def test_r25_a_warning_comes_once_when_four_fifths_of_the_time_are_over(at: datetime) -> None:
    complaint = a_complaint(at)
    assert warn_at(at, complaint.answer_by) == at + 12 * DAY
    for after, warnings in ((12 * DAY - timedelta(minutes=1), 0), (12 * DAY, 1), (13 * DAY, 1)):
        with clock.stopped_at(at + after):
            warn_of_complaints(timestamp=0)
        assert Fact.objects.filter(kind="ComplaintNearsItsEnd").count() == warnings
    answered = a_complaint(at)
    commands.answer_complaint(
        complaint_id=answered.id, outcome=Outcome.UPHELD, words="抱歉", actor=compliance(), at=at
    )
    commands.warn_of_complaint(complaint_id=answered.id, actor=SYSTEM, at=at + 14 * DAY)
    assert Fact.objects.filter(kind="ComplaintNearsItsEnd").count() == 1


@pytest.mark.parametrize(
    ("days", "sign"), [(0, Sign.IN_TIME), (11, Sign.IN_TIME), (12, Sign.NEAR), (15, Sign.BROKEN)]
)
def test_the_clock_shows_how_it_stands(at: datetime, days: int, sign: Sign) -> None:
    assert sign_of(at, at + 15 * DAY, at + days * DAY) is sign


def test_a_complaint_is_acknowledged_and_answered_in_words_for_its_customer_alone(at: datetime) -> None:
    complaint = a_complaint(at)
    owner = Actor(Role.CUSTOMER, complaint.customer.person_id, customer_id=complaint.customer_id)
    for actor in (owner, builders.staff(Role.DISPATCHER)):
        with pytest.raises(Denied, match="complaint-not-yours"):
            commands.acknowledge_complaint(complaint_id=complaint.id, actor=actor, at=at)
    commands.acknowledge_complaint(complaint_id=complaint.id, actor=compliance(), at=at)
    with pytest.raises(Conflict, match="complaint-cannot-acknowledge"):
        commands.acknowledge_complaint(complaint_id=complaint.id, actor=compliance(), at=at)
    with pytest.raises(Invalid, match="words-missing"):
        commands.answer_complaint(
            complaint_id=complaint.id, outcome=Outcome.PARTLY, words=" ", actor=compliance(), at=at
        )
    answered = commands.answer_complaint(
        complaint_id=complaint.id, outcome=Outcome.PARTLY, words="我们谈过了", actor=compliance(), at=at
    )
    assert answered.state == ComplaintState.ANSWERED
    assert queries.words_of(actor=owner, complaint_id=complaint.id)[1] == "我们谈过了"
    stranger = builders.themselves(builders.a_customer(at))
    agent = builders.acting(builders.an_agent(at))
    for actor in (stranger, agent):
        assert queries.complaints(actor=actor) == []
        with pytest.raises(Missing, match="complaint-not-found"):
            queries.words_of(actor=actor, complaint_id=complaint.id)
    with pytest.raises(Conflict, match="complaint-cannot-answer"):
        commands.answer_complaint(
            complaint_id=complaint.id, outcome=Outcome.UPHELD, words="再说", actor=compliance(), at=at
        )


def test_nobody_complains_for_another_and_no_complaint_is_endless(at: datetime) -> None:
    builders.the_base_pack(at)
    customer, other = builders.a_customer(at), builders.a_customer(at)
    with pytest.raises(Denied, match="complaint-not-yours"):
        commands.open_complaint(
            customer_id=customer.id, kind=ComplaintKind.OTHER, actor=builders.themselves(other), at=at
        )
    with pytest.raises(Invalid, match="words-too-long"):
        commands.open_complaint(
            customer_id=customer.id, kind=ComplaintKind.OTHER, words="字" * 2001, actor=SYSTEM, at=at
        )
    with pytest.raises(Missing, match="customer-not-found"):
        commands.open_complaint(customer_id=new_id(), kind=ComplaintKind.OTHER, actor=SYSTEM, at=at)
    assert not Complaint.objects.exists()


def test_the_database_changes_no_complaint_that_was_made(at: datetime) -> None:
    complaint = a_complaint(at)
    for change in ({"kind": "other"}, {"answer_by": at}, {"state": "answered", "answered_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Complaint.objects.filter(id=complaint.id).update(**change)


# --- disputes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "verdict"),
    [({}, "allow"), ({"nature": "collection"}, "deny"), ({"initiated_by": "lender"}, "deny")],
)
def test_r24_while_a_debt_is_disputed_nobody_knocks_to_recover_it_but_a_wished_visit_goes_on(
    at: datetime, change: dict[str, str], verdict: str
) -> None:
    story = a_visit(at)
    Visit.objects.filter(id=story.visit_id).update(**change)
    commands.open_dispute(customer_id=story.home.id, ground=Ground.WRONG_AMOUNT, actor=story.customer, at=at)
    story.sets_out()
    arrival = visits.arrive(visit_id=story.visit_id, actor=story.visitor, at=story.visit.window_from)
    assert (arrival.ruling.verdict, arrival.ruling.reasons) == (
        verdict,
        ["disputed"] if verdict == "deny" else [],
    )


def test_r24_once_the_dispute_is_closed_the_rules_are_asked_as_ever(at: datetime) -> None:
    story = a_visit(at)
    Visit.objects.filter(id=story.visit_id).update(nature="collection")
    dispute = commands.open_dispute(
        customer_id=story.home.id, ground=Ground.NOT_ME, actor=story.customer, at=at
    )
    assert (
        commands.open_dispute(customer_id=story.home.id, ground=Ground.NOT_ME, actor=story.customer, at=at).id
        == dispute.id
    )
    for actor in (story.customer, builders.staff(Role.DISPATCHER)):
        with pytest.raises(Denied, match="dispute-not-yours"):
            commands.close_dispute(dispute_id=dispute.id, actor=actor, at=at)
    assert queries.is_disputed(customer_id=story.home.id)
    commands.close_dispute(dispute_id=dispute.id, actor=compliance(), at=at)
    with pytest.raises(Conflict, match="dispute-closed"):
        commands.close_dispute(dispute_id=dispute.id, actor=compliance(), at=at)
    assert not queries.is_disputed(customer_id=story.home.id)
    story.at_the_door()


def test_a_stranger_disputes_nothing(at: datetime) -> None:
    story = a_visit(at)
    with pytest.raises(Denied, match="dispute-not-yours"):
        commands.open_dispute(customer_id=story.home.id, ground=Ground.NO_DEBT, actor=story.visitor, at=at)
    assert queries.disputes_of(actor=story.visitor, customer_id=story.home.id) == []
