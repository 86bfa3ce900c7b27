"""Every page in every width, language and mode: photographed into build/pages, and without a violation of axe."""

from datetime import datetime
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import PageFor, axe
from tests.pages.every_page import ORIGIN, every_sight, look_at
from tests.sites import gallery_pages

pytestmark = [pytest.mark.pages, pytest.mark.django_db]

BUILD = Path(__file__).resolve().parents[2] / "build" / "pages"
WIDTHS = (320, 390, 1280)
LANGUAGES = ("zh-hans", "zh-hant", "en")
MODES = ("light", "dark", "elder")
every_look = pytest.mark.parametrize(("width", "language", "mode"), list(product(WIDTHS, LANGUAGES, MODES)))


@every_look
def test_the_pages_of_the_sites(
    at: datetime, page_for: PageFor, width: int, language: str, mode: str
) -> None:
    page = page_for(width, language=language, elder=mode == "elder", dark=mode == "dark", address=ORIGIN)
    faults = []
    for sight in every_sight(at):
        status = look_at(page, sight, language=language, elder=mode == "elder")
        if status != (404 if "no-such" in sight.name else 200):
            faults.append(f"{sight.name}: status {status} at {sight.address}")
        faults += examine(page, sight.name, f"{width}-{language}-{mode}")
    assert not faults, "\n".join(faults)


@every_look
def test_the_gallery_of_parts(page_for: PageFor, width: int, language: str, mode: str) -> None:
    opened = page_for(width, language=language, elder=mode == "elder", dark=mode == "dark", address=ORIGIN)
    page = gallery_pages.serve(opened)
    faults = []
    for name, address in gallery_pages.ADDRESSES.items():
        page.goto(ORIGIN + address)
        faults += examine(page, f"gallery-{name}", f"{width}-{language}-{mode}")
    assert not faults, "\n".join(faults)


def examine(page: Page, name: str, look: str) -> list[str]:
    """Photograph it whole; what axe says, and whether it is wider than the screen."""
    folder = BUILD / look
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    faults = []
    try:
        axe(page)
    except AssertionError as found:
        faults.append(f"{name}: {found}")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        faults.append(f"{name}: wider than the screen")
    return faults
