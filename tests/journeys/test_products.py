"""The form of a product in a real browser: what a price costs in a year appears while it is written."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from koumen.credit import commands as credit
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM, Role
from tests import builders
from tests.browser import PageFor, axe
from tests.sites.doors import as_staff

pytestmark = pytest.mark.journey


def opened(page: Page, server: str, at: datetime) -> Page:
    """An administrator with the form of a new version before them."""
    version = credit.store_product_version(
        product="everyday", currency="CNY", parameters=Parameters(), actor=SYSTEM, at=at
    )
    key = as_staff(builders.a_person(at, role=Role.ADMINISTRATOR)).cookies["koumen_console"].value
    page.context.add_cookies([{"name": "koumen_console", "value": key, "url": f"{server}/console/"}])
    page.goto(f"{server}/console/products/{version.id}/change/")
    return page


def test_a_price_is_judged_while_it_is_written_and_the_writer_keeps_the_keyboard(
    server: str, page_for: PageFor, at: datetime
) -> None:
    page = opened(page_for(1280, language="en", address=server), server, at)
    table, fee = page.locator("#cap"), page.locator("#id_fee_3")
    expect(table).to_contain_text("Every price meets the cap of 24")
    fee.fill("15")
    expect(table).to_contain_text("This cannot be stored")
    assert table.locator("tr.above").count() == 3
    axe(page)
    fee.fill("x")
    expect(table).to_contain_text("Not yet")
    assert page.evaluate("document.activeElement.id") == "id_fee_3"
    fee.fill("9")
    expect(table).to_contain_text("Every price meets the cap of 24")
    page.get_by_role("button", name="Store this version").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version 2")
