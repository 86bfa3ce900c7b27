"""Somebody who walks through pages with a browser: every page is looked at as axe does, and can be kept as a picture."""

import os
import re
from pathlib import Path

from playwright.sync_api import Error, Page, expect

from koumen.kit.actor import SYSTEM
from koumen.messages.queries import sent_messages
from tests.browser import axe
from tests.journeys.town import PASSWORD, Household, Visitor, run_jobs

# Where pictures of each page go, for whoever changed a page and looks at it; nowhere by default.
PICTURES = os.environ.get("KOUMEN_PICTURES", "")


class Walker:
    """One browser window."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page, self.address, self.name = page, address, name
        self._pages = 0

    def opens(self, path: str) -> "Walker":
        """Go to an address of the product."""
        try:
            self.page.goto(f"{self.address}{path}")
        except Error as fault:
            if "ERR_ABORTED" not in str(fault):
                raise
            self.page.goto(f"{self.address}{path}")  # the page before loaded itself anew at that moment
        return self.looks()

    def looks(self) -> "Walker":
        """The page has a heading, no fault of access, and nothing hangs out at its side."""
        expect(self.page.locator("h1")).to_have_count(1)
        axe(self.page)
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        self._pages += 1
        if PICTURES:
            picture = Path(PICTURES) / f"{self.name}-{self._pages:02}.png"
            self.page.screenshot(path=picture, full_page=True)
        return self

    def presses(self, selector: str) -> "Walker":
        """Press a button or a link, and look at the page that follows."""
        before = self.page.url
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        assert self.page.url or before
        return self.looks()

    def carries_on(self) -> "Walker":
        """The one button that carries on."""
        return self.presses("main form .btn:not(.quiet, .stop)")

    def sends(self, path_end: str, button: str = ".btn") -> "Walker":
        """Press a button of the form that goes to an address ending so."""
        return self.presses(f'main form[action$="{path_end}"] {button}')

    def writes(self, name: str, value: str) -> "Walker":
        """Fill a field in."""
        self.page.locator(f'main [name="{name}"]').fill(value)
        return self

    def picks(self, name: str, value: str | None = None) -> "Walker":
        """Choose a card by tapping it; without a value the first."""
        chosen = f'input[name="{name}"]' + (f'[value="{value}"]' if value else "")
        card = self.page.locator(".pick-card").filter(has=self.page.locator(chosen)).first
        card.click()
        return self

    def sees(self, text: str, *, timeout_s: float = 5) -> "Walker":
        """Somewhere in the page stands this."""
        words = re.compile(r"\s+".join(re.escape(part) for part in text.split()))
        expect(self.page.locator("main")).to_contain_text(words, timeout=timeout_s * 1000)
        return self

    def sees_not(self, text: str) -> "Walker":
        """Nowhere in the page stands this."""
        expect(self.page.locator("main")).not_to_contain_text(text)
        return self

    def is_shown(self, selector: str, *, timeout_s: float = 5) -> "Walker":
        """This part is there, perhaps after the page has noticed a change by itself."""
        expect(self.page.locator(selector).first).to_be_visible(timeout=timeout_s * 1000)
        return self

    def text_of(self, selector: str) -> str:
        """What stands there."""
        return self.page.locator(selector).first.inner_text()


def customer_signs_in(walker: Walker, household: Household, reader: Walker) -> None:
    """By the code that the demonstration shows to everybody, because no telephone rings there."""
    walker.opens("/").presses('main a[href="/sign-in/number/"]').writes("phone", household.phone).carries_on()
    run_jobs()
    code = re.findall(r"[0-9]{6}", sent_messages(limit=1)[0].text)[0]
    reader.opens("/public/messages/").sees(code)
    walker.writes("code", code).carries_on()


def agent_signs_in(walker: Walker, visitor: Visitor) -> None:
    """By password and the six digits of their app."""
    walker.opens("/agent/")
    walker.writes("login", visitor.username).writes("password", PASSWORD).presses(
        'main form[action$="/sign-in/"] .btn'
    )
    walker.writes("code", visitor.code()).presses('main form[action$="/second/"] .btn:not(.quiet)')


def owes(household: Household) -> int:
    """What the customer owes now, in minor units, by the books."""
    from koumen.credit.queries import owed
    from koumen.kit import clock

    return owed(actor=SYSTEM, account_id=household.account_id, at=clock.now()).all_minor
