"""Phones on the sites: enrolled at the console, acts taken without a session, receipts that customers carry."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import segno
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.credit.queries import owed
from koumen.devices import commands, queries
from koumen.devices.models import Device, DeviceAct, Enrolment
from koumen.devices.rules.alarms import RevokeReason
from koumen.devices.rules.carried import pack_act
from koumen.devices.rules.certificate import certificate_fields
from koumen.devices.rules.envelope import Kind, SignedAct, item_of, read_signed_act
from koumen.devices.rules.signing import from_text, is_signed_by, sign, to_text
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.canonical import canonical
from koumen.payments import jobs as payment_jobs
from koumen.payments.models import Payment
from koumen.people.models import Person
from koumen.simulation.phone import CashCount, Phone
from koumen.visits.states import VisitState
from tests import builders
from tests.devices.phones import ADMINISTRATOR, a_phone, device_of, leaves, sends
from tests.sites.doors import as_agent, as_staff, nobody, text
from tests.visits.stories import HOUR, Story, a_visit

pytestmark = pytest.mark.django_db

THREE_HUNDRED = CashCount(amount_minor=30000, notes_in={10000: 3})


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def phone(story: Story, at: datetime) -> Phone:
    return a_phone(story.agent, at)


def office(at: datetime, *roles: Role) -> Client:
    person = builders.a_person(at, role=roles[0])
    Person.objects.filter(id=person).update(roles=list(roles))
    return as_staff(person)


def upload(client: Client, *items: object, at: datetime, status: int = 200) -> dict[str, object]:
    with clock.stopped_at(at):
        answered = client.post("/agent/acts/", json.dumps({"acts": items}), content_type="application/json")
    assert answered.status_code == status, text(answered)[:400]
    found: dict[str, object] = answered.json()
    return found


def as_item(act: SignedAct) -> dict[str, str]:
    return item_of(act.text, act.signature)


# --- what phones send -----------------------------------------------------------------------------------


def test_acts_come_in_without_a_session_and_each_is_answered_by_itself(phone: Phone, story: Story) -> None:
    good = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    poisoned = phone.does(Kind.LEAVE, at=story.now, visit_id=story.visit_id)
    later = phone.does(Kind.TURN_BACK, at=story.now, visit_id=story.visit_id, reason="road")
    forged = item_of(good.text.replace("set_out", "leave"), good.signature)
    stranger = Phone(device_id=story.visit_id).does(Kind.SET_OUT, at=story.now)
    told = upload(
        nobody(),
        *(as_item(good), "rubbish", as_item(poisoned), forged, as_item(stranger), as_item(later)),
        at=story.now,
    )
    assert told["acts"] == [
        {"state": "posted", "code": ""},
        {"state": "refused", "code": "act-unreadable"},
        {"state": "quarantined", "code": "visit-cannot-leave"},
        {"state": "refused", "code": "act-forged"},
        {"state": "refused", "code": "device-not-found"},
        {"state": "posted", "code": ""},
    ]
    assert told["now"] == "2026-11-24T04:00:00.000Z"
    assert story.visit.state == VisitState.BOOKED


def test_a_phone_whose_agent_has_left_can_still_tell_what_it_did(phone: Phone, story: Story) -> None:
    act = phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now)
    leaves(story.agent)
    told = upload(as_agent(story.agent.person_id), as_item(act), at=story.now)
    assert told["acts"] == [{"state": "quarantined", "code": "agent-inactive"}]


def test_what_the_phone_did_not_sign_is_kept_only_from_its_own_agent(phone: Phone, story: Story) -> None:
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    forged = item_of(act.text, bytes(64))
    other = as_agent(builders.an_agent(story.now).person_id)
    for client, state in (
        (nobody(), "refused"),
        (other, "refused"),
        (as_agent(story.agent.person_id), "quarantined"),
    ):
        assert upload(client, forged, at=story.now)["acts"] == [{"state": state, "code": "act-forged"}]
    assert DeviceAct.objects.count() == 1


MANY = json.dumps({"acts": [1] * 101})


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"acts":{}}', '{"acts":[]}', "[" * 9000, MANY])
def test_what_is_no_batch_is_refused_and_nothing_is_kept(body: str, at: datetime) -> None:
    answered = nobody().post("/agent/acts/", body, content_type="application/json")
    assert (answered.status_code, answered.json()["code"]) == (422, "act-unreadable")
    assert nobody().get("/agent/acts/").status_code == 405


def test_too_many_uploads_are_told_when_to_come_again_and_no_act_is_lost(phone: Phone, story: Story) -> None:
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    for _ in range(30):
        upload(nobody(), "rubbish", at=story.now)
    upload(nobody(), as_item(act), at=story.now)  # rubbish from the same place uses up nothing of the phone's
    for _ in range(29):
        upload(nobody(), as_item(act), at=story.now)
    later = phone.does(Kind.TURN_BACK, at=story.now, visit_id=story.visit_id, reason="road")
    with clock.stopped_at(story.now):
        refused = nobody().post(
            "/agent/acts/",
            json.dumps({"acts": [as_item(act), as_item(later)]}),
            content_type="application/json",
        )
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert refused.json()["code"] == "too-many-uploads"
    assert DeviceAct.objects.count() == 1
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")  # whoever names this phone elsewhere keeps it from nothing
    assert upload(elsewhere, as_item(later), at=story.now)["acts"] == [{"state": "posted", "code": ""}]


def test_an_address_has_its_own_limit_whatever_phones_it_names(
    phone: Phone, story: Story, settings: LazySettings
) -> None:
    settings.KOUMEN_OPEN_LIMITS = {**settings.KOUMEN_OPEN_LIMITS, "acts": "3/m/ip"}
    for _ in range(3):
        upload(nobody(), "rubbish", at=story.now)
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    upload(nobody(), as_item(act), at=story.now, status=429)


def test_pictures_of_receipts_are_opened_only_so_often_from_one_place(
    phone: Phone, story: Story, settings: LazySettings
) -> None:
    settings.KOUMEN_OPEN_LIMITS = {
        **settings.KOUMEN_OPEN_LIMITS,
        "carried": "2/10m/ip",
        "receipt_file": "1/10m/ip",
    }
    act = phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now)
    address = f"/public/a/{pack_act(act)}/"
    with clock.stopped_at(story.now):
        statuses = [nobody().get(address).status_code for _ in range(2)]
        refused = nobody().get(address)
    assert 429 not in statuses
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    files = [
        nobody().post("/public/receipt/", {"file": SimpleUploadedFile("r.pdf", b"%PDF-1.7")}).status_code
        for _ in range(2)
    ]
    assert files[1] == 429


def test_an_answer_tells_which_app_is_too_old(phone: Phone, story: Story) -> None:
    commands.require_app_version(least=7, actor=ADMINISTRATOR, at=story.now)
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    assert upload(nobody(), as_item(act), at=story.now)["least_app"] == 7


# --- enrolling ------------------------------------------------------------------------------------------


def test_an_administrator_shows_a_picture_and_the_phone_enrols(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr("koumen.web.ui.templatetags.door.segno.make", _remember(drawn))
    desk = office(story.now, Role.ADMINISTRATOR)
    shown = text(desk.post("/console/phones/enrol/", {"agent": str(story.agent.id), "label": "red"}))
    assert "shown only now" in shown
    (url,) = drawn
    token = urlsplit(url).fragment
    assert token not in shown
    phone, browser = Phone(), as_agent(story.agent.person_id)
    form = {
        "token": token,
        "public_key": to_text(phone.point),
        "proof": to_text(phone.proof(token)),
    }
    assert browser.post("/agent/device/", form).status_code == 302
    device = Device.objects.get()
    assert (device.label, device.agent_id) == ("red", story.agent.id)
    page = browser.get("/agent/device/").content.decode()
    assert to_text(phone.point) in page
    assert device.code in text(desk.get("/console/phones/"))
    again = browser.post("/agent/device/", form)
    assert again.status_code == 409
    assert "used already" in text(again)


def _remember(drawn: list[str]) -> object:
    make = segno.make

    def draw(content: str, **how: Any) -> segno.QRCode:
        drawn.append(content)
        return make(content, **how)

    return draw


@pytest.mark.parametrize("bad", [{}, {"token": "x", "public_key": "%%", "proof": ""}, {"token": "x" * 9000}])
def test_a_form_that_is_no_enrolment_is_refused_in_words(story: Story, bad: dict[str, str]) -> None:
    answered = as_agent(story.agent.person_id).post("/agent/device/", bad)
    assert answered.status_code in {404, 422}
    assert not Device.objects.exists()


def test_only_the_administrator_enrols_blocks_and_requires(phone: Phone, story: Story) -> None:
    device = device_of(phone)
    finance = office(story.now, Role.FINANCE)
    for path, form in (
        ("enrol/", {"agent": str(story.agent.id)}),
        (f"{device.id}/revoke/", {"reason": "lost"}),
        ("version/", {"least": "3"}),
    ):
        assert finance.post(f"/console/phones/{path}", form).status_code == 403
    assert Enrolment.objects.count() == 1
    desk = office(story.now, Role.ADMINISTRATOR)
    assert desk.post("/console/phones/version/", {"least": "3"}).status_code == 302
    assert queries.least_app_version() == 3
    answered = desk.post(f"/console/phones/{device.id}/revoke/", {"reason": "lost", "stated_receipt": "4"})
    assert answered.status_code == 302
    page = text(desk.get(f"/console/phones/{device.id}/"))
    assert "Blocked" in page
    assert "1, 2, 3, 4" in page


# --- what waits for a person ----------------------------------------------------------------------------


def test_cash_set_aside_is_shown_with_its_amount_and_booked_by_finance(phone: Phone, story: Story) -> None:
    commands.revoke_device(
        device_id=device_of(phone).id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=story.now
    )
    (row,) = sends(phone, story.now, phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now))
    finance, desk = office(story.now, Role.FINANCE), office(story.now, Role.DISPATCHER)
    listed = text(finance.get("/console/phones/"))
    assert "300.00" in listed
    assert "Money that is not in the books yet" in listed
    assert "Let it count" not in text(desk.get(f"/console/phones/acts/{row.id}/"))
    assert desk.post(f"/console/phones/acts/{row.id}/", {"decision": "post"}).status_code == 403
    dismissed = finance.post(f"/console/phones/acts/{row.id}/", {"decision": "dismiss", "reason": "not_ours"})
    assert dismissed.status_code == 409
    assert "Let it count" in text(finance.get(f"/console/phones/acts/{row.id}/"))
    assert finance.post(f"/console/phones/acts/{row.id}/", {"decision": "post"}).status_code == 302
    assert "Booked" in text(finance.get(f"/console/phones/acts/{row.id}/"))
    assert owed(actor=SYSTEM, account_id=story.account_id, at=story.now).all_minor == 70000


def test_what_is_no_money_can_be_dismissed_with_a_reason(phone: Phone, story: Story) -> None:
    (row,) = sends(phone, story.now, phone.does(Kind.LEAVE, at=story.now, visit_id=story.visit_id))
    desk, there = office(story.now, Role.DISPATCHER), f"/console/phones/acts/{row.id}/"
    assert desk.post(there, {"decision": "dismiss", "reason": "because"}).status_code == 422
    assert desk.post(there, {"decision": "dismiss", "reason": "overtaken"}).status_code == 302
    assert "Nothing to do" in text(desk.get(there))


def test_an_alarm_is_taken_at_the_console_and_the_list_is_a_file_too(phone: Phone, story: Story) -> None:
    phone.last_hash = bytes([7] * 32)
    sends(phone, story.now, phone.does(Kind.LEAVE, at=story.now, visit_id=story.visit_id))
    desk = office(story.now, Role.DISPATCHER)
    assert "does not follow the one before" in text(desk.get("/console/phones/"))
    (alarm,) = queries.open_alarms(actor=ADMINISTRATOR)
    assert desk.post(f"/console/phones/alarms/{alarm.id}/take/").status_code == 302
    assert (
        "does not follow the one before" not in text(desk.get("/console/phones/")).split("What was done")[0]
    )
    file = b"".join(desk.get("/console/phones/all.csv").streaming_content)  # type: ignore[attr-defined]
    assert device_of(phone).code.encode() in file


# --- the customer's copy --------------------------------------------------------------------------------


def carried(act: SignedAct, at: datetime, *, status: int = 200) -> str:
    with clock.stopped_at(at):
        answered = nobody().get(f"/public/a/{pack_act(act)}/", follow=True)
    assert answered.status_code == status, text(answered)[:400]
    return text(answered)


def test_whoever_opens_the_picture_of_an_offline_receipt_brings_it_in(phone: Phone, story: Story) -> None:
    cash = phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now)
    page = carried(cash, story.now)
    assert "This receipt is genuine" in page
    assert "We issued it" in page
    assert "300.00" in page
    assert f"{device_of(phone).code}-0000001" in page
    assert DeviceAct.objects.get().carried_by == "customer"
    for _ in range(3):
        carried(cash, story.now + HOUR)
    sends(phone, story.now + 2 * HOUR)
    assert Payment.objects.count() == 1
    assert owed(actor=SYSTEM, account_id=story.account_id, at=story.now + 2 * HOUR).all_minor == 70000


def test_r15_a_receipt_whose_payment_was_taken_back_is_void_and_the_debt_is_as_before(
    phone: Phone, story: Story
) -> None:
    cash = phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now)
    carried(cash, story.now)
    credit.reverse_activity(
        activity_id=Payment.objects.get().id, reason="told_twice", actor=SYSTEM, at=story.now
    )
    payment_jobs.void_receipts(Fact.objects.get(kind="ActivityReversed").fact_id)
    assert "This receipt is void" in carried(cash, story.now)
    sends(phone, story.now + HOUR)
    assert Payment.objects.count() == 1
    assert owed(actor=SYSTEM, account_id=story.account_id, at=story.now).all_minor == 100000


def test_a_receipt_that_comes_before_the_rest_is_said_to_be_on_its_way(phone: Phone, story: Story) -> None:
    phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    cash = phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now)
    assert "just reached us" in carried(cash, story.now)
    assert not Payment.objects.exists()


def test_a_changed_receipt_is_not_ours_and_is_not_kept(phone: Phone, story: Story) -> None:
    cash = phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now)
    changed = read_signed_act(item_of(cash.text.replace("30000", "90000"), cash.signature))
    assert "not a receipt of ours" in carried(changed, story.now, status=409)
    assert not DeviceAct.objects.exists()


def test_only_receipts_are_shown_to_the_public(phone: Phone, story: Story) -> None:
    carried(phone.does(Kind.ARRIVE, at=story.now, visit_id=story.visit_id), story.now, status=404)
    carried(
        Phone(device_id=story.visit_id).takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now),
        story.now,
        status=404,
    )
    for packed in ("x", "A" * 300, "%00"):
        assert nobody().get(f"/public/a/{packed}/").status_code in {404, 422}
    assert not DeviceAct.objects.exists()


def test_anybody_can_check_a_receipt_with_the_published_certificates(phone: Phone, story: Story) -> None:
    cash = phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.now + timedelta(minutes=1))
    published = nobody().get("/public/devices.json").json()
    lender = from_text(published["lender_public_key"], field="lender")
    (one,) = published["devices"]
    assert is_signed_by(lender, one["certificate"], from_text(one["signature"], field="signature"))
    point = from_text(certificate_fields(one["certificate"])["public_key"], field="public_key")
    assert cash.is_signed_by(point)


# --- the app and its day --------------------------------------------------------------------------------


def asks(phone: Phone, *, app: int = 1, key: Phone | None = None) -> str:
    """The question for a day, signed (by another key if told)."""
    ask = canonical({"for": "koumen.day-pack.1", "device": str(phone.device_id), "app": app, "at": "x"})
    return json.dumps({"ask": ask, "sig": to_text(sign((key or phone).key, ask))})


def day_of(client: Client, body: str, *, status: int = 200) -> dict[str, Any]:
    answered = client.post("/agent/day-pack/", body, content_type="application/json")
    assert answered.status_code == status, text(answered)[:400]
    found: dict[str, Any] = answered.json()
    return found


def test_the_list_of_a_day_says_nothing_of_debt_and_the_rest_comes_apart(phone: Phone, story: Story) -> None:
    """R26: until the agent sets out a first name, an address, a window and a band."""
    day = day_of(as_agent(story.agent.person_id), asks(phone))
    (stop,) = day["stops"]
    assert set(stop) == {
        *(
            "visit",
            "number",
            "first_name",
            "address",
            "window_from",
            "window_to",
            "state",
            "band",
            "wants_cash",
            "staff",
            "leader",
        )
    }
    assert (stop["visit"], stop["band"]) == (str(story.visit_id), [20000, 50000])
    sealed = day["sealed"][str(story.visit_id)]
    assert sealed["quote"]["all"] == 100000
    assert len(sealed["pictures"]) == 2
    assert sealed["note"] == "门铃坏了"
    assert "1948" not in json.dumps(day)


def test_a_day_is_given_only_to_the_agents_own_phone_that_asks_by_its_key(phone: Phone, story: Story) -> None:
    own, other = as_agent(story.agent.person_id), as_agent(builders.an_agent(story.now).person_id)
    assert day_of(own, asks(phone, key=Phone()), status=403)["code"] == "act-forged"
    assert day_of(other, asks(phone), status=404)["code"] == "device-not-found"
    assert nobody().post("/agent/day-pack/", asks(phone), content_type="application/json").status_code == 302
    for rubbish in ("", "{}", '{"ask": "{}"}', '{"ask": "[]", "sig": "x"}', json.dumps({"ask": 7})):
        assert day_of(own, rubbish, status=422)["code"] == "form-unreadable"


def test_an_old_app_and_a_blocked_phone_are_told_so_in_words(phone: Phone, story: Story) -> None:
    own = as_agent(story.agent.person_id)
    commands.require_app_version(least=2, actor=ADMINISTRATOR, at=story.now)
    assert "too old" in day_of(own, asks(phone), status=409)["said"]
    device = device_of(phone)
    commands.revoke_device(device_id=device.id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=story.now)
    assert day_of(own, asks(phone, app=2), status=409)["code"] == "device-revoked"
    state = nobody().get(f"/agent/device/{device.id}/state/").json()
    assert (state["revoked"], state["least_app"]) == (True, 2)
    assert nobody().get(f"/agent/device/{story.visit_id}/state/").status_code == 404


def test_the_frame_of_the_app_holds_nobodys_data_and_the_worker_keeps_every_file(story: Story) -> None:
    frame = as_agent(story.agent.person_id).get("/agent/app/")
    shown = text(frame)
    for name in ("李", "人民路", "100000", "1,000.00"):
        assert name not in shown
    program = nobody().get("/agent/worker.js").content.decode()
    assert frame["Koumen-Build"] in program
    kept = json.loads(program.split("\n")[0].removeprefix("const APP = ").rstrip(";"))
    for address in kept["files"]:
        assert finders.find(address.removeprefix("/static/")), address
    folder = Path(str(finders.find("agent/app.mjs"))).parent
    needed, found = {"app.mjs", "enrol.mjs"}, set[str]()
    while needed - found:  # a module that is not kept would stop the whole app without a signal
        name = (needed - found).pop()
        found.add(name)
        needed |= set(re.findall(r'from "\./(.+?)"', (folder / name).read_text(encoding="utf-8")))
    assert {f"agent/{name}" for name in found} <= {
        address.removeprefix("/static/") for address in kept["files"]
    }
    assert nobody().get("/agent/app/manifest.webmanifest").json()["scope"] == "/agent/"
