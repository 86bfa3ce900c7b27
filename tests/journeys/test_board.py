"""The dispatch board in a real browser: dragged to where it can be and to where it cannot, by keyboard, looked back at."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from koumen.dispatch.commands import pin_visit, refuse_agent
from koumen.dispatch.models import Override
from koumen.dispatch.rules.planning import RefusalReason
from koumen.kit.actor import Role
from koumen.people.models import Person
from koumen.visits.models import Visit
from tests import builders
from tests.browser import PageFor, axe
from tests.dispatch.board_day import BoardDay, a_board_day
from tests.journeys.test_console import WIDER, at_the_desk
from tests.journeys.town import TownClock
from tests.sites.doors import as_agent, as_customer

pytestmark = pytest.mark.journey
BOARD = "/console/board/?date=2026-11-24"
PICTURES = os.environ.get("KOUMEN_PICTURES", "")
DISPATCHER = builders.staff(Role.DISPATCHER)


@pytest.fixture
def day(server: str, town_clock: TownClock) -> BoardDay:
    return a_board_day(town_clock.at)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"board-{name}.png", full_page=True)


def block(page: Page, visit: Visit) -> Locator:
    return page.locator(f'a.block[data-visit="{visit.id}"]')


def who(visit: Visit) -> object:
    return Visit.objects.get(id=visit.id).shift_id


def drags(page: Page, visit: Visit, lane: object, hour: float) -> None:
    """Take it and hold it over another agent's line at an hour."""
    box = block(page, visit).locator(".box").bounding_box()
    there = page.locator(f'.row[data-shift="{lane}"] .shift').bounding_box()
    assert box
    assert there
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    across = there["x"] + there["width"] * (hour - 9) / 9
    page.mouse.move(across - 30, there["y"] + 6, steps=4)
    page.mouse.move(across, there["y"] + 12, steps=4)


def test_a_visit_is_dragged_to_another_agent_and_stays_there(
    day: BoardDay, server: str, page_for: PageFor, town_clock: TownClock
) -> None:
    page = at_the_desk(page_for(1280, language="en", address=server), server, town_clock.at)
    page.goto(f"{server}{BOARD}")
    visit = day.northern[2]
    drags(page, visit, day.east.id, 15.2)
    expect(page.locator("#board-said")).to_contain_text("It can be kept")
    expect(page.locator(".ghost")).to_have_class("ghost can")
    picture(page, "drag-can")
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", checked=True)).to_have_value(str(day.eastern[0].id))
    axe(page)
    picture(page, "dialog")
    dialog.get_by_label("Reason").first.select_option("knows_customer")
    dialog.get_by_role("button", name="Let it be so").click()
    expect(page.locator(".notice-ok")).to_contain_text("Done")
    assert who(visit) == day.east.id
    expect(page.locator(f'.row[data-shift="{day.east.id}"] a.block')).to_have_count(3)


def test_where_it_cannot_be_the_reason_is_said_before_anything_is_sent(
    day: BoardDay, server: str, page_for: PageFor, town_clock: TownClock
) -> None:
    page = at_the_desk(page_for(1280, language="en", address=server), server, town_clock.at)
    page.goto(f"{server}{BOARD}")
    visit = day.northern[1]
    drags(page, visit, day.east.id, 17.5)
    expect(page.locator("#board-said")).to_contain_text("too late for the promised time")
    expect(page.locator(".ghost")).to_have_class("ghost cannot")
    picture(page, "drag-cannot")
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".spot.wanted")).to_contain_text("too late for the promised time")
    expect(dialog.locator(".spot.wanted input")).to_be_disabled()
    picture(page, "dialog-cannot")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert (who(visit), Override.objects.count()) == (day.north.id, 0)


def test_the_keyboard_alone_goes_from_visit_to_visit_and_moves_one(
    day: BoardDay, server: str, page_for: PageFor, town_clock: TownClock
) -> None:
    page = at_the_desk(page_for(1280, language="en", address=server), server, town_clock.at)
    page.goto(f"{server}{BOARD}")
    visit = day.northern[2]
    block(page, day.northern[0]).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(block(page, visit)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    block(page, visit).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Who goes").select_option(str(day.east.id))
    expect(dialog.locator('input[name="shift"]')).to_have_value(str(day.east.id))
    dialog.get_by_role("radio").nth(1).press("Space")
    dialog.get_by_label("Reason").first.select_option("road")
    dialog.get_by_role("button", name="Let it be so").press("Enter")
    expect(page.locator(".notice-ok")).to_contain_text("Done")
    assert who(visit) == day.east.id


def test_the_board_follows_what_happens_and_names_who_comes_new(
    day: BoardDay, server: str, page_for: PageFor, town_clock: TownClock
) -> None:
    page = at_the_desk(page_for(1280, language="en", address=server), server, town_clock.at)
    page.goto(f"{server}{BOARD}")
    day.sets_out(day.northern[1], town_clock.at)
    expect(block(page, day.northern[1])).to_have_class("block now")
    expect(block(page, day.northern[1]).locator(".name")).to_contain_text("李阿")


@pytest.mark.parametrize("look", [(1280, "zh-hans", False), (390, "zh-hant", True), (1280, "en", True)])
def test_the_board_and_its_form_offend_nobody(
    look: tuple[int, str, bool],
    day: BoardDay,
    server: str,
    page_for: PageFor,
    town_clock: TownClock,
) -> None:
    (width, language, dark), at = look, town_clock.at
    refuse_agent(
        visit_id=day.eastern[1].id,
        agent_id=day.north.agent_id,
        reason=RefusalReason.CUSTOMER_ASKED,
        actor=DISPATCHER,
        at=at,
    )
    pin_visit(visit_id=day.southern[1].id, shift_id=day.south.id, actor=DISPATCHER, at=at)
    day.sets_out(day.northern[1], at)
    town_clock.goes_to(at + timedelta(minutes=125))
    page = at_the_desk(page_for(width, language=language, dark=dark, address=server), server, at)
    Person.objects.update(language=language)
    for name, path in (
        ("live", BOARD),
        ("back", f"{BOARD}&at=11:30"),
        ("form", f"/console/board/visits/{day.northern[2].id}/?shift={day.east.id}"),
    ):
        page.goto(f"{server}{path}")
        expect(page.locator("h1")).to_have_count(1)
        picture(page, f"{name}-{width}-{language}")
        assert not page.evaluate(WIDER), name
        axe(page)


@pytest.mark.parametrize("look", [(390, "zh-hans", False), (320, "en", True)])
def test_the_way_of_the_agent_and_the_line_of_the_customer_offend_nobody(
    look: tuple[int, str, bool], day: BoardDay, server: str, page_for: PageFor, town_clock: TownClock
) -> None:
    (width, language, dark), visit = look, day.northern[1]
    page = page_for(width, language=language, dark=dark, address=server)
    for name, key, path in (
        ("koumen_agent", as_agent(visit.agent.person_id), "/agent/route/"),
        ("koumen_customer", as_customer(visit.customer.person_id), f"/visits/{visit.id}/"),
    ):
        Person.objects.update(language=language)
        kept = next(one for cookie, one in key.cookies.items() if one.value and "koumen" in cookie)
        page.context.add_cookies([{"name": kept.key, "value": kept.value, "url": f"{server}{kept['path']}"}])
        page.goto(f"{server}{path}")
        expect(page.locator("h1")).to_have_count(1)
        picture(page, f"{name}-{width}-{language}")
        assert not page.evaluate(WIDER), name
        axe(page)


def test_the_slider_shows_an_earlier_moment_without_loading_the_page(
    day: BoardDay, server: str, page_for: PageFor, town_clock: TownClock
) -> None:
    day.sets_out(day.northern[1], town_clock.at)
    town_clock.goes_to(town_clock.at + timedelta(minutes=30))
    page = at_the_desk(page_for(1280, language="en", address=server), server, town_clock.at)
    page.goto(f"{server}{BOARD}")
    expect(block(page, day.northern[1])).to_have_class("block now")
    page.locator("#back-slider").fill("150")  # half past ten: the slider begins at eight
    expect(page.locator("#back-time")).to_have_value("10:30")
    expect(block(page, day.northern[1])).to_have_class("block ahead")
    expect(block(page, day.northern[1]).locator(".name")).to_contain_text("李阿")
