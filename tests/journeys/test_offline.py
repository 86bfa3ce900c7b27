"""A visit on a phone without a signal, in a real browser: the network cut, tabs killed, the store tampered with."""

import pytest
from playwright.sync_api import APIResponse, Route, expect

from koumen.audit.models import Fact
from koumen.devices import commands
from koumen.devices.models import DeviceAct
from koumen.devices.rules.alarms import RevokeReason
from koumen.payments.models import Payment
from tests.browser import PageFor, axe
from tests.devices.phones import ADMINISTRATOR
from tests.journeys.offline import PIN, Carrier

pytestmark = pytest.mark.journey


def test_a_whole_visit_without_a_signal_survives_killed_tabs_and_is_booked_once(
    carrier: Carrier, codes: dict[int, str], page_for: PageFor
) -> None:
    carrier.context.set_offline(True)
    carrier.opens()
    carrier.unlocks()
    axe(carrier.page)
    carrier.sets_out()
    carrier.proves_both_sides()
    carrier.page.close()  # the tab dies at the table
    carrier.page = carrier.context.new_page()
    carrier.opens()
    carrier.unlocks()
    carrier.at_the_stop()
    axe(carrier.page)
    carrier.agrees()
    address = carrier.takes_cash(codes[1])
    axe(carrier.page)
    assert {state for _, state in carrier.told()} == {"saved"}
    carrier.presses("I leave: the visit is complete")
    assert not DeviceAct.objects.exists()

    customer = page_for(390, language="en", address=carrier.address)
    customer.goto(address)  # the customer's own telephone brings the receipt in
    expect(customer.get_by_text("This receipt is genuine")).to_be_visible()
    assert DeviceAct.objects.get().carried_by == "customer"

    carrier.context.set_offline(False)
    carrier.tells()
    assert {state for _, state in carrier.told()} == {"posted"}
    visit = carrier.story.visit
    assert (visit.state, visit.proof) == ("closed", "both")
    payment = Payment.objects.get()
    assert payment.amount_minor == 30000
    assert payment.receipt.printed_number == f"{carrier.device.code}-0000001"
    carrier.tells()
    assert Payment.objects.count() == 1

    carrier.presses("My day")
    carrier.presses("End my day: state the numbers and clear the phone")
    expect(carrier.page.get_by_text("Everything is told")).to_be_visible()
    assert carrier.device.stated_receipt == 1
    assert _left_behind(carrier) == ["chain", "device", "key", "offset"]


def _left_behind(carrier: Carrier) -> list[str]:
    """The names of what is in the phone's store."""
    found: list[str] = carrier.page.evaluate(
        "import('/static/agent/store.mjs').then((store) => store.openStore()).then((store) =>"
        " new Promise((done) => { const asked = store.transaction('things').objectStore('things').getAllKeys();"
        " asked.onsuccess = () => done(asked.result); }))"
    )
    return sorted(found)


def test_five_wrong_pins_wipe_the_day_and_keep_what_was_done(carrier: Carrier) -> None:
    carrier.context.set_offline(True)
    carrier.opens()
    carrier.unlocks()
    carrier.sets_out()
    carrier.page.reload()
    for left in (4, 3, 2, 1):
        carrier.unlocks(pin="000000")
        expect(carrier.page.locator("[data-text=left]")).to_have_text(str(left))
    carrier.unlocks(pin="000000")
    expect(carrier.page.get_by_text("The day was wiped")).to_be_visible()
    assert "day" not in _left_behind(carrier)
    assert "lock" not in _left_behind(carrier)
    carrier.presses("Go on")
    carrier.context.set_offline(False)
    carrier.tells()
    assert {state for _, state in carrier.told()} == {"posted"}


def test_nobodys_name_or_address_lies_readable_in_the_store(carrier: Carrier) -> None:
    carrier.sets_out()
    everything = carrier.page.evaluate(
        "import('/static/agent/store.mjs').then(async (store) => JSON.stringify("
        "[await store.read('day'), await store.read('lock'), await store.allActs()]))"
    )
    for secret in ("李", "人民路", "+86138", "teapot", "门铃", PIN):
        assert secret not in everything


def test_one_poisoned_act_does_not_keep_the_others_waiting(carrier: Carrier) -> None:
    carrier.context.set_offline(True)
    carrier.opens()
    carrier.unlocks()
    carrier.sets_out()
    carrier.arrives()
    carrier.page.evaluate(  # somebody changes a queued act in the phone's store
        "import('/static/agent/store.mjs').then((store) => store.write(async (all) => {"
        " const first = await all.act(1); await all.putAct({...first, text: first.text.replace('opened', 'leave')}); }))"
    )
    carrier.context.set_offline(False)
    carrier.tells()
    states = dict(carrier.told())
    assert states["opened"] == "quarantined"
    assert DeviceAct.objects.filter(is_genuine=False).count() == 1
    assert (
        DeviceAct.objects.filter(is_genuine=True, state="received").count() == 2
    )  # they wait for the true first


def test_two_tabs_number_their_acts_one_after_the_other(carrier: Carrier) -> None:
    other = carrier.context.new_page()
    carrier.opens(other)
    carrier.unlocks(other)
    program = (
        "import('/static/agent/acts.mjs').then((acts) => Promise.all("
        "[1, 2, 3, 4, 5].map((n) => acts.act('numbers', null, {last_receipt: 0, last_n: n}))))"
    )
    carrier.page.evaluate(f"globalThis.both = {program}; true")
    other.evaluate(f"{program}.then(() => true)")
    carrier.page.evaluate("globalThis.both.then(() => true)")
    carrier.tells()
    assert list(DeviceAct.objects.order_by("sequence").values_list("sequence", "state")) == [
        (n, "posted") for n in range(1, 11)
    ]


def test_a_full_phone_says_that_nothing_was_saved(carrier: Carrier) -> None:
    carrier.sets_out()
    carrier.page.evaluate(
        "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; true"
    )
    carrier.presses("I am at the door")
    expect(carrier.page.get_by_text("NOT saved")).to_be_visible()
    carrier.opens()
    carrier.unlocks()
    assert [kind for kind, _ in carrier.told()] == ["set_out"]


def test_a_blocked_phone_tells_what_it_has_and_wipes_itself(carrier: Carrier) -> None:
    carrier.sets_out()
    commands.revoke_device(
        device_id=carrier.device.id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=carrier.clock.at
    )
    carrier.presses("I am at the door")
    expect(carrier.page.get_by_text("This phone was blocked")).to_be_visible()
    carrier.waits_until_told()
    assert "day" not in _left_behind(carrier)
    assert DeviceAct.objects.get(kind="arrive").code == "device-revoked"


def test_a_clock_that_is_rolled_two_days_back_is_noticed_and_does_no_harm(carrier: Carrier) -> None:
    carrier.page.evaluate(
        "const real = Date; globalThis.Date = class extends real { constructor(...all) {"
        " all.length ? super(...all) : super(real.now() - 172800000); } }; true"
    )
    carrier.sets_out()
    carrier.tells()
    act = DeviceAct.objects.get(kind="set_out")
    assert act.clock_differed
    assert act.counted_at is not None
    assert act.counted_at >= carrier.story.now
    assert carrier.story.visit.state == "on_the_way"


def test_a_page_that_needs_a_signal_gives_way_to_the_app_without_one(carrier: Carrier) -> None:
    carrier.context.set_offline(True)
    carrier.page.goto(f"{carrier.address}/agent/visits/{carrier.story.visit_id}/")
    expect(carrier.page.locator("#pin-open")).to_be_visible()


def test_the_app_can_be_installed(carrier: Carrier) -> None:
    manifest = carrier.page.evaluate("fetch('/agent/app/manifest.webmanifest').then((one) => one.json())")
    assert (manifest["scope"], manifest["start_url"]) == ("/agent/", "/agent/app/")
    worker = carrier.page.evaluate(
        "navigator.serviceWorker.ready.then((one) => [one.scope, one.active.scriptURL])"
    )
    assert worker[0].endswith("/agent/")


def test_a_new_build_waits_until_no_visit_is_under_way(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier.sets_out()
    monkeypatch.setattr("koumen.web.agent.pages.pack.build", lambda: "newer")
    carrier.page.evaluate(
        "navigator.serviceWorker.getRegistration('/agent/').then(async (one) => { await one.update();"
        " while (!one.waiting) await new Promise((done) => setTimeout(done, 50)); })"
    )
    expect(carrier.page.get_by_text("It is loaded when this visit is over")).to_be_visible()
    before = carrier.page.locator("#app").get_attribute("data-build")
    carrier.opens()  # also after a reload the steps stay those of the build that began the visit
    assert carrier.page.locator("#app").get_attribute("data-build") == before
    carrier.unlocks()
    carrier.at_the_stop()
    carrier.presses("Turn back")
    carrier.presses("My day")
    with carrier.page.expect_navigation():
        carrier.presses("Load it now")
    expect(carrier.page.locator("#app[data-build=newer][data-ready=yes]")).to_be_attached()
    carrier.unlocks()
    expect(carrier.page.locator(".stop-item")).to_have_count(1)


def test_an_upload_that_is_lost_on_its_way_back_is_told_again_and_counts_once(carrier: Carrier) -> None:
    lost: list[APIResponse] = []

    def loses(route: Route) -> None:
        if len(lost) < 2:  # the server hears it, and the phone never learns that it did
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    carrier.context.route("**/agent/acts/", loses)
    carrier.sets_out()
    carrier.presses("I am at the door")
    for _ in range(3):
        carrier.page.locator("#badge button").click()
        carrier.presses("Tell it now")
    carrier.waits_until_told()
    assert len(lost) == 2
    assert {state for _, state in carrier.told()} == {"posted"}
    assert DeviceAct.objects.count() == 2
    assert Fact.objects.filter(kind="AgentArrived").count() == 1
