"""A person decides about what was set aside, and looks after alarms."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.devices.commands.applying import apply_act
from koumen.devices.commands.settling import post
from koumen.devices.commands.turns import Turn
from koumen.devices.events import ActDismissed, DeviceAlarmTaken
from koumen.devices.models import Device, DeviceAct, DeviceAlarm
from koumen.devices.permissions import may_decide_money, may_manage_devices, may_review_acts
from koumen.devices.queries import signed_act
from koumen.devices.rules.alarms import DismissReason
from koumen.devices.rules.envelope import MONEY
from koumen.devices.states import ACT, ActState
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict


@command
def post_set_aside(*, act_id: UUID, actor: Actor, at: datetime) -> DeviceAct:
    """Let an act that was set aside take effect after all: a person has looked, and it is so.

    Cash or a card payment is booked by whoever answers for the money; it keeps its receipt number unless another has
    used it. Records ActPosted besides what the act's command records. Raises Denied("acts-not-yours"),
    Missing("act-not-found"), Conflict("act-not-genuine" | "act-cannot-post") or what the act's command refuses with.
    """
    device, row = _locked(act_id)
    is_money = row.kind in MONEY
    require(may_decide_money(actor) if is_money else may_review_acts(actor), "acts-not-yours")
    ACT.move(ActState(row.state), "post")
    if not row.is_genuine:
        raise Conflict("act-not-genuine")
    turn = Turn(
        device=device, act=signed_act(row), counted_at=row.counted_at or row.received_at, at=at, teller=actor
    )
    applied = apply_act(turn)
    if applied.set_aside:
        raise Conflict("act-still-refused", code=applied.set_aside)
    row.reviewed_by, row.counted_at = actor.key, turn.counted_at
    return post(row, applied, actor=actor, at=at)


@command
def dismiss_act(*, act_id: UUID, reason: DismissReason, actor: Actor, at: datetime) -> DeviceAct:
    """Say that there is nothing to do about an act that was set aside.

    Never of cash or a card payment that a device of ours signed: that signature binds the lender, so it is booked, and taken back by
    two persons if it must be. Records ActDismissed. Raises Denied("acts-not-yours"), Missing("act-not-found") or
    Conflict("act-binds-us" | "act-cannot-dismiss").
    """
    require(may_review_acts(actor), "acts-not-yours")
    device, row = _locked(act_id)
    row.state = ACT.move(ActState(row.state), "dismiss")
    if row.is_genuine and row.kind in MONEY:
        raise Conflict("act-binds-us")
    row.settled_at, row.reviewed_by, row.beside = at, actor.key, ""
    row.save(update_fields=["state", "settled_at", "reviewed_by", "beside"])
    event = ActDismissed(subject_id=row.id, device_id=device.id, reason=DismissReason(reason))
    record(event, actor=actor, at=at)
    return row


@command
def take_device_alarm(*, alarm_id: UUID, actor: Actor, at: datetime) -> DeviceAlarm:
    """Say that somebody looks after an alarm.

    Records DeviceAlarmTaken. Raises Denied("alert-not-yours"), Missing("alert-not-found") or
    Conflict("alert-already-taken").
    """
    require(may_review_acts(actor) or may_manage_devices(actor), "alert-not-yours")
    row = lock(DeviceAlarm.objects.all(), missing="alert-not-found", id=alarm_id)
    if row.taken_at is not None:
        raise Conflict("alert-already-taken")
    row.taken_at, row.taken_by = at, actor.key
    row.save(update_fields=["taken_at", "taken_by"])
    record(DeviceAlarmTaken(subject_id=row.device_id, alarm_id=row.id), actor=actor, at=at)
    return row


def _locked(act_id: UUID) -> tuple[Device, DeviceAct]:
    """The device first, as everywhere, then its act. Raises Missing("act-not-found")."""
    known = DeviceAct.objects.filter(id=act_id).values_list("device_id", flat=True).first()
    device = lock(Device.objects.select_related("agent__person"), missing="act-not-found", id=known)
    return device, lock(DeviceAct.objects.all(), missing="act-not-found", id=act_id)
