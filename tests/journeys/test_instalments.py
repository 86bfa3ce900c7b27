"""Instalments in large traditional letters: the choice with its true cost, all costs read, a plan, and its early end."""

from datetime import timedelta

import pytest

from koumen.credit import commands as credit
from koumen.credit.models import InstalmentPlan
from koumen.kit.actor import SYSTEM
from tests.browser import PageFor
from tests.journeys.town import Household, Town
from tests.journeys.walker import Walker, customer_signs_in, owes

pytestmark = pytest.mark.journey

SMALL = """() => [...document.querySelectorAll('main a.btn, main button, main .item, main .pick-card, main a.link')]
    .filter(e => e.getClientRects().length).map(e => e.getBoundingClientRect().height).filter(h => h < 59.5)"""
LETTERS = """() => Math.min(...[...document.querySelectorAll('main *')]
    .filter(e => e.getClientRects().length && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .map(e => parseFloat(getComputedStyle(e).fontSize)))"""


def buys_a_fridge(household: Household, town: Town) -> None:
    purchase = credit.PurchaseRequest(
        account_id=household.account_id,
        amount_minor=1_200_00,
        currency="CNY",
        description="大同電器行",
        purchased_at=town.clock.at - timedelta(hours=2),
    )
    credit.record_purchase(purchase=purchase, actor=SYSTEM, at=town.clock.at)


def reads_easily(walker: Walker) -> Walker:
    """Nothing to tap is under 60 pixels high, no letter under 20."""
    assert walker.page.evaluate(SMALL) == []
    assert walker.page.evaluate(LETTERS) >= 20
    return walker


def test_a_fridge_is_split_after_all_costs_were_read_and_the_plan_is_ended_early(
    town: Town, server: str, page_for: PageFor
) -> None:
    household = town.household("張阿蘭", language="zh-hant", elder=True)
    buys_a_fridge(household, town)
    customer = Walker(page_for(390, language="zh-hant", elder=True, address=server), server, "instalments")
    customer_signs_in(
        customer, household, Walker(page_for(390, address=server), server, "instalments-public")
    )
    before = owes(household)

    reads_easily(customer.presses('main a[href="/purchases/"]')).sees("大同電器行")
    reads_easily(customer.presses('main a[href*="/instalments/"]')).sees("¥ 209.00").sees("一年")
    customer.picks("terms", "6").carries_on()
    reads_easily(customer).carries_on().sees("秒後可以確認")
    town.clock.goes_to(town.clock.at + timedelta(seconds=30))
    reads_easily(customer.carries_on()).sees("¥ 1,254.00").sees("12月20日")
    reads_easily(customer.carries_on()).sees("第 6 期")
    plan = InstalmentPlan.objects.get(account_id=household.account_id)
    assert (plan.principal_minor, len(plan.schedule)) == (1_200_00, 6)
    assert owes(household) == before - 1_200_00

    reads_easily(customer.presses('main a[href$="/end/"]')).sees("¥ 54.00")
    reads_easily(customer.carries_on()).sees("以後沒有要繳的分期了")
    assert owes(household) == before
    for path in ("/", "/bills/", "/plans/", "/what-if/", "/what-if/?amount=all", "/due-day/"):
        reads_easily(customer.opens(path))
    reads_easily(customer.opens("/bills/").presses("main .list a"))
