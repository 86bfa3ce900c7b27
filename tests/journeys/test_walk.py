"""The walk: one repayment from booking to receipt, by people with browsers, on real accounts."""

import pytest

from koumen.kit.actor import SYSTEM, Role
from koumen.payments.queries import receipts_of_visit
from koumen.visits import queries
from koumen.visits.models import Visit
from koumen.visits.states import VisitState
from tests import builders
from tests.browser import PageFor
from tests.journeys.town import Household, Town, run_jobs
from tests.journeys.walker import Walker, agent_signs_in, customer_signs_in, owes

pytestmark = pytest.mark.journey


def books(walker: Walker, amount: str = "300", *, cash: bool = True) -> Visit:
    """Four screens, one question each."""
    walker.presses('main a[href="/book/"]').picks("amount", "other").writes("other", amount).carries_on()
    if cash:
        walker.page.locator('[name="wants_cash"]').check()
    walker.writes("note", "三楼，听力不好，请慢慢说").carries_on()
    walker.picks("slot").carries_on()
    walker.sees(f"{amount}.00").carries_on()
    run_jobs()
    return Visit.objects.get(id=walker.page.url.rstrip("/").rsplit("/", 1)[1])


def comes_to_the_door(agent: Walker, visit: Visit, town: Town) -> None:
    """From the day's list to the door."""
    agent.presses(f'main a[href$="{visit.id}/"]').sends("/set-out/")
    town.clock.goes_to(visit.window_from)
    agent.sends("/arrive/")


def pair_on(walker: Walker) -> list[str | None]:
    """The keys of the two pictures that a page shows."""
    drawn = walker.page.locator("svg.picture use").all()
    return [use.get_attribute("href") for use in drawn]


def agrees_on_own_screen(customer: Walker, visit: Visit, town: Town) -> str:
    """The amount on the customer's own screen, and only then the code."""
    customer.opens(f"/visits/{visit.id}/").is_shown('input[name="other"]').carries_on()
    run_jobs()
    return "".join(customer.text_of(".code").split())


def reads(customer: Walker, town: Town, household: Household, visit: Visit) -> None:
    """The receipt on the customer's side: page, PDF, balance."""
    customer.is_shown('main a[href$=".pdf"]', timeout_s=15).looks()
    paper = customer.page.locator('main a[href$=".pdf"]').get_attribute("href")
    pdf = customer.page.request.get(f"{customer.address}{paper}")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.body().startswith(b"%PDF")
    assert owes(household) == 128640 + 10000 - 30000
    customer.opens("/").sees("986.40")
    customer.opens("/receipts/").sees("300.00")


def test_a_repayment_in_cash_from_the_first_page_to_the_receipt(
    town: Town, server: str, page_for: PageFor
) -> None:
    household, visitor = town.household("李秀英", language="zh-hans"), town.visitor("陈建国")
    customer = Walker(page_for(390, address=server), server, "cash-customer")
    agent = Walker(page_for(390, address=server, dark=True), server, "cash-agent")
    reader = Walker(page_for(1280, language="en", address=server), server, "cash-public")

    customer_signs_in(customer, household, reader)
    customer.sees("1,286.40").sees("1,386.40")
    visit = books(customer)
    pictures = pair_on(customer)
    assert len(pictures) == 2

    agent_signs_in(agent, visitor)
    agent.sees("李阿姨").sees_not("300.00")
    comes_to_the_door(agent, visit, town)
    assert pair_on(agent) == pictures

    # the customer's own page notices by itself that somebody stands at the door
    customer.is_shown('form[action$="/pictures/"]', timeout_s=15).looks()
    assert pair_on(customer) == pictures
    customer.sends("/pictures/", '[value="yes"]')

    agent.is_shown('[name="birth_year"]', timeout_s=15).looks()
    agent.writes("birth_year", "1950").sends("/identity/")
    agent.writes("birth_year", "1948").sends("/identity/").sees_not("300.00")

    code = agrees_on_own_screen(customer, visit, town)
    agent.opens(f"/agent/visits/{visit.id}/").sees("300.00")
    wrong = f"{(int(code) + 5) % 1_000_000:06d}"  # one higher says quietly "I am forced"
    agent.writes("code", wrong).sends("/code/").writes("code", code).sends("/code/")

    agent.presses('main a[href$="/cash/"]')
    agent.writes("in_10000", "3").writes("in_2000", "1").writes("out_2000", "1").presses(
        'button[name="count"]'
    )
    agent.sees("320.00").presses('button[name="pay"]')
    run_jobs()
    (receipt,) = receipts_of_visit(actor=SYSTEM, visit_id=visit.id)
    agent.sees(receipt.number)

    reads(customer, town, household, visit)
    reader.opens(receipt.verify_url.removeprefix(server)).sees(receipt.number).sees("300.00")
    reader.opens("/public/receipt/").writes("code", receipt.short_code).carries_on().sees(receipt.number)

    agent.sends("/leave/").sees("300.00")
    assert Visit.objects.get(id=visit.id).state == VisitState.CLOSED


def test_a_repayment_by_wallet_in_english_with_the_phone_turned(
    town: Town, server: str, wallet: str, page_for: PageFor
) -> None:
    household, visitor = town.household("王桂兰", language="en"), town.visitor("赵明", language="en")
    customer = Walker(page_for(1280, language="en", address=server), server, "wallet-customer")
    agent = Walker(page_for(320, language="en", address=server), server, "wallet-agent")
    payer = page_for(390, language="en", address=server)

    customer_signs_in(customer, household, Walker(page_for(320, address=server), server, "wallet-public"))
    visit = books(customer, cash=False)
    agent_signs_in(agent, visitor)
    comes_to_the_door(agent, visit, town)
    agent.sends("/pictures/", '[value="yes"]').sends("/identity/", '[value="identity_card"]')
    agent.presses('main a[href$="/amount/"]').carries_on()
    code = queries.release_code(actor=builders.themselves(household.customer), visit_id=visit.id)
    customer.opens(f"/visits/{visit.id}/").sees(f"{code[:3]} {code[3:]}")
    agent.writes("code", code).sends("/code/").sends("/wallet/")

    address = agent.page.locator(f'main a[href^="{wallet}"]').get_attribute("href")
    payer.goto(str(address))
    payer.locator('button[value="pay"]').click()
    # the provider calls back, and the agent's page notices by itself
    agent.is_shown('form[action$="/leave/"]', timeout_s=20).looks()
    run_jobs()
    reads(customer.opens(f"/visits/{visit.id}/"), town, household, visit)
    agent.sends("/leave/")


def test_in_large_traditional_letters_pictures_that_differ_keep_the_door_shut(
    town: Town, server: str, page_for: PageFor
) -> None:
    household = town.household("張阿蘭", language="zh-hant", elder=True)
    visitor = town.visitor("林志明", language="zh-hant")
    customer = Walker(page_for(390, language="zh-hant", elder=True, address=server), server, "elder-customer")
    agent = Walker(page_for(390, language="zh-hant", address=server), server, "elder-agent")
    customer_signs_in(customer, household, Walker(page_for(390, address=server), server, "elder-public"))
    visit = books(customer)
    agent_signs_in(agent, visitor)
    comes_to_the_door(agent, visit, town)
    customer.is_shown('form[action$="/pictures/"]', timeout_s=15).looks()
    customer.sends("/pictures/", '[value="no"]')
    customer.is_shown(".notice-risk")
    agent.is_shown(".notice-risk", timeout_s=15).looks()
    (alert,) = queries.open_alerts(actor=builders.staff(Role.DISPATCHER))
    assert alert.visit_id == visit.id
    agent.presses('main a[href$="/stop/"]').picks("reason", "pictures_differ").presses("main form .btn.stop")
    customer.opens(f"/visits/{visit.id}/")
    assert Visit.objects.get(id=visit.id).state == VisitState.BROKEN_OFF
    assert owes(household) == 138640


def test_a_visit_is_moved_and_then_called_off(town: Town, server: str, page_for: PageFor) -> None:
    household, visitor = town.household("周玉梅", language="zh-hans"), town.visitor("孙伟")
    customer = Walker(page_for(320, dark=True, address=server), server, "move-customer")
    reader = Walker(page_for(390, language="zh-hant", dark=True, address=server), server, "move-public")
    reader.opens("/public/")
    customer_signs_in(customer, household, reader)
    customer.opens("/bills/").sees("1,286.40").opens("/")
    visit = books(customer)
    customer.presses('main a[href$="/move/"]').picks("slot").carries_on()
    moved = Visit.objects.get(id=visit.id)
    assert moved.window_from != visit.window_from
    customer.presses('main a[href$="/cancel/"]').presses("main form .btn.stop")
    run_jobs()
    assert Visit.objects.get(id=visit.id).state == VisitState.CANCELLED
    reader.opens("/public/messages/").sees(moved.agent.staff_number)
    agent = Walker(page_for(390, address=server), server, "move-agent")
    agent_signs_in(agent, visitor)
    agent.sees_not("周阿姨")
    customer.opens("/")
