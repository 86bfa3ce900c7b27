"""A phone becomes a device of the lender, and stops being one."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from koumen.agents.models import Agent
from koumen.agents.permissions import visible_to as agents_visible_to
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.devices.events import AppVersionRequired, DeviceEnrolled, DeviceRevoked, EnrolmentOpened
from koumen.devices.models import AppVersion, Device, Enrolment
from koumen.devices.permissions import may_enrol_device, may_manage_devices
from koumen.devices.queries import last_numbers
from koumen.devices.rules.alarms import RevokeReason
from koumen.devices.rules.certificate import DeviceCertificate, enrolment_text
from koumen.devices.rules.moments import CERTIFICATE_LIVES, ENROLMENT_LIVES
from koumen.devices.rules.signing import is_signed_by, public_key, sign
from koumen.documents.queries import signing_key
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id

TOKEN_BYTES = 32
LABEL_LENGTH = 40


@dataclass(frozen=True)
class OpenedEnrolment:
    """A leave to enrol, with the secret that only the QR code carries."""

    enrolment: Enrolment
    token: str


@command
def open_enrolment(*, agent_id: UUID, label: str, actor: Actor, at: datetime) -> OpenedEnrolment:
    """Let one phone of an agent be enrolled within a quarter of an hour; the secret is told this once.

    Records EnrolmentOpened. Raises Denied("devices-not-yours"), Missing("agent-not-found") or
    Invalid("label-too-long").
    """
    require(may_manage_devices(actor), "devices-not-yours")
    if not Agent.objects.filter(id=agent_id, person__is_active=True).exists():
        raise Missing("agent-not-found")
    if len(label) > LABEL_LENGTH:
        raise Invalid("label-too-long", field="label")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    enrolment = Enrolment.objects.create(
        agent_id=agent_id,
        label=label,
        token_sha256=_digest(token),
        opened_by=actor.key,
        opened_at=at,
        expires_at=at + ENROLMENT_LIVES,
    )
    record(EnrolmentOpened(subject_id=enrolment.id, agent_id=agent_id), actor=actor, at=at)
    return OpenedEnrolment(enrolment, token)


@command
def enrol_device(*, token: str, point: bytes, proof: bytes, actor: Actor, at: datetime) -> Device:
    """Enrol the phone that holds the key of ``point`` (uncompressed, P-256) and proved it by ``proof``.

    The phone must be signed in as the agent for whom the enrolment was opened: the QR code alone, seen over a
    shoulder, enrols nobody. Records DeviceEnrolled. Raises Denied("devices-not-yours"),
    Missing("enrolment-not-found"), Conflict("enrolment-used" | "enrolment-over") or
    Invalid("device-key-unreadable" | "device-key-not-proven").
    """
    require(may_enrol_device(actor), "devices-not-yours")
    enrolment = lock(
        Enrolment.objects.select_related("agent").filter(agent__in=agents_visible_to(actor)),
        missing="enrolment-not-found",
        token_sha256=_digest(token),
    )
    if enrolment.device_id is not None:
        raise Conflict("enrolment-used")
    if at >= enrolment.expires_at:
        raise Conflict("enrolment-over")
    public_key(point)
    if not is_signed_by(point, enrolment_text(token_digest=_digest(token), point=point), proof):
        raise Invalid("device-key-not-proven", field="proof")
    device = _enrolled(enrolment, point, at)
    enrolment.device = device
    enrolment.save(update_fields=["device"])
    record(
        DeviceEnrolled(
            subject_id=device.id,
            agent_id=device.agent_id,
            enrolment_id=enrolment.id,
            key_sha256=hashlib.sha256(point).hexdigest(),
        ),
        actor=actor,
        at=at,
    )
    return device


@command
def revoke_device(
    *, device_id: UUID, reason: RevokeReason, actor: Actor, at: datetime, stated_receipt: int | None = None
) -> Device:
    """Stop believing a device: what it still sends is kept and looked at by a person.

    ``stated_receipt`` is the last receipt number on its screen, when somebody could read it: the numbers up to it
    that never came are missing receipts. Records DeviceRevoked. Raises Denied("devices-not-yours"),
    Missing("device-not-found"), Conflict("device-already-revoked") or Invalid("number-unreadable").
    """
    require(may_manage_devices(actor), "devices-not-yours")
    device = lock(Device.objects.all(), missing="device-not-found", id=device_id)
    if device.revoked_at is not None:
        raise Conflict("device-already-revoked")
    if stated_receipt is not None:
        if stated_receipt < 0:
            raise Invalid("number-unreadable", field="stated_receipt")
        device.stated_receipt, device.stated_at = stated_receipt, at
    device.revoked_at, device.revoke_reason = at, RevokeReason(reason)
    device.save(update_fields=["revoked_at", "revoke_reason", "stated_receipt", "stated_at"])
    came = last_numbers(device_id=device.id)
    record(
        DeviceRevoked(
            subject_id=device.id,
            reason=device.revoke_reason,
            last_sequence=came.sequence,
            last_receipt=came.receipt,
            stated_receipt=stated_receipt,
        ),
        actor=actor,
        at=at,
    )
    return device


@command
def require_app_version(*, least: int, actor: Actor, at: datetime) -> AppVersion:
    """No day pack for an older app from now on; what an older app has done is taken all the same.

    Records AppVersionRequired. Raises Denied("devices-not-yours") or Invalid("number-unreadable").
    """
    require(may_manage_devices(actor), "devices-not-yours")
    if least < 0:
        raise Invalid("number-unreadable", field="least")
    rule = AppVersion.objects.create(least=least, required_by=actor.key, required_at=at)
    record(AppVersionRequired(subject_id=rule.id, version=least), actor=actor, at=at)
    return rule


def _enrolled(enrolment: Enrolment, point: bytes, at: datetime) -> Device:
    device_id, code, valid_to = new_id(), _next_code(), at + CERTIFICATE_LIVES
    certificate = DeviceCertificate(
        device_id=device_id,
        code=code,
        staff_number=enrolment.agent.staff_number,
        point=point,
        valid_from=at,
        valid_to=valid_to,
    ).text()
    return Device.objects.create(
        id=device_id,
        code=code,
        agent_id=enrolment.agent_id,
        label=enrolment.label,
        public_key=point,
        certificate=certificate,
        certificate_signature=sign(signing_key(), certificate),
        enrolled_at=at,
        valid_to=valid_to,
        last_seen_at=at,
    )


def _next_code() -> str:
    """The branch, and the number of the phone in it: a series of receipts that no other has."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('devices_device_serial')")
        (serial,) = cursor.fetchone()
    return f"{this_branch().schema.upper()}-P{serial}"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
