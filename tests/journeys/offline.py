"""An agent with a phone in a browser: enrolled, with a day, and with or without a signal."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from koumen.agents.models import Agent
from koumen.devices import commands
from koumen.devices.models import Device
from koumen.people.models import Person
from koumen.web.ui.sites import AGENT
from tests.devices.phones import ADMINISTRATOR
from tests.journeys.town import TownClock
from tests.sites.doors import as_agent
from tests.visits.stories import Story

PIN = "246810"


@dataclass
class Carrier:
    """A browser that stands for the phone."""

    story: Story
    clock: TownClock
    address: str
    context: BrowserContext
    page: Page
    agent: Agent | None = None  # another than the visit's: the second of a team

    @property
    def who(self) -> Agent:
        return self.agent or self.story.agent

    @property
    def device(self) -> Device:
        return Device.objects.get(agent=self.who)

    def signs_in(self) -> "Carrier":
        """In English, as the customer; second factor shown: how that is done is another journey's."""
        client = as_agent(self.who.person_id)
        both = [self.who.person_id, self.story.home.person_id]
        Person.objects.filter(id__in=both).update(language="en")
        session = client.cookies[AGENT.session_cookie].value
        self.context.add_cookies(
            [{"name": AGENT.session_cookie, "value": session, "url": f"{self.address}/agent/"}]
        )
        return self

    def enrols(self) -> "Carrier":
        opened = commands.open_enrolment(
            agent_id=self.who.id, label="", actor=ADMINISTRATOR, at=self.clock.at
        )
        self.page.goto(f"{self.address}/agent/device/#{opened.token}")
        expect(self.page.locator("[data-shown-for=enrolled]")).to_be_visible()
        return self

    def opens(self, page: Page | None = None) -> Page:
        """The app, as after a tap on its icon."""
        shown = page or self.page
        shown.goto(f"{self.address}/agent/app/")
        expect(shown.locator("#app[data-ready=yes]")).to_be_attached()
        return shown

    def has_a_day(self) -> "Carrier":
        """A PIN, today's visits, and everything that a phone without a signal needs in its store."""
        self.opens()
        self.page.fill("#pin-new", PIN)
        self.page.fill("#pin-again", PIN)
        self.page.get_by_role("button", name="Use this PIN").click()
        expect(self.page.locator(".stop-item")).to_have_count(1)
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        return self

    def unlocks(self, page: Page | None = None, pin: str = PIN) -> None:
        shown = page or self.page
        shown.fill("#pin-open", pin)
        shown.get_by_role("button", name="Open my day").click()

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def fetches_again(self) -> None:
        """Another day pack lies in the phone's store."""
        before = self.pack()
        self.presses("Fetch my day again")
        for _ in range(100):
            if self.pack() != before:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(before)

    def pack(self) -> str:
        """The id of the day pack in the phone's store."""
        found: str = self.page.evaluate(
            "import('/static/agent/store.mjs').then(async (store) => (await store.read('day')).pack)"
        )
        return found

    def at_the_stop(self) -> None:
        self.page.locator(".stop-item").click()

    def sets_out(self) -> None:
        self.at_the_stop()
        self.page.fill("#pin-out", PIN)
        self.presses("Set out")
        expect(self.page.get_by_role("button", name="I am at the door")).to_be_visible()

    def arrives(self) -> None:
        self.presses("I am at the door")
        expect(self.page.get_by_role("button", name="Nobody opens")).to_be_visible()

    def proves_both_sides(self) -> None:
        self.arrives()
        self.presses("Turn the phone to the customer")
        self.presses("The same: this is our visitor")
        self.presses("The card is theirs")
        for name, value in (
            ("company", "alone"),
            ("understands", "yes"),
            ("is_free", "yes"),
            ("payer", "themselves"),
        ):
            self.page.check(f"input[name={name}][value={value}]", force=True)
        self.presses("Go on")
        expect(self.page.get_by_role("button", name="They cannot choose it themselves")).to_be_visible()

    def agrees(self, amount: str = "300") -> None:
        self.presses("Turn the phone to the customer")
        self.page.check("input[name=amount][value=other]", force=True)
        self.page.fill("#other-amount", amount)
        self.presses("I pay this amount")
        self.presses("Yes, this amount")

    def hears(self, code: str) -> None:
        """The customer says the code on the line of their door card."""
        self.page.fill("#card-code", code)
        self.presses("Go on")

    def takes_cash(self, code: str, notes: int = 3) -> str:
        """The address that the customer scans."""
        self.hears(code)
        self.presses("Cash")
        self.page.fill("input[name=in_10000]", str(notes))
        self.presses("We both counted: receive it")
        drawn = self.page.locator(".receipt-to-scan svg[data-address]")
        expect(drawn).to_be_attached()
        return str(drawn.get_attribute("data-address"))

    def waits(self, minutes: int) -> None:
        """Time goes by on the phone alone: its clock and its page, as in a cellar."""
        self.page.evaluate(
            "ms => { const real = Date; globalThis.Date = class extends real { constructor(...all) {"
            " all.length ? super(...all) : super(real.now() + ms); } static now() { return real.now() + ms; } }; }",
            minutes * 60_000,
        )

    def told(self) -> list[Any]:
        """Each act in the phone's store: kind and how far it has come."""
        found: list[Any] = self.page.evaluate(
            "import('/static/agent/store.mjs').then((store) => store.allActs())"
            ".then((acts) => acts.map((made) => [made.kind, made.state]))"
        )
        return found

    def tells(self) -> None:
        """With a signal, by the button."""
        self.page.locator("#badge button").click()
        self.presses("Tell it now")
        self.waits_until_told()

    def waits_until_told(self) -> None:
        """Until every act has been heard of, whatever became of it."""
        for _ in range(100):
            if not {"saved", "sent"} & {state for _, state in self.told()}:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(self.told())
