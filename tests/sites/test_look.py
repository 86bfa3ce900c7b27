"""Each part of the look in a real browser: no violation, nothing too small, nothing wider than the screen."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from koumen.branch.queries import this_branch
from tests.browser import PageFor, axe
from tests.sites.gallery_pages import ADDRESSES, ORIGIN, serve

pytestmark = [pytest.mark.journey, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _branch_is_known() -> None:
    """Asked here, because the browser's requests are answered in another context, outside the transaction."""
    this_branch()


# Languages, widths and modes take turns over the pages, so that each is seen with each in few seconds.
TURNS = (
    (390, "zh-hans", False, False),
    (1280, "zh-hant", False, True),
    (320, "en", True, False),
    (390, "zh-hant", True, True),
)
SHOTS = os.environ.get("KOUMEN_SHOTS")


@pytest.mark.parametrize(
    ("name", "turn"),
    [(name, TURNS[(n + m) % len(TURNS)]) for n, name in enumerate(ADDRESSES) for m in (0, 2)],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value)),
)
def test_a_page_of_parts_is_readable_by_everyone(
    page_for: PageFor, name: str, turn: tuple[int, str, bool, bool]
) -> None:
    width, language, elder, dark = turn
    page = serve(page_for(width, language=language, elder=elder, dark=dark, address=ORIGIN))
    page.goto(ORIGIN + ADDRESSES[name])
    if SHOTS:
        file = f"{name}-{width}-{language}{'-elder' * elder}{'-dark' * dark}.png"
        page.screenshot(path=Path(SHOTS) / file, full_page=True)
    axe(page)
    _nothing_is_wider_than_the_screen(page)
    targets = 60 if elder and not name.startswith(("staff", "console")) else 44
    _targets_are_large_enough(page, targets)
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= (
        20 if elder and name != "fault" else 16
    )


def test_text_enlarged_to_twice_its_size_still_fits_a_phone(page_for: PageFor) -> None:
    page = serve(page_for(640, language="en", elder=True, address=ORIGIN))
    page.goto(ORIGIN + ADDRESSES["customer_book"])
    page.evaluate("document.documentElement.classList.add('x')")
    page.set_viewport_size({"width": 320, "height": 420})
    _nothing_is_wider_than_the_screen(page)


def test_a_dialog_opens_and_closes_without_javascript(page_for: PageFor) -> None:
    page = serve(page_for(390, address=ORIGIN))
    page.goto(ORIGIN + ADDRESSES["customer_home"])
    assert not page.locator("#stop").is_visible()
    page.locator("a[href='#stop']").click()
    assert page.locator("#stop").is_visible()
    axe(page)
    page.locator(".dialog-close").click()
    assert not page.locator("#stop").is_visible()


def _nothing_is_wider_than_the_screen(page: Page) -> None:
    wide = page.evaluate(
        """() => [...document.querySelectorAll('body *')]
        .filter(e => !e.closest('.table, .for-readers, .skip, svg, [hidden]') && e.getClientRects().length
          && getComputedStyle(e).position !== 'absolute'
          && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert not wide, wide


def _targets_are_large_enough(page: Page, least: int) -> None:
    """Links inside a sentence are as large as the sentence; everything else is as large as a thumb."""
    small = page.evaluate(
        """least => [...document.querySelectorAll('a, button, summary, input:not([type=hidden]), select, textarea')]
        .filter(e => e.getClientRects().length && !e.closest('p, .notice, .skip, .menu:not([open]) form')
          && !e.matches('.skip'))
        .map(e => [e.closest('label') || e, e])
        .map(([box, e]) => [box.getBoundingClientRect(), e])
        .filter(([box]) => box.height < least - 0.5 || box.width < 44 - 0.5)
        .map(([box, e]) => `${Math.round(box.width)}x${Math.round(box.height)} ${e.outerHTML.slice(0, 120)}`)""",
        least,
    )
    assert not small, small
