"""An act arrives: it is kept, whatever is wrong with it, and never twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from koumen.audit.command import command, lock
from koumen.audit.commands import record
from koumen.devices.commands.alarming import alarm
from koumen.devices.events import ActSetAside
from koumen.devices.models import Device, DeviceAct
from koumen.devices.queries import signed_act
from koumen.devices.rules.alarms import ALARM_OF, AlarmKind, SetAside
from koumen.devices.rules.bodies import money_receipt
from koumen.devices.rules.envelope import MONEY, NOTHING_BEFORE, SignedAct
from koumen.devices.states import ACT, ActState
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid

# Whoever is signed in as the agent may leave so many acts that no device signed; more is an attack or a broken phone.
MOST_FORGED = 200
# When a phone was last heard of is written once for an upload of many acts.
SEEN_TO_THE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An act, and who brought it."""

    act: SignedAct
    carried_by: str  # device, customer


@command
def receive_act(*, sent: Sent, actor: Actor, at: datetime) -> DeviceAct:
    """Keep an act of a device; the same act again gives the same row. Anybody may bring one.

    One that the device signed is always kept: in its place in the chain, or set aside as a rival of another with
    the same number, or because it names another act before it. One that it did not sign is kept only when its
    own agent brings it, so that strangers cannot fill the store. Records ActSetAside where it is. Raises
    Missing("device-not-found"), Denied("act-forged") or Conflict("too-many-forged").
    """
    act = sent.act
    device = lock(Device.objects.all(), missing="device-not-found", id=act.device_id)
    is_genuine = act.is_signed_by(bytes(device.public_key))
    here = list(DeviceAct.objects.filter(_near(act), device=device))
    for row in here:
        if bytes(row.sha256) == act.hash and row.is_genuine is is_genuine:
            return row
    if not is_genuine:
        return _keep_forged(device, sent, actor, at)
    if device.last_seen_at is None or at - device.last_seen_at >= SEEN_TO_THE:
        device.last_seen_at = at
        device.save(update_fields=["last_seen_at"])
    around = {row.sequence: row for row in here if row.in_chain}
    if act.sequence in around:
        row = _row(device, sent, at, in_chain=False)
        return _set_aside(row, SetAside.NUMBER_USED_TWICE, actor, at)
    row = _row(device, sent, at, in_chain=True)
    if not _fits(around, act):
        return _set_aside(row, SetAside.CHAIN_BROKEN, actor, at)
    row.receipt_number = _receipt_number(act)
    if row.receipt_number and _is_used(device, row.receipt_number):
        row.receipt_number = None
        return _set_aside(row, SetAside.RECEIPT_USED_TWICE, actor, at)
    row.state = ACT.move(None, "receive")
    row.save(force_insert=True)
    return row


def _keep_forged(device: Device, sent: Sent, actor: Actor, at: datetime) -> DeviceAct:
    if actor.role is not Role.AGENT or actor.agent_id != device.agent_id:
        raise Denied("act-forged")
    waiting = DeviceAct.objects.filter(device=device, is_genuine=False, state=ActState.QUARANTINED)
    if waiting.count() >= MOST_FORGED:
        raise Conflict("too-many-forged")
    row = _row(device, sent, at, in_chain=False)
    row.is_genuine = False
    return _set_aside(row, SetAside.FORGED, actor, at)


def _row(device: Device, sent: Sent, at: datetime, *, in_chain: bool) -> DeviceAct:
    act = sent.act
    return DeviceAct(
        device=device,
        sequence=act.sequence,
        kind=act.kind,
        visit_id=act.visit_id,
        text=act.text,
        signature=act.signature,
        sha256=act.hash,
        is_genuine=True,
        in_chain=in_chain,
        carried_by=sent.carried_by,
        said_at=act.said_at,
        beside=act.beside,
        received_at=at,
    )


def _set_aside(row: DeviceAct, why: SetAside, actor: Actor, at: datetime) -> DeviceAct:
    row.state, row.code, row.settled_at = ACT.move(None, "set_aside"), why, at
    row.save(force_insert=True)
    record(
        ActSetAside(
            subject_id=row.id,
            device_id=row.device_id,
            sequence=row.sequence,
            act=row.kind,
            visit_id=row.visit_id,
            code=why,
        ),
        actor=actor,
        at=at,
    )
    alarm(row.device_id, ALARM_OF[why], row.sequence, actor=actor, at=at)
    if row.is_genuine and row.kind in MONEY:
        alarm(row.device_id, AlarmKind.MONEY_ASIDE, row.sequence, actor=actor, at=at)
    return row


def _near(act: SignedAct) -> Q:
    """The act itself, and what is in its own place of the chain and in those beside it."""
    beside = range(act.sequence - 1, act.sequence + 2)
    return Q(sha256=act.hash) | Q(in_chain=True, sequence__in=beside)


def _fits(around: Mapping[int, DeviceAct], act: SignedAct) -> bool:
    """Whether the act names the one before it, and the one after it this one, as far as they are here."""
    before, after = around.get(act.sequence - 1), around.get(act.sequence + 1)
    if before and bytes(before.sha256) != act.previous:
        return False
    if after and signed_act(after).previous != act.hash:
        return False
    return act.sequence > 1 or act.previous == NOTHING_BEFORE


def _receipt_number(act: SignedAct) -> int | None:
    """The receipt that money in the chain used; an unreadable body is set aside when its turn comes."""
    try:
        return money_receipt(act.kind, act.body)
    except Invalid:
        return None


def _is_used(device: Device, number: int) -> bool:
    return DeviceAct.objects.filter(device=device, receipt_number=number).exists()
