"""A face to compare at the door, a photo and a signature at the table: in a browser, in large traditional letters."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from koumen.agents import commands as agents
from koumen.kit.actor import Actor, Role
from koumen.visits.models import Evidence
from koumen.visits.rules.links import Purpose, make_token
from tests import builders
from tests.browser import PageFor
from tests.documents.snapshots import a_photo
from tests.journeys.test_walk import books, comes_to_the_door
from tests.journeys.town import Town, Visitor
from tests.journeys.walker import Walker, agent_signs_in, customer_signs_in

pytestmark = pytest.mark.journey


def has_a_face(visitor: Visitor, town: Town) -> None:
    """One administrator puts the photo in, another approves it."""
    one, other = (
        Actor(
            Role.ADMINISTRATOR,
            builders.a_person(town.clock.at, role=Role.ADMINISTRATOR),
            staff_roles=frozenset({Role.ADMINISTRATOR}),
        )
        for _ in range(2)
    )
    portrait = agents.upload_portrait(
        agent_id=visitor.agent.id, content=a_photo(), actor=one, at=town.clock.at
    )
    agents.approve_portrait(portrait_id=portrait.id, actor=other, at=town.clock.at)


def compares_the_face(walker: Walker, *, at_least: int) -> None:
    """The picture is there, loaded, and large enough to compare."""
    face = walker.page.locator("main img.face").first
    expect(face).to_be_visible()
    assert face.evaluate("(image) => image.complete && image.naturalHeight") == 640
    box = face.bounding_box()
    assert box is not None
    assert box["height"] >= at_least


def signs(agent: Walker) -> None:
    """A finger across the paper."""
    canvas = agent.page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    mouse = agent.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 60)
    mouse.down()
    for step in range(1, 12):
        mouse.move(box["x"] + 20 + 24 * step, box["y"] + 60 + (30 if step % 2 else -30))
    mouse.up()


def test_the_face_fits_the_badge_and_what_was_photographed_and_signed_is_the_customers_to_see(
    town: Town, server: str, page_for: PageFor, tmp_path: Path
) -> None:
    household = town.household("張阿蘭", language="zh-hant", elder=True)
    visitor = town.visitor("林志明", language="zh-hant")
    has_a_face(visitor, town)
    customer = Walker(page_for(390, language="zh-hant", elder=True, address=server), server, "face-customer")
    reader = Walker(page_for(320, language="zh-hant", elder=True, address=server), server, "face-public")
    agent = Walker(page_for(390, language="zh-hant", address=server), server, "face-agent")
    customer_signs_in(customer, household, reader)
    visit = books(customer, cash=False)
    compares_the_face(customer, at_least=90)
    agent_signs_in(agent, visitor)
    comes_to_the_door(agent, visit, town)

    customer.is_shown('form[action$="/pictures/"]', timeout_s=15).looks()
    compares_the_face(customer, at_least=240)
    token = make_token(settings.KOUMEN_DOOR_KEY, visit_id=visit.id, purpose=Purpose.VISITOR)
    reader.opens(f"/public/visitor/{token}/").writes("badge", "0000").carries_on()
    expect(reader.page.locator("main img")).to_have_count(0)
    reader.writes("badge", visitor.agent.staff_number).presses("main form .btn")
    compares_the_face(reader, at_least=240)

    agent.sends("/pictures/", '[value="yes"]').sends("/identity/", '[value="identity_card"]')
    agent.presses('main a[href$="/evidence/"]').presses('main a[href$="/photo/"]').picks(
        "purpose", "incident"
    )
    large = tmp_path / "IMG_0815.jpg"
    large.write_bytes(a_photo((4000, 3000)))
    camera = agent.page.locator('input[name="photo"]')
    camera.set_input_files(large)
    expect(camera).to_have_value(re.compile("photo.jpg"))  # made smaller on the phone already
    agent.page.locator('[name="is_narrow"]').check()
    agent.carries_on()
    agent.presses('main a[href$="/signature/"]')
    signs(agent)
    agent.presses('main button[value="drawn"]')
    ways = Evidence.objects.filter(visit=visit).order_by("taken_at", "id").values_list("purpose", "way")
    assert list(ways) == [("incident", "photo"), ("visit", "drawn")]

    customer.opens("/evidence/").sees("發生的事情").sends("/object/", ".btn")
    assert Evidence.objects.exclude(objection=None).count() == 1
