"""A phone becomes a device by its own key, once, soon, and only in the hands of its agent."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from koumen.audit.models import Fact
from koumen.devices import commands, queries
from koumen.devices.models import Device, Enrolment
from koumen.devices.rules.alarms import RevokeReason
from koumen.devices.rules.envelope import Kind
from koumen.devices.rules.signing import from_text, is_signed_by, point_of
from koumen.documents.queries import signing_key
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.simulation.phone import Phone
from koumen.visits import commands as visits
from koumen.visits.queries import pictures_for
from koumen.visits.rules.cards import CardWay
from tests import builders
from tests.devices.phones import ADMINISTRATOR, a_phone, device_of, sends
from tests.visits.stories import a_visit

pytestmark = pytest.mark.django_db


def test_a_device_holds_the_lenders_certificate_over_its_key(at: datetime) -> None:
    phone = a_phone(builders.an_agent(at), at)
    device = device_of(phone)
    lender = point_of(signing_key().public_key())
    assert is_signed_by(lender, device.certificate, bytes(device.certificate_signature))
    stated = json.loads(device.certificate)
    assert from_text(stated["public_key"], field="public_key") == phone.point
    assert stated["code"] == device.code
    assert device.code.startswith("TEST-P")
    assert stated["device"] == str(device.id)


def test_the_secret_of_an_enrolment_is_nowhere_kept(at: datetime) -> None:
    agent = builders.an_agent(at)
    opened = commands.open_enrolment(agent_id=agent.id, label="red", actor=ADMINISTRATOR, at=at)
    assert opened.token.encode() not in bytes(Enrolment.objects.get().token_sha256)
    assert not any(opened.token in body for body in Fact.objects.values_list("body", flat=True))


def test_only_an_administrator_opens_an_enrolment(at: datetime) -> None:
    agent = builders.an_agent(at)
    for actor in (builders.staff(Role.DISPATCHER), builders.acting(agent), SYSTEM):
        with pytest.raises(Denied, match="devices-not-yours"):
            commands.open_enrolment(agent_id=agent.id, label="", actor=actor, at=at)
    assert not Enrolment.objects.exists()


def test_a_code_seen_over_a_shoulder_enrols_nobody_else(at: datetime) -> None:
    agent, thief = builders.an_agent(at), builders.an_agent(at)
    opened = commands.open_enrolment(agent_id=agent.id, label="", actor=ADMINISTRATOR, at=at)
    phone = Phone()
    for actor, error in ((builders.acting(thief), Missing), (ADMINISTRATOR, Denied)):
        with pytest.raises(error):
            commands.enrol_device(
                token=opened.token, point=phone.point, proof=phone.proof(opened.token), actor=actor, at=at
            )
    assert not Device.objects.exists()


def test_an_enrolment_is_good_once_and_for_a_quarter_of_an_hour(at: datetime) -> None:
    agent = builders.an_agent(at)
    who, phone = builders.acting(agent), Phone()
    opened = commands.open_enrolment(agent_id=agent.id, label="", actor=ADMINISTRATOR, at=at)
    said = {"token": opened.token, "point": phone.point, "proof": phone.proof(opened.token), "actor": who}
    with pytest.raises(Conflict, match="enrolment-over"):
        commands.enrol_device(**said, at=at + timedelta(minutes=15))  # type: ignore[arg-type]
    commands.enrol_device(**said, at=at)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="enrolment-used"):
        commands.enrol_device(**said, at=at)  # type: ignore[arg-type]
    with pytest.raises(Missing, match="enrolment-not-found"):
        commands.enrol_device(**said | {"token": "guessed"}, at=at)  # type: ignore[arg-type]


def test_whoever_does_not_hold_the_key_enrols_nothing(at: datetime) -> None:
    agent = builders.an_agent(at)
    opened = commands.open_enrolment(agent_id=agent.id, label="", actor=ADMINISTRATOR, at=at)
    phone, other = Phone(), Phone()
    for proof in (other.proof(opened.token), phone.proof("another token"), bytes(64)):
        with pytest.raises(Invalid, match="device-key-not-proven"):
            commands.enrol_device(
                token=opened.token, point=phone.point, proof=proof, actor=builders.acting(agent), at=at
            )
    assert not Device.objects.exists()


def test_nobody_changes_the_key_of_a_device_or_takes_a_revocation_back(at: datetime) -> None:
    device = device_of(a_phone(builders.an_agent(at), at))
    commands.revoke_device(device_id=device.id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=at)
    for change in ({"public_key": Phone().point}, {"revoked_at": None, "revoke_reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Device.objects.filter(id=device.id).update(**change)
    with pytest.raises(Conflict, match="device-already-revoked"):
        commands.revoke_device(device_id=device.id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=at)


def test_revoking_counts_what_came_against_the_number_on_the_screen(at: datetime) -> None:
    phone = a_phone(builders.an_agent(at), at)
    device = device_of(phone)
    sends(phone, at, phone.does(Kind.NUMBERS, at=at, last_receipt=0, last_n=1))
    commands.revoke_device(
        device_id=device.id, reason=RevokeReason.BROKEN, stated_receipt=2, actor=ADMINISTRATOR, at=at
    )
    (row,) = queries.device_last_number(actor=ADMINISTRATOR, agent_id=device.agent_id)
    assert (row.stated_receipt, row.last_receipt, row.missing_receipts) == (2, 0, (1, 2))
    assert not row.is_whole


# --- the day pack ---------------------------------------------------------------------------------------


def test_a_revoked_an_old_or_somebody_elses_device_gets_no_day_pack(at: datetime) -> None:
    agent, other = builders.an_agent(at), builders.an_agent(at)
    device = device_of(a_phone(agent, at))
    asked = {"device_id": device.id, "app_version": 1}
    with pytest.raises(Missing, match="device-not-found"):
        commands.issue_day_pack(**asked, actor=builders.acting(other), at=at)  # type: ignore[arg-type]
    commands.require_app_version(least=2, actor=ADMINISTRATOR, at=at)
    with pytest.raises(Conflict, match="app-too-old"):
        commands.issue_day_pack(**asked, actor=builders.acting(agent), at=at)  # type: ignore[arg-type]
    newer = asked | {"app_version": 2}
    commands.issue_day_pack(**newer, actor=builders.acting(agent), at=at)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="certificate-over"):
        commands.issue_day_pack(
            **newer,  # type: ignore[arg-type]
            actor=builders.acting(agent),
            at=at + timedelta(days=800),
        )
    commands.revoke_device(device_id=device.id, reason=RevokeReason.STOLEN, actor=ADMINISTRATOR, at=at)
    with pytest.raises(Conflict, match="device-revoked"):
        commands.issue_day_pack(**newer, actor=builders.acting(agent), at=at)  # type: ignore[arg-type]


def test_a_day_pack_holds_what_a_door_needs_and_takes_the_lines_of_door_cards(at: datetime) -> None:
    story = a_visit(at)
    visits.issue_door_card(
        customer_id=story.home.id, way=CardWay.COUNTER, actor=builders.staff(Role.DISPATCHER), at=at
    )
    device = device_of(a_phone(story.agent, at, packed=False))
    day = commands.issue_day_pack(device_id=device.id, app_version=1, actor=story.visitor, at=at)
    (one,) = day.stops
    assert one.door is not None
    assert one.quote is not None
    assert one.door.pictures == pictures_for(actor=story.customer, visit_id=story.visit_id)
    assert (one.door.card_number, story.visit.card_number) == (1, 1)
    assert one.quote.all_minor == 100000
    assert one.note == "门铃坏了"
    assert one.details.birth_year is None
    again = commands.issue_day_pack(device_id=device.id, app_version=1, actor=story.visitor, at=at)
    assert again.stops[0].door is not None
    assert again.stops[0].door.card_number == 1
    assert not any(one.door.pictures[0] in body for body in Fact.objects.values_list("body", flat=True))


def test_a_visit_that_is_over_gives_no_pictures_away(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    visits.break_off(visit_id=story.visit_id, reason="changed_mind", actor=story.visitor, at=story.now)
    device = device_of(a_phone(story.agent, at, packed=False))
    day = commands.issue_day_pack(device_id=device.id, app_version=1, actor=story.visitor, at=at)
    assert [one.door and one.door.pictures for one in day.stops] == [None]


def test_what_an_older_app_has_done_is_taken_all_the_same(at: datetime) -> None:
    story = a_visit(at)
    phone = a_phone(story.agent, at)
    commands.require_app_version(least=99, actor=ADMINISTRATOR, at=at)
    (row,) = sends(phone, at, phone.does(Kind.SET_OUT, at=at, visit_id=story.visit_id))
    assert row.state == "posted"
