"""Receipt numbers that are missing, and what travelled beside acts and waits too long."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.devices.commands.alarming import alarm
from koumen.devices.events import BesideForgotten
from koumen.devices.models import Device, DeviceAct
from koumen.devices.permissions import may_settle_acts
from koumen.devices.queries import missing_numbers
from koumen.devices.rules.alarms import AlarmKind
from koumen.devices.rules.moments import GAP_ALARMS_AFTER
from koumen.kit.actor import Actor


@command
def watch_receipts(*, device_id: UUID, actor: Actor, at: datetime) -> tuple[int, ...]:
    """Raise an alarm for each receipt number below one that came (or was stated) more than two hours ago.

    Gives the missing numbers. Records DeviceAlarmed. Raises Denied("acts-not-yours").
    """
    require(may_settle_acts(actor), "acts-not-yours")
    device = lock(Device.objects.all(), missing="device-not-found", id=device_id)
    since = at - GAP_ALARMS_AFTER
    used = DeviceAct.objects.filter(device=device, receipt_number__isnull=False)
    old = used.filter(received_at__lte=since).order_by("-receipt_number").first()
    stated = device.stated_receipt if device.stated_at and device.stated_at <= since else None
    due = max(old.receipt_number or 0 if old else 0, stated or 0)
    numbers = {
        n or 0 for n in used.filter(Q(receipt_number__lte=due)).values_list("receipt_number", flat=True)
    }
    missing = missing_numbers(numbers, stated=due)
    for number in missing:
        alarm(device.id, AlarmKind.RECEIPT_GAP, number, actor=actor, at=at)
    return missing


@command
def forget_beside(*, act_id: UUID, actor: Actor, at: datetime) -> DeviceAct:
    """Drop the place or the words that came beside an act which nobody has decided about; what was signed stays.

    Records BesideForgotten. Raises Denied("acts-not-yours") or Missing("act-not-found").
    """
    require(may_settle_acts(actor), "acts-not-yours")
    row = lock(DeviceAct.objects.all(), missing="act-not-found", id=act_id)
    row.beside = ""
    row.save(update_fields=["beside"])
    record(BesideForgotten(subject_id=row.id, device_id=row.device_id), actor=actor, at=at)
    return row
