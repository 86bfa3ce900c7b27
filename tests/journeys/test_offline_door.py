"""The rest of a door without a signal, in a real browser: the turned phone, every tender, places, signs of life, a team."""

import json

import pytest
from playwright.sync_api import Route, expect

from koumen.agents import commands as agents
from koumen.audit.models import Fact
from koumen.devices.models import DeviceAct, DeviceAlarm
from koumen.kit.actor import SYSTEM
from koumen.payments.models import CashWitness, ForgedNote, Payment
from koumen.people.models import Person
from koumen.visits import queries
from koumen.visits.models import FollowUp, PointProof
from tests import builders
from tests.browser import PageFor, axe
from tests.journeys.offline import PIN, Carrier
from tests.journeys.test_read_aloud import VOICE

pytestmark = pytest.mark.journey


def without_a_signal(carrier: Carrier) -> None:
    carrier.context.set_offline(True)
    carrier.opens()
    carrier.unlocks()


def told_and_booked(carrier: Carrier) -> None:
    carrier.context.set_offline(False)
    carrier.tells()
    assert {state for _, state in carrier.told()} == {"posted"}, list(
        DeviceAct.objects.exclude(code="").values_list("kind", "code")
    )


# --- every tender ---------------------------------------------------------------------------------------


def test_part_in_cash_part_by_card_and_the_rest_by_transfer_without_a_signal(
    carrier: Carrier, codes: dict[int, str]
) -> None:
    machine = agents.add_item(kind="card_terminal", serial="N9-7", actor=SYSTEM, at=carrier.clock.at)
    agents.lend_item(
        item_id=machine.id, shift_id=carrier.story.visit.shift_id, actor=SYSTEM, at=carrier.clock.at
    )
    carrier.fetches_again()
    without_a_signal(carrier)
    carrier.sets_out()
    carrier.proves_both_sides()
    carrier.agrees("500")
    carrier.hears(codes[1])
    axe(carrier.page)
    carrier.presses("A note looks forged")
    carrier.page.fill("#forged-serial", "HB 1234567")
    carrier.presses("Write it down")
    carrier.presses("Cash")
    carrier.page.fill("input[name=in_10000]", "2")
    carrier.presses("We both counted: receive it")
    expect(carrier.page.locator(".receipt-to-scan svg[data-address]")).to_have_count(1)
    carrier.presses("Bank card")
    axe(carrier.page)
    carrier.page.fill("#card-amount", "100")
    carrier.page.fill("#card-approval", "a1b2c3")
    carrier.page.fill("#card-four", "4242")
    carrier.presses("The terminal approved it")
    expect(carrier.page.locator(".receipt-to-scan svg[data-address]")).to_have_count(2)
    carrier.presses("Bank transfer")
    code = carrier.page.locator("[data-text=code]").first.inner_text()
    axe(carrier.page)
    carrier.presses("Give the phone back")
    carrier.presses("I leave: the visit is complete")
    told_and_booked(carrier)
    assert sorted(Payment.objects.values_list("tender", "amount_minor", "state")) == [
        ("card", 10000, "paid"),
        ("cash", 20000, "paid"),
        ("transfer", 20000, "pending"),
    ]
    assert Payment.objects.get(tender="transfer").transfer_code == code
    assert (carrier.story.visit.state, carrier.story.visit.proof) == ("closed", "both")
    assert ForgedNote.objects.get().serial == "HB1234567"


def test_an_amount_typed_for_the_customer_and_a_question_for_the_office(carrier: Carrier) -> None:
    without_a_signal(carrier)
    carrier.sets_out()
    carrier.proves_both_sides()
    carrier.presses("A question for the office")
    carrier.page.check("input[name=about][value=due_day]", force=True)
    carrier.page.fill("#question-words", "想改还款日")
    axe(carrier.page)
    carrier.presses("Write it down")
    carrier.presses("They cannot choose it themselves")
    carrier.page.check("input[name=amount][value=other]", force=True)
    carrier.page.fill("#said-amount", "300")
    carrier.page.select_option("#assisted-reason", "cannot_see")
    axe(carrier.page)
    carrier.presses("They said this amount")
    expect(carrier.page.locator("#card-code")).to_be_visible()
    everything = carrier.page.evaluate(
        "import('/static/agent/store.mjs').then(async (store) => JSON.stringify(await store.allActs()))"
    )
    assert "还款日" not in everything
    told_and_booked(carrier)
    assert FollowUp.objects.get().words
    assert carrier.story.visit.agreements.get().assisted_reason == "cannot_see"


# --- the phone turned to the customer -------------------------------------------------------------------


def test_the_turned_phone_is_large_speaks_the_customers_language_and_shows_nothing_of_the_agents(
    carrier: Carrier,
) -> None:
    Person.objects.filter(id=carrier.story.home.person_id).update(language="zh-hant")
    carrier.fetches_again()
    without_a_signal(carrier)
    carrier.page.evaluate(VOICE)
    carrier.sets_out()
    carrier.arrives()
    carrier.presses("Turn the phone to the customer")
    turned = carrier.page.locator("#app > [lang]")
    expect(turned).to_have_attribute("lang", "zh-Hant")
    expect(carrier.page.locator(".bar")).to_be_hidden()
    axe(carrier.page)
    for language, same in (("zh-Hans", "一样，是你们的人"), ("en", "The same: this is our visitor")):
        carrier.page.locator(f"[data-speaks={language}]").click()
        expect(turned).to_have_attribute("lang", language)
        expect(carrier.page.locator("[data-on=same]")).to_have_text(same)
    carrier.page.locator("#app [data-read-aloud]").click()
    (said,) = carrier.page.evaluate("window.said")
    assert said["lang"] == "en"
    assert "Are these your two pictures?" in said["text"]
    assert "Give the phone back" not in said["text"]
    sizes = carrier.page.evaluate(
        "[...document.querySelectorAll('#app .btn:not(.small)')].map((one) => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 60
    text = carrier.page.evaluate(
        "[...document.querySelectorAll('#app p, #app .btn, #app figcaption')].map((one) =>"
        " Number.parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(text) >= 20
    assert carrier.page.evaluate("document.documentElement.scrollWidth") <= 390
    carrier.presses("Give the phone back")
    expect(carrier.page.locator(".bar")).to_be_visible()
    assert carrier.page.locator("html").get_attribute("data-elder") is None


# --- places and signs of life ---------------------------------------------------------------------------


def test_a_place_is_asked_for_when_setting_out_arriving_and_leaving_and_lies_sealed_until_it_is_told(
    carrier: Carrier,
) -> None:
    home = builders.CENTRE
    carrier.context.grant_permissions(["geolocation"])
    carrier.context.set_geolocation({"latitude": home.latitude, "longitude": home.longitude, "accuracy": 12})
    without_a_signal(carrier)
    carrier.page.evaluate(
        "() => { window.asked = 0; const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);"
        " navigator.geolocation.getCurrentPosition = (...all) => { window.asked += 1; real(...all); }; }"
    )
    carrier.sets_out()
    carrier.proves_both_sides()
    assert carrier.page.evaluate("window.asked") == 2
    acts = carrier.page.evaluate("import('/static/agent/store.mjs').then((store) => store.allActs())")
    assert all("lat" not in act["text"] for act in acts)
    assert [bool(act.get("beside")) for act in acts if act["kind"] in {"set_out", "arrive"}] == [True, True]
    carrier.presses("Only a talk today: leave")
    told_and_booked(carrier)
    kept = [
        (one.moment, round(one.latitude, 4), one.accuracy_m, one.looks) for one in PointProof.objects.all()
    ]
    assert kept == [(moment, round(home.latitude, 4), 12, []) for moment in ("set_out", "arrived", "left")]
    acts = carrier.page.evaluate("import('/static/agent/store.mjs').then((store) => store.allActs())")
    assert not any(act.get("beside") for act in acts)


def test_the_phone_itself_warns_when_the_office_should_hear_and_a_number_quietens_it(
    carrier: Carrier,
) -> None:
    well, _ = queries.own_signs_of_life(actor=carrier.story.visitor)
    without_a_signal(carrier)
    carrier.sets_out()
    carrier.arrives()
    watch = carrier.page.locator("#watch")
    expect(watch).to_contain_text("Sign of life until")
    carrier.waits(26)
    carrier.presses("My day")
    carrier.at_the_stop()
    expect(watch).to_contain_text("Write your number soon")
    carrier.waits(5)
    carrier.presses("My day")
    carrier.at_the_stop()
    expect(watch).to_contain_text("Write your number now")
    axe(carrier.page)
    watch.get_by_role("button", name="All is well").click()
    carrier.page.fill("#sign-number", well)
    carrier.presses("Send")
    expect(watch).to_contain_text("Sign of life until")
    carrier.presses("Stop this visit")
    carrier.page.check("input[name=reason][value=changed_mind]", force=True)
    carrier.presses("Stop this visit")
    expect(watch).to_be_hidden()
    told_and_booked(carrier)
    assert Fact.objects.filter(kind="AgentCheckedIn").count() == 1


# --- an old day, a busy office, uploads in another order ------------------------------------------------


def test_no_visit_is_begun_with_the_day_of_an_earlier_day(carrier: Carrier) -> None:
    without_a_signal(carrier)
    carrier.waits(24 * 60)
    carrier.at_the_stop()
    expect(carrier.page.get_by_text("No visit is begun with the day of an earlier day")).to_be_visible()
    expect(carrier.page.locator("#pin-out")).to_have_count(0)


def test_a_busy_office_loses_nothing_and_is_told_a_little_later(carrier: Carrier) -> None:
    refused: list[str] = []

    def busy(route: Route) -> None:
        if len(refused) < 1:
            refused.append(route.request.url)
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"code": "too-many-uploads"})
        else:
            route.continue_()

    without_a_signal(carrier)
    carrier.sets_out()
    carrier.context.route("**/agent/acts/", busy)
    carrier.context.set_offline(False)
    carrier.page.locator("#badge button").click()
    for _ in range(50):  # whichever asks first is told to come again, and the list says so
        carrier.presses("Tell it now")
        if refused and {state for _, state in carrier.told()} == {"posted"}:
            break
        carrier.page.wait_for_timeout(100)
    carrier.waits_until_told()
    assert len(refused) == 1
    assert {state for _, state in carrier.told()} == {"posted"}


def test_uploads_that_come_in_another_order_take_effect_in_theirs(
    carrier: Carrier, codes: dict[int, str]
) -> None:
    def backwards(route: Route) -> None:
        acts = json.loads(route.request.post_data or "")["acts"]
        answer = route.fetch(post_data=json.dumps({"acts": acts[::-1]}))
        told = answer.json()
        route.fulfill(response=answer, json={**told, "acts": told["acts"][::-1]})

    without_a_signal(carrier)
    carrier.sets_out()
    carrier.proves_both_sides()
    carrier.agrees()
    carrier.takes_cash(codes[1])
    carrier.presses("I leave: the visit is complete")
    carrier.context.route("**/agent/acts/", backwards)
    told_and_booked(carrier)
    assert (carrier.story.visit.state, carrier.story.visit.proof) == ("closed", "both")
    assert Payment.objects.get().amount_minor == 30000
    assert not DeviceAlarm.objects.exists()


# --- the second of a team -------------------------------------------------------------------------------


def test_the_second_of_a_team_goes_along_and_signs_what_was_counted(
    carrier: Carrier, page_for: PageFor
) -> None:
    builders.with_partner(carrier.story.visit.shift, carrier.clock.at)
    partner = carrier.story.visit.shift.partner.agent
    page = page_for(390, language="en", address=carrier.address)
    second = Carrier(carrier.story, carrier.clock, carrier.address, page.context, page, agent=partner)
    second.signs_in().enrols().has_a_day()
    without_a_signal(second)
    expect(second.page.locator(".stop-item")).to_contain_text(carrier.story.agent.staff_number)
    second.at_the_stop()
    axe(second.page)
    expect(second.page.get_by_role("button", name="Set out")).to_have_count(0)
    second.page.fill("#pin-along", PIN)
    second.presses("Open")
    second.page.fill("#along-amount", "300")
    second.presses("I sign this amount")
    expect(second.page.get_by_text("You signed:")).to_be_visible()
    told_and_booked(second)
    second.context.set_offline(False)
    witness = CashWitness.objects.get()
    assert (witness.agent_id, witness.amount_minor) == (partner.id, 30000)
