"""The console in a real browser: no page offends axe, none is wider than its window, and the day follows what happens."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from koumen.kit.actor import Role
from koumen.kit.ids import new_id
from koumen.payments import commands as payments
from koumen.people.models import Person
from tests import builders
from tests.browser import PageFor, axe
from tests.sites.doors import as_staff
from tests.visits.stories import HOUR, Story, a_visit

pytestmark = pytest.mark.journey

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
DAY = "/console/?date=2026-11-24"


@pytest.fixture
def story(server: str, at: datetime) -> Story:
    """A visit that was paid, and one that the customer refused at the door."""
    builders.the_base_pack(at)
    done = a_visit(at).may_be_paid()
    payments.pay_cash(
        visit_id=done.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=done.visitor,
        at=done.now,
    )
    a_visit(at).at_the_door().compares(matched=False)
    return done


def at_the_desk(page: Page, server: str, at: datetime) -> Page:
    """Somebody who runs a small office alone, and may open everything."""
    person_id = builders.a_person(at, role=Role.ADMINISTRATOR)
    Person.objects.filter(id=person_id).update(roles=[Role.ADMINISTRATOR, Role.DISPATCHER])
    key = as_staff(person_id).cookies["koumen_console"].value
    page.context.add_cookies([{"name": "koumen_console", "value": key, "url": f"{server}/console/"}])
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_the_console_offends(
    width: int, story: Story, server: str, page_for: PageFor, at: datetime
) -> None:
    page = at_the_desk(page_for(width, address=server), server, at)
    for path in (
        DAY,
        f"/console/visits/{story.visit_id}/",
        "/console/customers/?q=C-none",
        f"/console/customers/{story.home.id}/",
        "/console/finance/",
        "/console/finance/books/principal/CNY/",
        "/console/finance/payments/",
        "/console/audit/",
        "/console/audit/facts/",
        "/console/audit/rulings/",
        "/console/staff/?date=2026-11-24",
    ):
        page.goto(f"{server}{path}")
        expect(page.locator("h1")).to_have_count(1)
        assert not page.evaluate(WIDER), path
        axe(page)


def test_the_day_shows_by_itself_that_an_agent_set_out(
    story: Story, server: str, page_for: PageFor, at: datetime
) -> None:
    later = a_visit(at + HOUR)
    page = at_the_desk(page_for(1280, address=server), server, at)
    page.goto(f"{server}{DAY}")
    row = page.get_by_role("row").filter(has_text=later.visit.number)
    expect(row).to_contain_text("Booked")
    later.sets_out()
    expect(row).to_contain_text("On the way")
