"""The day pack: what a device needs for a day without a signal."""

from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.devices.events import DayPackIssued
from koumen.devices.models import DayPack
from koumen.devices.permissions import visible_to
from koumen.devices.queries import least_app_version
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Conflict


@command
def issue_day_pack(
    *, device_id: UUID, date: date, stops: int, app_version: int, actor: Actor, at: datetime
) -> DayPack:
    """Note that a device of the acting agent gets its day; acts that it makes with it count from now on.

    Records DayPackIssued. Raises Denied("devices-not-yours"), Missing("device-not-found") or
    Conflict("device-revoked" | "certificate-over" | "app-too-old").
    """
    require(actor.role is Role.AGENT, "devices-not-yours")
    device = lock(visible_to(actor), missing="device-not-found", id=device_id)
    if device.revoked_at is not None:
        raise Conflict("device-revoked")
    if at >= device.valid_to:
        raise Conflict("certificate-over")
    least = least_app_version()
    if app_version < least:
        raise Conflict("app-too-old", least=least)
    device.app_version, device.last_seen_at = app_version, at
    device.save(update_fields=["app_version", "last_seen_at"])
    pack = DayPack.objects.create(device=device, date=date, issued_at=at)
    record(DayPackIssued(subject_id=device.id, pack_id=pack.id, stops=stops), actor=actor, at=at)
    return pack
