"""Alarms about devices: raised once for one thing."""

from datetime import datetime
from uuid import UUID

from koumen.audit.commands import record
from koumen.devices.events import DeviceAlarmed
from koumen.devices.models import DeviceAlarm
from koumen.devices.rules.alarms import AlarmKind
from koumen.kit.actor import Actor


def alarm(device_id: UUID, kind: AlarmKind, sequence: int, *, actor: Actor, at: datetime) -> bool:
    """Raise an alarm, in the command's transaction and under the device's lock; False when it was raised before."""
    if DeviceAlarm.objects.filter(device_id=device_id, kind=kind, sequence=sequence).exists():
        return False
    DeviceAlarm.objects.create(device_id=device_id, kind=kind, sequence=sequence, raised_at=at)
    record(DeviceAlarmed(subject_id=device_id, alarm=kind, sequence=sequence), actor=actor, at=at)
    return True


def alarm_unless_open(device_id: UUID, kind: AlarmKind, sequence: int, *, actor: Actor, at: datetime) -> bool:
    """Raise an alarm unless one of its kind waits already: what is told in one go is looked at in one go."""
    if DeviceAlarm.objects.filter(device_id=device_id, kind=kind, taken_at=None).exists():
        return False
    return alarm(device_id, kind, sequence, actor=actor, at=at)
