"""Door cards at the phone desk: printed once, lost, and few lines left."""

from datetime import datetime

import pytest

from koumen.kit.actor import Role
from koumen.visits.models import DoorCard
from koumen.visits.rules.secrets import CARD_NUMBERS
from tests import builders
from tests.sites.doors import as_agent, as_customer, as_staff, text
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


def test_the_desk_prints_a_card_and_its_lines_are_counted(story: Story, at: datetime) -> None:
    desk = as_staff(builders.a_person(at, role=Role.DISPATCHER))
    page = f"/console/customers/{story.home.id}/"
    assert "Print a new card" in text(desk.get(page))
    printed = desk.post(f"{page}door-card/", {"way": "counter"})
    assert printed["Content-Type"] == "application/pdf"
    assert printed["Cache-Control"] == "no-store"
    assert printed.content.startswith(b"%PDF")
    assert "Given at the branch" in text(desk.get(page))
    DoorCard.objects.update(next_number=CARD_NUMBERS)
    assert "only 1" in text(desk.get(page))
    assert desk.post(f"{page}door-card/lost/").status_code == 302
    assert "No card" in text(desk.get(page))


def test_whoever_says_no_way_or_is_no_desk_prints_nothing(story: Story, at: datetime) -> None:
    page = f"/console/customers/{story.home.id}/door-card/"
    assert (
        as_staff(builders.a_person(at, role=Role.DISPATCHER)).post(page, {"way": "pigeon"}).status_code == 422
    )
    assert (
        as_staff(builders.a_person(at, role=Role.FINANCE)).post(page, {"way": "counter"}).status_code == 403
    )
    assert not DoorCard.objects.exists()


def test_both_sides_of_the_door_are_told_the_line_and_see_the_same_pictures(
    story: Story, at: datetime
) -> None:
    desk = as_staff(builders.a_person(at, role=Role.DISPATCHER))
    desk.post(f"/console/customers/{story.home.id}/door-card/", {"way": "counter"})
    customer = as_customer(story.home.person_id)
    assert "Have your door card ready" in text(customer.get(f"/visits/{story.visit_id}/"))
    story.at_the_door()
    assert "Line 1 of your door card" in text(customer.get(f"/visits/{story.visit_id}/"))
    agent = as_agent(story.agent.person_id)
    assert "line 1 of your door card" in text(agent.get(f"/agent/visits/{story.visit_id}/"))
