"""Places that an agent's telephone gives with a form, and trusted contacts at the desk."""

from datetime import datetime

import pytest

from koumen.kit.actor import Role
from koumen.people.models import TrustedContact
from koumen.visits.models import PointProof
from koumen.visits.states import VisitState
from tests import builders
from tests.sites.doors import as_agent, as_staff, text
from tests.visits.stories import a_visit

pytestmark = pytest.mark.django_db
HERE = {"latitude": "30.0", "longitude": "120.0", "accuracy": "18.4"}


def test_a_form_with_a_place_keeps_it_and_one_without_goes_as_well(at: datetime) -> None:
    story = a_visit(at)
    agent, there = as_agent(story.agent.person_id), f"/agent/visits/{story.visit_id}/"
    assert "data-place" in text(agent.get(there))
    agent.post(f"{there}set-out/", HERE)
    assert PointProof.objects.get().accuracy_m == 18
    story.arrives()
    agent.post(f"{there}leave/", {"latitude": "north", "longitude": "", "accuracy": "9e999"})
    assert PointProof.objects.count() == 1


@pytest.mark.parametrize(
    "given", [{}, {"latitude": "91", "longitude": "0", "accuracy": "1"}, HERE | {"accuracy": "nan"}]
)
def test_a_place_that_cannot_be_read_stops_no_visit(at: datetime, given: dict[str, str]) -> None:
    story = a_visit(at)
    agent = as_agent(story.agent.person_id)
    agent.post(f"/agent/visits/{story.visit_id}/set-out/", given)
    assert story.visit.state == VisitState.ON_THE_WAY
    assert not PointProof.objects.exists()


def test_the_office_sees_places_to_look_at_without_blame(at: datetime) -> None:
    story = a_visit(at)
    agent = as_agent(story.agent.person_id)
    agent.post(f"/agent/visits/{story.visit_id}/set-out/", HERE | {"is_mock": "1"})
    desk = as_staff(builders.a_person(at, role=Role.DISPATCHER))
    page = text(desk.get("/console/alerts/"))
    assert "counts against nobody" in page
    assert "feigned" in page
    assert "within 18 m" in text(desk.get(f"/console/visits/{story.visit_id}/"))


def test_the_desk_names_whom_the_customer_trusts_known_or_new_and_lets_them_go(at: datetime) -> None:
    story = a_visit(at)
    desk, page = as_staff(builders.a_person(at, role=Role.DISPATCHER)), f"/console/customers/{story.home.id}/"
    assert "Told when the customer pays" in text(desk.get(page))
    assert "id_phone-error" in text(desk.post(f"{page}trusted/", {"name": "王", "phone": "12"}))
    desk.post(f"{page}trusted/", {"name": "王小明", "phone": "13900139000"})
    assert "王小明" in text(desk.get(page))
    other = a_visit(at)
    desk.post(f"/console/customers/{other.home.id}/trusted/", {"name": "王小明", "phone": "139 0013 9000"})
    first, second = TrustedContact.objects.order_by("created_at", "id")
    assert first.person_id == second.person_id, "one person, trusted by two"
    desk.post(f"{page}trusted/{first.id}/remove/")
    assert "王小明" not in text(desk.get(page))
    finance = as_staff(builders.a_person(at, role=Role.FINANCE))
    assert finance.post(f"{page}trusted/", {"name": "x", "phone": "13900139001"}).status_code == 403
