"""An act takes effect here, in its turn; what a command refuses is set aside with the refusal's code."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.devices.commands.alarming import alarm, alarm_unless_open
from koumen.devices.commands.applying import apply_act
from koumen.devices.commands.turns import Applied, Turn
from koumen.devices.events import ActPosted, ActSetAside
from koumen.devices.models import DayPack, Device, DeviceAct
from koumen.devices.permissions import may_settle_acts
from koumen.devices.queries import first_waiting, signed_act
from koumen.devices.rules.alarms import ALARM_OF, AlarmKind, SetAside
from koumen.devices.rules.envelope import MONEY, SignedAct
from koumen.devices.rules.moments import GAP_ALARMS_AFTER, Bounds, believed
from koumen.devices.states import ACT, ActState
from koumen.kit.actor import Actor, Role

# What is found out about the moment of an act when its turn has come.
COUNTED = ("counted_at", "clock_differed", "done_after", "done_before")


@command
def settle_next(*, device_id: UUID, actor: Actor, at: datetime) -> DeviceAct | None:
    """Let the next act of a device take effect, if its turn has come; None when nothing waits.

    An act of a revoked device, or of an agent who has left, is set aside and never refused. Records ActPosted or
    ActSetAside besides what the act's command records. Raises whatever that command refuses with: then nothing has
    happened, and ``set_aside_next`` keeps the code.
    """
    require(may_settle_acts(actor), "acts-not-yours")
    device, row = _next(device_id)
    if row is None:
        return None
    _count_moment(device, row, actor, at)
    why = _distrusted(device, row)
    if why is not None:
        return _set_aside(device, row, why, actor, at)
    applied = apply_act(Turn(device=device, act=signed_act(row), counted_at=row.counted_at or at, at=at))
    if applied.set_aside:
        return _set_aside(device, row, applied.set_aside, actor, at)
    return post(row, applied, actor=actor, at=at)


@command
def set_aside_next(*, device_id: UUID, code: str, actor: Actor, at: datetime) -> DeviceAct | None:
    """Keep the next act for a person, with the code by which it was refused; the acts after it go on.

    Records ActSetAside. Raises Denied("acts-not-yours").
    """
    require(may_settle_acts(actor), "acts-not-yours")
    device, row = _next(device_id)
    if row is None:
        return None
    _count_moment(device, row, actor, at)
    return _set_aside(device, row, code, actor, at)


@command
def give_up_gap(*, device_id: UUID, actor: Actor, at: datetime) -> int:
    """Go on without acts that have been missing for two hours, with an alarm; they are taken if they come later.

    Says how many acts were given up. Records DeviceAlarmed. Raises Denied("acts-not-yours").
    """
    require(may_settle_acts(actor), "acts-not-yours")
    device = lock(Device.objects.all(), missing="device-not-found", id=device_id)
    waiting = DeviceAct.objects.filter(
        device=device, state=ActState.RECEIVED, sequence__gt=device.head_sequence
    )
    first = waiting.order_by("sequence").first()
    oldest = waiting.order_by("received_at").first()
    if first is None or oldest is None or oldest.received_at + GAP_ALARMS_AFTER > at:
        return 0
    held = set(
        DeviceAct.objects.filter(
            device=device, in_chain=True, sequence__gt=device.head_sequence, sequence__lt=first.sequence
        ).values_list("sequence", flat=True)
    )
    given_up = [n for n in range(device.head_sequence + 1, first.sequence) if n not in held]
    device.head_sequence = first.sequence - 1
    device.save(update_fields=["head_sequence"])
    if given_up:
        alarm(device.id, AlarmKind.GAP, given_up[0], actor=actor, at=at)
    return len(given_up)


def post(row: DeviceAct, applied: Applied, *, actor: Actor, at: datetime) -> DeviceAct:
    """Write down that an act has taken effect; for commands that hold the device's lock."""
    row.state = ACT.move(ActState(row.state), "post")
    row.payment_id, row.settled_at, row.code, row.beside = applied.payment_id, at, "", ""
    row.save(
        update_fields=[
            "state",
            "payment",
            "settled_at",
            "code",
            "beside",
            *COUNTED,
            "reviewed_by",
        ]
    )
    record(
        ActPosted(
            subject_id=row.id,
            device_id=row.device_id,
            sequence=row.sequence,
            act=row.kind,
            visit_id=row.visit_id,
            payment_id=applied.payment_id,
        ),
        actor=actor,
        at=at,
    )
    return row


def agent_of(device: Device) -> Actor:
    """The agent whose phone it is, as who acts."""
    return Actor(Role.AGENT, device.agent.person_id, agent_id=device.agent_id)


def _next(device_id: UUID) -> tuple[Device, DeviceAct | None]:
    """The device, locked, and the act whose turn it is; the head passes it, and before it what is settled already."""
    device = lock(Device.objects.select_related("agent__person"), missing="device-not-found", id=device_id)
    row, head = first_waiting(device.id), device.head_sequence
    if row is not None and row.sequence > head + 1:
        head = _passed(device)
    if row is None or row.sequence > head + 1:
        return device, None
    device.head_sequence = max(head, row.sequence)
    device.save(update_fields=["head_sequence"])
    return device, row


def _passed(device: Device) -> int:
    """How far the acts go that are settled without a gap: some were set aside when they arrived."""
    settled = set(
        DeviceAct.objects.filter(device=device, in_chain=True, sequence__gt=device.head_sequence)
        .exclude(state=ActState.RECEIVED)
        .values_list("sequence", flat=True)
    )
    head = device.head_sequence
    while head + 1 in settled:
        head += 1
    return head


def _count_moment(device: Device, row: DeviceAct, actor: Actor, at: datetime) -> None:
    """When the act counts as done, and between which moments it was done whatever the phone's clock says.

    From the issue of its day pack to its arrival here, or to the issue of the next pack (from then on acts name that
    one), never before the act before. What the customer was told stands: where only the phone knows the moment, its
    word counts, and a person looks at it.
    """
    act, before = signed_act(row), _before(device, row)
    pack, next_issued_at = _pack(device, act, row.received_at)
    issued_at = pack.issued_at if pack else device.enrolled_at
    counted_before = before.counted_at if before and before.counted_at else device.enrolled_at
    earliest = min(max(issued_at, counted_before), row.received_at)
    latest = max(next_issued_at or row.received_at, earliest)
    row.counted_at, row.clock_differed = believed(
        act.said_at, act.offset_ms, earliest=earliest, latest=latest
    )
    heard_at = before.received_at if before and before.carried_by == "device" else device.enrolled_at
    bounds = Bounds(earliest=min(max(issued_at, heard_at), latest), latest=latest)
    row.done_after, row.done_before = bounds.earliest, bounds.latest
    if row.clock_differed:
        alarm(device.id, AlarmKind.CLOCK, row.sequence, actor=actor, at=at)
    if bounds.is_loose:
        alarm_unless_open(device.id, AlarmKind.TOLD_LATE, row.sequence, actor=actor, at=at)
    if pack and row.counted_at >= pack.over_at:
        alarm_unless_open(device.id, AlarmKind.OLD_PACK, row.sequence, actor=actor, at=at)


def _pack(device: Device, act: SignedAct, until: datetime) -> tuple[DayPack | None, datetime | None]:
    """The pack that the act names, and when the device had the next one.

    Of an act that names none of ours the newest: it would reach back at will.
    """
    packs = DayPack.objects.filter(device=device, issued_at__lte=until)
    named = packs.filter(id=act.pack_id).first() if act.pack_id else None
    if named is None:
        return packs.order_by("-issued_at").first(), None
    after = packs.filter(issued_at__gt=named.issued_at).order_by("issued_at").first()
    return named, after.issued_at if after else None


def _before(device: Device, row: DeviceAct) -> DeviceAct | None:
    """The act before it, as far as it is here and has counted."""
    chain = DeviceAct.objects.filter(device=device, in_chain=True, counted_at__isnull=False)
    return chain.filter(sequence__lt=row.sequence).order_by("-sequence").first()


def _distrusted(device: Device, row: DeviceAct) -> SetAside | None:
    if device.revoked_at is not None:
        return SetAside.REVOKED
    if row.counted_at is not None and row.counted_at >= device.valid_to:
        return SetAside.CERTIFICATE_OVER
    return None if device.agent.person.is_active else SetAside.AGENT_INACTIVE


def _set_aside(device: Device, row: DeviceAct, code: str, actor: Actor, at: datetime) -> DeviceAct:
    row.state = ACT.move(ActState(row.state), "set_aside")
    row.code, row.settled_at = code, at
    row.save(update_fields=["state", "code", "settled_at", *COUNTED])
    event = ActSetAside(
        subject_id=row.id,
        device_id=device.id,
        sequence=row.sequence,
        act=row.kind,
        visit_id=row.visit_id,
        code=code,
    )
    record(event, actor=actor, at=at)
    if code in ALARM_OF:
        alarm(device.id, ALARM_OF[SetAside(code)], row.sequence, actor=actor, at=at)
    if row.kind in MONEY:
        alarm(device.id, AlarmKind.MONEY_ASIDE, row.sequence, actor=actor, at=at)
    return row
