"""Is it genuine, alarms, quiet calls for help, two questions: on the pages of all four sites."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from koumen.kit.actor import Role
from koumen.visits import queries
from koumen.visits.models import Alert, Inquiry
from koumen.visits.rules.outcomes import AlertKind
from koumen.visits.rules.secrets import under_duress
from koumen.visits.states import Proof, VisitState
from tests import builders
from tests.sites.doors import as_agent, as_staff, nobody, text
from tests.sites.test_console import rows_of
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def desk(at: datetime) -> Client:
    return as_staff(builders.a_person(at, role=Role.DISPATCHER))


def shown(response: Any) -> str:
    """What the page says between its head and its foot, without the form secret that is another each time."""
    return re.sub(
        r'value="([A-Za-z0-9]{64}|[0-9a-f-]{36})"', "", text(response).split("<main")[1].split("</main>")[0]
    )


# --- the public pages -----------------------------------------------------------------------------------


def test_whoever_asks_about_a_visit_reads_the_same_page_for_every_number(story: Story) -> None:
    pages = [
        shown(nobody().post("/public/visit/", {"number": number}))
        for number in (story.home.number, "C777777", "; drop table", "１２３")
    ]
    assert len(set(pages)) == 1
    assert "wait for our call" in pages[0]
    for told in ("李", story.agent.staff_number, story.visit.number, "10:00"):
        assert told not in pages[0]


def test_a_customers_telephone_rings_at_most_three_times_an_hour_and_the_page_does_not_tell(
    story: Story,
) -> None:
    pages = {shown(nobody().post("/public/visit/", {"number": story.home.number})) for _ in range(5)}
    assert len(pages) == 1
    assert Inquiry.objects.filter(customer=story.home).count() == 3


def test_many_questions_from_one_place_are_too_many(story: Story) -> None:
    answers = [nobody().post("/public/visit/", {"number": f"C{n}"}).status_code for n in range(21)]
    assert answers == [200] * 20 + [429]


def test_an_empty_question_is_asked_again(story: Story) -> None:
    assert "id_number-error" in text(nobody().post("/public/visit/", {"number": ""}))


def test_a_badge_says_first_name_and_today_or_not_and_never_whom(story: Story, at: datetime) -> None:
    page = text(nobody().post("/public/badge/", {"badge": f" {story.agent.staff_number.lower()} "}))
    assert "they work today" in page
    assert "That is not enough to open" in page
    for kept in (story.visit.number, "人民路"):
        assert kept not in page
    idle = builders.an_agent(at)
    assert "comes to nobody today" in text(nobody().post("/public/badge/", {"badge": idle.staff_number}))
    lapsed = builders.an_agent(at, certified_until=at.date())
    builders.a_shift(lapsed, at, days=0)
    assert "comes to nobody today" in text(nobody().post("/public/badge/", {"badge": lapsed.staff_number}))
    assert "We have no visitor with this number" in text(
        nobody().post("/public/badge/", {"badge": "A999999"})
    )


# --- the phone desk and the alarms ----------------------------------------------------------------------


def test_the_desk_finds_by_customer_or_visit_who_comes_today_and_notes_what_it_said(
    story: Story, desk: Client
) -> None:
    for number in (story.home.number, story.visit.number):
        page = text(desk.get(f"/console/genuine/?q={number}"))
        assert "comes today" in page
        assert story.agent.staff_number in page
    told = desk.post(
        f"/console/genuine/{story.home.id}/", {"answer": "expected", "visit": str(story.visit_id)}
    )
    assert "Noted" in text(desk.get(told["Location"]))
    assert Inquiry.objects.get().visit_id == story.visit_id


def test_without_a_visit_the_desk_reads_no(desk: Client, at: datetime) -> None:
    home = builders.a_customer(at)
    assert "we send nobody today" in text(desk.get(f"/console/genuine/?q={home.number}"))
    assert "We know nobody" in text(desk.get("/console/genuine/?q=C000000"))
    assert desk.post(f"/console/genuine/{home.id}/", {"answer": "perhaps"}).status_code == 422
    assert desk.post(f"/console/genuine/{home.id}/", {"answer": "nobody", "visit": "x"}).status_code == 422


def test_a_question_from_the_page_waits_at_the_desk_until_the_customer_was_called(
    story: Story, desk: Client
) -> None:
    nobody().post("/public/visit/", {"number": story.home.number})
    assert "asked on the page" in text(desk.get("/console/alerts/"))
    inquiry = Inquiry.objects.get()
    assert f"alerts/calls/{inquiry.id}/" in text(
        desk.get(f"/console/genuine/?q={story.home.number}&inquiry={inquiry.id}")
    )
    assert desk.get("/console/genuine/?q=C1&inquiry=nonsense").status_code == 200
    desk.post(f"/console/alerts/calls/{inquiry.id}/", {"answer": "nobody"})
    assert "Nobody waits for a call" in text(desk.get("/console/alerts/"))


def test_r9_a_pair_that_differs_is_on_the_alarm_page_at_its_next_look(story: Story, desk: Client) -> None:
    """The page looks every four seconds, so an alarm is seen in less than ten."""
    page = text(desk.get("/console/alerts/"))
    assert 'hx-trigger="every 4s"' in page
    seen = page.split("live/?seen=")[1].split('"')[0]
    assert desk.get(f"/console/alerts/live/?seen={seen}").status_code == 204
    story.at_the_door().compares(matched=False)
    assert desk.get(f"/console/alerts/live/?seen={seen}")["HX-Refresh"] == "true"
    assert "Pictures differ" in text(desk.get("/console/alerts/"))
    assert "Pictures differ" in text(desk.get("/console/"))
    assert "Nothing needs you now" in text(desk.get("/console/alerts/?kind=duress"))
    desk.post(f"/console/alerts/{Alert.objects.get().id}/take/", {"next": "/console/alerts/"})
    assert 'Looked after in the last seven days <span class="count">1' in text(desk.get("/console/alerts/"))
    rows = rows_of(desk.get("/console/alerts/all.csv"))
    assert rows[1][1] == "pictures_differ"


def test_the_desk_proves_a_customer_by_a_call(story: Story, desk: Client) -> None:
    story.at_the_door().compares()
    page = f"/console/visits/{story.visit_id}/"
    assert "Prove the customer by a call" in text(desk.get(page))
    assert desk.post(f"{page}vouch/").status_code == 409
    desk.post(f"{page}vouch/", {"called": "yes"})
    assert story.visit.proof == Proof.BOTH


# --- at the door ----------------------------------------------------------------------------------------


def test_the_agents_page_after_a_forced_code_is_letter_for_letter_that_of_a_calm_one(
    story: Story, at: datetime
) -> None:
    pages = []
    for one, said in ((story, str), (a_visit(at), under_duress)):
        one.proven().agrees()
        agent = as_agent(one.agent.person_id)
        door = f"/agent/visits/{one.visit_id}/"
        page = shown(agent.post(f"{door}code/", {"code": said(one.code())}, follow=True))
        assert "duress" not in page
        pages.append(page.replace(str(one.visit_id), ""))
    assert pages[0] == pages[1]
    assert Alert.objects.filter(kind=AlertKind.DURESS).count() == 1


def test_an_agent_learns_two_numbers_and_checks_in_with_either(story: Story) -> None:
    agent = as_agent(story.agent.person_id)
    well, alarm = queries.own_signs_of_life(actor=story.visitor)
    page = text(agent.get("/agent/my-numbers/"))
    assert well in page
    assert alarm in page
    story.at_the_door()
    assert agent.get("/agent/my-numbers/").status_code == 409
    door = f"/agent/visits/{story.visit_id}/"
    assert "All is well" in text(agent.get(door))
    answers = [agent.post(f"{door}sign/", {"number": number}) for number in (well, alarm)]
    assert [answer["Location"] for answer in answers] == [door, door]
    wrong = next(n for n in ("0000", "1111", "2222") if n not in (well, alarm))
    assert "not one of your numbers" in text(agent.post(f"{door}sign/", {"number": wrong}))
    assert "four digits" in text(agent.post(f"{door}sign/", {"number": "1"}))


def test_the_agent_asks_first_and_a_doubt_leads_to_the_kind_ending(story: Story) -> None:
    story.proven()
    agent = as_agent(story.agent.person_id)
    door = f"/agent/visits/{story.visit_id}/"
    assert "Questions first" in text(agent.get(door))
    said = {"company": "alone", "understands": "no", "is_free": "yes", "payer": "themselves"}
    assert agent.post(f"{door}questions/", said)["Location"] == f"{door}stop/"
    assert "There is a doubt" in text(agent.get(door))
    assert agent.post(f"{door}questions/", said | {"understands": "yes"})["Location"] == door
    assert "There is a doubt" not in text(agent.get(door))
    assert "id_payer" in text(agent.post(f"{door}questions/", {"company": "alone"}))
    assert story.visit.state == VisitState.PROVEN


def test_what_does_not_fit_is_counted_as_a_try(story: Story) -> None:
    story.at_the_door().compares()
    agent = as_agent(story.agent.person_id)
    agent.post(f"/agent/visits/{story.visit_id}/identity/", {"means": "identity_card"})
    assert story.visit.identity_tries == 1
