"""Two people of finance take a payment back, each in their own browser; whoever scans the receipt reads that it is void."""

from datetime import datetime

import pytest
from playwright.sync_api import Page

from koumen.credit.models import CreditAccount
from koumen.credit.queries import owed
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.ids import new_id
from koumen.payments import commands as payments
from koumen.payments.models import Payment
from tests import builders
from tests.browser import PageFor
from tests.journeys.town import TownClock, run_jobs
from tests.journeys.walker import Walker
from tests.sites.doors import as_staff
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.journey


@pytest.fixture
def story(server: str, town_clock: TownClock) -> Story:
    """300.00 of 1,000.00 were paid in cash at the door."""
    at = town_clock.now()
    builders.the_base_pack(at)
    story = a_visit(at).may_be_paid()
    payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    town_clock.goes_to(story.now)
    return story


def finance(page: Page, server: str, at: datetime, name: str) -> Walker:
    key = as_staff(builders.a_person(at, role=Role.FINANCE)).cookies["koumen_console"].value
    page.context.add_cookies([{"name": "koumen_console", "value": key, "url": f"{server}/console/"}])
    return Walker(page, server, name)


def owed_on(account: CreditAccount, at: datetime) -> int:
    return owed(actor=SYSTEM, account_id=account.id, at=at).all_minor


def test_a_payment_is_taken_back_by_two_and_its_receipt_says_void(
    story: Story, server: str, page_for: PageFor, town_clock: TownClock
) -> None:
    at, account = town_clock.now(), CreditAccount.objects.get(id=story.visit.account_id)
    receipt = Payment.objects.get(visit=story.visit_id).receipt
    ana = finance(page_for(1280, language="en", address=server), server, at, "mending-first")
    bo = finance(page_for(390, language="en", address=server), server, at, "mending-second")
    anybody = Walker(page_for(390, language="en", address=server), server, "mending-public")
    anybody.opens(f"/public/r/{receipt.token}/").sees("This receipt is genuine")

    ana.opens("/console/customers/").writes("q", account.number).presses("main form .btn")
    ana.sees("Paid in cash: ¥ 300.00").presses('.happened a[aria-label*="Paid in cash"]')
    ana.sees("What would be owed after").sees("¥ 1,000.00")
    ana.page.locator('[name="reason"]').select_option("money_did_not_come")
    ana.presses("main form .btn").sees("Another person must decide")
    assert owed_on(account, at) == 700_00

    bo.opens("/console/").presses('main a[href*="proposals"]').presses(
        'main a[href*="proposals/"]:has-text("Take back")'
    )
    bo.sees("The money did not come").sees("¥ 1,000.00").presses('main button[value="approve"]').sees(
        "Agreed"
    )
    assert owed_on(account, at) == 1_000_00
    run_jobs()
    anybody.opens(f"/public/r/{receipt.token}/").sees("VOID").sees("the money did not reach us")
    anybody.sees_not("genuine")
