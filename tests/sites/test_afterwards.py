"""After a visit on the pages: ratings, complaints, disputes, and what was handed over."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from koumen.conduct.models import Complaint, Dispute
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.visits import commands
from koumen.visits.models import Alert, Handover, Rating
from koumen.visits.rules.links import Purpose, make_token
from tests import builders
from tests.sites.doors import as_agent, as_customer, as_staff, nobody, text
from tests.sites.test_console import rows_of
from tests.visits.stories import Story, a_visit
from tests.visits.test_afterwards import done

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def story(at: datetime) -> Story:
    return done(at)


def page_of(story: Story, purpose: Purpose) -> str:
    token = make_token(settings.KOUMEN_DOOR_KEY, visit_id=story.visit_id, purpose=purpose)
    return f"/public/{'rate' if purpose is Purpose.RATING else 'handed-over'}/{token}/"


def staff(at: datetime, role: Role) -> Client:
    return as_staff(builders.a_person(at, role=role))


def test_a_customer_rates_by_the_link_and_later_reads_the_answer(story: Story) -> None:
    page = page_of(story, Purpose.RATING)
    assert "How was the visit?" in text(nobody().get(page))
    assert "id_stars-error" in text(nobody().post(page, {"words": "好"}))
    sent = nobody().post(
        page, {"stars": "4", "good": ["patient"], "bad": ["late"], "hours": ["evening"], "words": "谢谢"}
    )
    assert "does not learn that it was you" in text(sent)
    rating = Rating.objects.get()
    assert (rating.stars, rating.good, rating.bad, rating.hours) == (4, ["patient"], ["late"], ["evening"])
    assert nobody().post(page, {"stars": "1"}).status_code == 409
    with clock.stopped_at(story.now + 2 * DAY):
        agent = as_agent(story.agent.person_id)
        read = text(agent.get("/agent/ratings/"))
        for said in ("4 of 5", "Patient", "Came late", "谢谢"):
            assert said in read
        assert story.visit.number not in read
        agent.post(f"/agent/ratings/{rating.id}/reply/", {"words": "下次早点到"})
        again = text(nobody().get(page))
    assert "You gave 4 of 5 stars" in again
    assert "下次早点到" in again


def test_a_broken_link_shows_nothing(story: Story) -> None:
    for page in (Purpose.RATING, Purpose.HANDOVER):
        assert nobody().get(page_of(story, page)[:-3] + "AA/").status_code == 404


def test_the_signed_in_customer_is_led_to_their_own_link_and_nobody_else(story: Story) -> None:
    home = as_customer(story.home.person_id)
    there = home.get(f"/visits/{story.visit_id}/rate/")["Location"]
    assert there.endswith(page_of(story, Purpose.RATING))
    assert "How was the visit?" in text(home.get(f"/visits/{story.visit_id}/"))
    stranger = as_customer(builders.a_customer(story.now).person_id)
    assert stranger.get(f"/visits/{story.visit_id}/rate/").status_code == 404


def test_a_complaint_is_told_apart_from_a_rating_and_gets_a_number_and_a_day(story: Story) -> None:
    page = f"{page_of(story, Purpose.RATING)}complain/"
    assert "A complaint does you no harm" in text(nobody().get(page))
    assert "id_about-error" in text(nobody().post(page, {"words": "x"}))
    made = text(nobody().post(page, {"about": "visitor", "words": "他进了卧室"}))
    complaint = Complaint.objects.get()
    assert complaint.number in made
    assert complaint.subject_id == story.visit_id
    assert not Rating.objects.exists()


def test_a_customer_reads_their_complaints_with_clock_and_answer(story: Story, at: datetime) -> None:
    home = as_customer(story.home.person_id)
    assert "You have not complained" in text(home.get("/complaints/"))
    made = home.post("/complaints/new/", {"about": "amount_wrong", "words": "利息不对"})
    number = Complaint.objects.get().number
    assert number in text(made)
    assert "We answer until" in text(home.get("/complaints/"))
    office = staff(at, Role.COMPLIANCE)
    shown = f"/console/complaints/{Complaint.objects.get().id}/"
    assert "利息不对" in text(office.get(shown))
    office.post(f"{shown}acknowledge/")
    assert "Somebody looks after it" in text(home.get("/complaints/"))
    office.post(shown, {"outcome": "upheld", "words": "已更正"})
    read = text(home.get("/complaints/"))
    assert "You were right" in read
    assert "已更正" in read


def test_the_office_sees_complaints_by_their_clocks_and_only_compliance_answers(
    story: Story, at: datetime
) -> None:
    nobody().post(f"{page_of(story, Purpose.RATING)}complain/", {"about": "service"})
    number = Complaint.objects.get().number
    office = staff(at, Role.COMPLIANCE)
    for days, said in ((0, "In time"), (13, "Nearly over"), (16, "Time is over")):
        with clock.stopped_at(story.now + days * DAY):
            page = text(office.get("/console/complaints/"))
            assert number in page
            assert said in page
            assert ("not acknowledged in time" in page) is (days > 0)
    desk = staff(at, Role.DISPATCHER)
    shown = f"/console/complaints/{Complaint.objects.get().id}/"
    assert "Compliance answers complaints" in text(desk.get(shown))
    assert desk.post(shown, {"outcome": "upheld", "words": "x"}).status_code == 403
    assert desk.post(f"{shown}acknowledge/").status_code == 403
    assert rows_of(office.get("/console/complaints/all.csv"))[1][0] == number
    office.post(shown, {"outcome": "partly", "words": "谈过了"})
    assert "No complaint here" in text(office.get("/console/complaints/"))
    assert number in text(office.get("/console/complaints/?state=answered"))


def test_the_desk_writes_down_a_callers_complaint_and_dispute_and_compliance_settles_it(
    story: Story, at: datetime
) -> None:
    desk, office = staff(at, Role.DISPATCHER), staff(at, Role.COMPLIANCE)
    page = f"/console/customers/{story.home.id}/"
    made = desk.post(f"{page}complain/", {"about": "privacy", "words": "邻居知道了"})
    assert made["Location"] == f"/console/complaints/{Complaint.objects.get().id}/"
    desk.post(f"{page}dispute/", {"ground": "wrong_amount"})
    assert desk.post(f"{page}dispute/", {"ground": "no reason"}).status_code == 422
    assert "Disputed" in text(desk.get(page))
    settle = f"/console/disputes/{Dispute.objects.get().id}/settle/"
    assert desk.post(settle).status_code == 403
    office.post(settle)
    assert "Settled" in text(desk.get(page))


def test_a_customer_disputes_the_debt_on_their_own_page(story: Story) -> None:
    home = as_customer(story.home.person_id)
    home.post("/complaints/dispute/", {"ground": "not_me"})
    assert "nobody comes for this money" in text(home.get("/complaints/"))
    assert home.post("/complaints/dispute/", {"ground": ""}).status_code == 422


def test_the_ratings_page_counts_averages_and_wishes_and_shows_what_waits(story: Story, at: datetime) -> None:
    desk, office = staff(at, Role.DISPATCHER), staff(at, Role.COMPLIANCE)
    assert "Nobody has rated" in text(desk.get("/console/ratings/"))
    nobody().post(
        page_of(story, Purpose.RATING), {"stars": "2", "hours": ["evening"], "words": "电话 13800138000"}
    )
    page = text(office.get("/console/ratings/?words=waiting"))
    for said in ("2.00", "In the evening", "2 of 5", "Look at the words"):
        assert said in page
    rating = Rating.objects.get()
    assert desk.post(f"/console/ratings/{rating.id}/moderate/", {"shown": "yes"}).status_code == 403
    office.post(f"/console/ratings/{rating.id}/moderate/", {"shown": "no"})
    assert Rating.objects.get().moderation == "hidden"
    assert "A low rating" in text(desk.get("/console/alerts/"))
    assert rows_of(desk.get("/console/ratings/all.csv"))[1][3] == "2"


def test_on_the_next_day_the_customer_says_what_they_gave(at: datetime) -> None:
    good, bad = done(at), done(at)
    for story in (good, bad):
        commands.ask_handover(visit_id=story.visit_id, actor=SYSTEM, at=story.now)
    page = page_of(good, Purpose.HANDOVER)
    assert "id_amount-error" in text(nobody().post(page, {"amount": "much", "more": "no"}))
    assert "what our books say too" in text(nobody().post(page, {"amount": "300.00", "more": "no"}))
    assert "You have told us already" in text(nobody().get(page))
    said = text(nobody().post(page_of(bad, Purpose.HANDOVER), {"amount": "500", "more": "yes"}))
    assert "You did nothing wrong" in said
    assert Alert.objects.get().kind == "answer_differs"
    assert Complaint.objects.get().via == "watch"


def test_the_desk_asks_those_who_do_not_answer(story: Story, at: datetime) -> None:
    commands.ask_handover(visit_id=story.visit_id, actor=SYSTEM, at=story.now)
    desk = staff(at, Role.DISPATCHER)
    assert story.visit.number in text(desk.get("/console/ratings/"))
    page = f"/console/visits/{story.visit_id}/handover/"
    assert desk.post(page, {"amount": "300", "more": "no"}).status_code == 409
    desk.post(page, {"amount": "300", "more": "no", "called": "yes"})
    assert Handover.objects.get().fits
    assert "Everybody has answered" in text(desk.get("/console/ratings/"))


def test_a_visit_that_was_not_completed_has_nothing_to_rate(at: datetime) -> None:
    story = a_visit(at)
    assert "can no longer be rated" in text(nobody().get(page_of(story, Purpose.RATING)))
