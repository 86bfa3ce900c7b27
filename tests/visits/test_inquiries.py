"""Is this visit genuine? Everybody who asks is answered alike; the customer alone is told."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from koumen.audit.models import Fact
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.visits import commands, queries
from koumen.visits.models import Inquiry
from koumen.visits.rules.inquiries import Answer, AskedBy
from tests import builders
from tests.visits.stories import a_visit

pytestmark = pytest.mark.django_db


def desk() -> Actor:
    return builders.staff(Role.DISPATCHER)


def asked(number: str, at: datetime) -> Inquiry:
    return commands.ask_if_genuine(customer_number=number, actor=SYSTEM, at=at)


def test_a_number_that_is_nobodys_leaves_as_many_queries_behind_as_one_that_is_somebodys(
    at: datetime,
) -> None:
    story = a_visit(at)
    asked(story.home.number, at)
    with CaptureQueriesContext(connection) as known:
        asked(f" {story.home.number.lower()} ", at)
    with CaptureQueriesContext(connection) as unknown:
        asked("C999999", at)
    assert len(known) == len(unknown)
    assert [row["sql"].split()[0] for row in known] == [row["sql"].split()[0] for row in unknown]
    assert Fact.objects.filter(kind="GenuineAsked").count() == 3
    assert [inquiry.customer_id for inquiry in queries.open_inquiries(actor=desk())] == [story.home.id] * 2
    assert Inquiry.objects.count() == 3, "a number that is nobody's is kept, and waits not"


def test_the_typed_number_is_kept_nowhere_when_it_is_nobodys(at: datetime) -> None:
    inquiry = asked("13800138000", at)
    kept = " ".join(Fact.objects.values_list("body", flat=True)) + str(
        Inquiry.objects.values().get(id=inquiry.id)
    )
    assert "13800138000" not in kept


def test_the_desk_calls_and_says_which_visit_it_is(at: datetime) -> None:
    story = a_visit(at)
    inquiry = asked(story.home.number, at)
    with pytest.raises(Invalid, match="visit-missing"):
        commands.answer_inquiry(inquiry_id=inquiry.id, answer=Answer.EXPECTED, actor=desk(), at=at)
    other = a_visit(at)
    with pytest.raises(Missing, match="visit-not-found"):
        commands.answer_inquiry(
            inquiry_id=inquiry.id, answer=Answer.EXPECTED, visit_id=other.visit_id, actor=desk(), at=at
        )
    answered = commands.answer_inquiry(
        inquiry_id=inquiry.id, answer=Answer.EXPECTED, visit_id=story.visit_id, actor=desk(), at=at
    )
    assert (answered.answer, answered.visit_id) == (Answer.EXPECTED, story.visit_id)
    assert queries.open_inquiries(actor=desk()) == []
    with pytest.raises(Conflict, match="inquiry-answered"):
        commands.answer_inquiry(inquiry_id=inquiry.id, answer=Answer.NOBODY, actor=desk(), at=at)


def test_a_customer_who_is_not_reached_is_called_again(at: datetime) -> None:
    story = a_visit(at)
    inquiry = asked(story.home.number, at)
    commands.answer_inquiry(inquiry_id=inquiry.id, answer=Answer.NOT_REACHED, actor=desk(), at=at)
    assert [one.id for one in queries.open_inquiries(actor=desk())] == [inquiry.id]
    assert Fact.objects.filter(kind="GenuineAnswered", subject_id=inquiry.id).count() == 1


def test_a_caller_is_answered_at_once_and_it_is_on_record(at: datetime) -> None:
    story = a_visit(at)
    inquiry = commands.answer_caller(customer_id=story.home.id, answer=Answer.DANGER, actor=desk(), at=at)
    assert (inquiry.asked_by, inquiry.answer) == (AskedBy.PHONE, Answer.DANGER)
    kinds = list(Fact.objects.filter(subject_id=inquiry.id).order_by("id").values_list("kind", flat=True))
    assert kinds == ["GenuineAsked", "GenuineAnswered"]


def test_neither_customers_nor_agents_nor_finance_answer_or_read_questions(at: datetime) -> None:
    story = a_visit(at)
    inquiry = asked(story.home.number, at)
    for actor in (story.customer, story.visitor, builders.staff(Role.FINANCE)):
        with pytest.raises(Denied, match="inquiry-not-yours"):
            commands.answer_inquiry(inquiry_id=inquiry.id, answer=Answer.NOBODY, actor=actor, at=at)
        with pytest.raises(Denied, match="inquiry-not-yours"):
            commands.answer_caller(customer_id=story.home.id, answer=Answer.NOBODY, actor=actor, at=at)
        with pytest.raises(Denied, match="inquiry-not-yours"):
            commands.ask_if_genuine(customer_number=story.home.number, actor=actor, at=at)
    assert queries.open_inquiries(actor=story.visitor) == []
    with pytest.raises(Missing, match="customer-not-found"):
        commands.answer_caller(customer_id=new_id(), answer=Answer.NOBODY, actor=desk(), at=at)
