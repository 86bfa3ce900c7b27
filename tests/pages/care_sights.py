"""What is there to keep people safe: is it genuine, alarms, door cards, questions and signs of life."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from koumen.conduct.commands import open_complaint
from koumen.conduct.rules.complaints import ComplaintKind
from koumen.kit.actor import SYSTEM, Role
from koumen.visits import commands as visits
from koumen.visits.rules.cards import CardWay
from koumen.visits.rules.follow_ups import Question
from koumen.visits.rules.links import Purpose, make_token
from koumen.visits.rules.points import Moment, Point
from koumen.visits.rules.ratings import Hours, Praise, Rated
from tests import builders
from tests.pages.sight import Sight
from tests.sites import doors
from tests.visits.stories import a_visit


def care_sights(at: datetime) -> Iterator[Sight]:
    """From a card that was printed to an alarm that somebody took."""
    story = a_visit(at)
    desk = doors.as_staff(builders.a_person(at, role=Role.DISPATCHER))
    home, phone = doors.as_customer(story.home.person_id), doors.as_agent(story.agent.person_id)
    here, there = f"/visits/{story.visit_id}/", f"/agent/visits/{story.visit_id}/"
    visits.issue_door_card(customer_id=story.home.id, way=CardWay.COUNTER, actor=SYSTEM, at=at)
    visits.ask_if_genuine(customer_number=story.home.number, actor=SYSTEM, at=at)
    yield Sight("console-genuine", desk, f"/console/genuine/?q={story.home.number}")
    yield Sight("console-door-card", desk, f"/console/customers/{story.home.id}/")
    yield Sight("customer-visit-with-card", home, here)
    yield Sight("agent-my-numbers", phone, "/agent/my-numbers/")
    story.at_the_door()
    yield Sight("customer-door-with-card", home, here)
    yield Sight("agent-door-with-card", phone, there)
    yield Sight("agent-sign", phone, f"{there}sign/")
    story.compares()
    yield Sight("agent-identity-with-card", phone, there)
    visits.vouch_for_customer(visit_id=story.visit_id, actor=builders.staff(Role.DISPATCHER), at=story.now)
    yield Sight("agent-questions", phone, f"{there}questions/")
    yield Sight("agent-question-for-the-office", phone, f"{there}question/")
    yield Sight("console-trusted", desk, f"/console/customers/{story.home.id}/trusted/")
    visits.note_follow_up(
        visit_id=story.visit_id, about=Question.COSTS, words="分期多少钱", actor=story.visitor, at=story.now
    )
    feigned = Point(place=builders.near(5.0), accuracy_m=20, is_mock=True)
    visits.prove_place(
        visit_id=story.visit_id, moment=Moment.ARRIVED, point=feigned, actor=story.visitor, at=story.now
    )
    a_visit(at).at_the_door().compares(matched=False)
    yield Sight("console-alerts", desk, "/console/alerts/")
    yield from _afterwards(at)


def _afterwards(at: datetime) -> Iterator[Sight]:
    """A rating, a complaint, what was handed over."""
    story = a_visit(at).proven()
    visits.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    visits.ask_handover(visit_id=story.visit_id, actor=SYSTEM, at=story.now)
    home, nobody = doors.as_customer(story.home.person_id), doors.nobody()
    office = doors.as_staff(builders.a_person(at, role=Role.COMPLIANCE))
    rating, handover = (
        make_token(settings.KOUMEN_DOOR_KEY, visit_id=story.visit_id, purpose=purpose)
        for purpose in (Purpose.RATING, Purpose.HANDOVER)
    )
    yield Sight("public-rate", nobody, f"/public/rate/{rating}/")
    yield Sight("public-complain", nobody, f"/public/rate/{rating}/complain/")
    yield Sight("public-handed-over", nobody, f"/public/handed-over/{handover}/")
    rated = Rated(stars=2, good=(Praise.PATIENT,), hours=(Hours.EVENING,), words="电话 13800138000")
    visits.rate_visit(token=rating, rated=rated, actor=SYSTEM, at=story.now)
    complaint = open_complaint(
        customer_id=story.home.id, kind=ComplaintKind.VISITOR, words="他催我", actor=SYSTEM, at=story.now
    )
    yield Sight("public-rated", nobody, f"/public/rate/{rating}/")
    yield Sight("customer-complaints", home, "/complaints/")
    yield Sight("customer-complain", home, "/complaints/new/")
    yield Sight("customer-dispute", home, "/complaints/dispute/")
    yield Sight("agent-ratings", doors.as_agent(story.agent.person_id), "/agent/ratings/")
    yield Sight("console-ratings", office, "/console/ratings/")
    yield Sight("console-complaints", office, "/console/complaints/")
    yield Sight("console-complaint", office, f"/console/complaints/{complaint.id}/")
