"""Reading devices, their acts and what is missing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings
from django.db.models import Count, Max, Q

from koumen.agents.models import Agent
from koumen.audit.command import require
from koumen.conduct.queries import door_rules
from koumen.devices.models import AppVersion, Device, DeviceAct, DeviceAlarm
from koumen.devices.permissions import acts_visible_to, may_manage_devices, may_review_acts, visible_to
from koumen.devices.rules.envelope import SignedAct, item_of, read_signed_act
from koumen.devices.rules.sealing import sealing_key
from koumen.devices.rules.signing import point_of
from koumen.devices.states import ActState
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing


@dataclass(frozen=True)
class LastNumbers:
    """How far a device has come, as far as its acts are here."""

    sequence: int
    receipt: int


@dataclass(frozen=True, kw_only=True)
class DeviceRow:
    """A device as the console lists it."""

    device: Device
    last: LastNumbers
    missing_acts: int
    missing_receipts: tuple[int, ...]
    set_aside: int
    waiting: int
    alarms: int


def device(*, actor: Actor, device_id: UUID) -> Device:
    """One device with its agent; one query. Raises Missing("device-not-found")."""
    found = visible_to(actor).select_related("agent").filter(id=device_id).first()
    if found is None:
        raise Missing("device-not-found")
    return found


def devices(*, actor: Actor) -> list[DeviceRow]:
    """Every device that the actor may see, with what is missing; six queries."""
    rows = list(visible_to(actor).select_related("agent").order_by("revoked_at", "code"))
    counts = _counts(row.id for row in rows)
    receipts = _receipts(row.id for row in rows)
    alarms = dict(
        DeviceAlarm.objects.filter(device__in=rows, taken_at=None)
        .values("device_id")
        .annotate(n=Count("id"))
        .values_list("device_id", "n")
    )
    return [
        _row(row, counts.get(row.id, {}), receipts.get(row.id, set()), alarms.get(row.id, 0)) for row in rows
    ]


def device_row(*, actor: Actor, device_id: UUID) -> DeviceRow:
    """One device as the list shows it; four queries. Raises Missing("device-not-found")."""
    row = device(actor=actor, device_id=device_id)
    alarms = DeviceAlarm.objects.filter(device=row, taken_at=None).count()
    return _row(row, _counts([row.id]).get(row.id, {}), _receipts([row.id]).get(row.id, set()), alarms)


def _counts(ids: Iterable[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """Per device: the highest number, how many are in the chain, set aside, waiting; one query."""
    rows = (
        DeviceAct.objects.filter(device_id__in=list(ids))
        .values("device_id")
        .annotate(
            highest=Max("sequence", filter=Q(in_chain=True)),
            chain=Count("id", filter=Q(in_chain=True)),
            aside=Count("id", filter=Q(state=ActState.QUARANTINED)),
            waiting=Count("id", filter=Q(state=ActState.RECEIVED)),
        )
    )
    names = ("highest", "chain", "aside", "waiting")
    told = rows.values_list("device_id", *names)
    return {device_id: dict(zip(names, numbers, strict=True)) for device_id, *numbers in told}


def _receipts(ids: Iterable[UUID]) -> Mapping[UUID, set[int]]:
    """The receipt numbers that came, by device; one query."""
    found: dict[UUID, set[int]] = {}
    used = DeviceAct.objects.filter(device_id__in=list(ids), receipt_number__isnull=False)
    for device_id, number in used.values_list("device_id", "receipt_number"):
        found.setdefault(device_id, set()).add(number or 0)
    return found


def _row(row: Device, counted: Mapping[str, int], numbers: set[int], alarms: int) -> DeviceRow:
    highest = counted.get("highest") or 0
    return DeviceRow(
        device=row,
        last=LastNumbers(highest, max(numbers, default=0)),
        missing_acts=highest - counted.get("chain", 0),
        missing_receipts=missing_numbers(numbers, stated=row.stated_receipt or 0),
        set_aside=counted.get("aside", 0),
        waiting=counted.get("waiting", 0),
        alarms=alarms,
    )


def missing_numbers(used: set[int], *, stated: int) -> tuple[int, ...]:
    """The numbers of a series that no act used, up to the highest that came or was stated; no query."""
    last = max(max(used, default=0), stated)
    return tuple(number for number in range(1, last + 1) if number not in used)


def last_numbers(*, device_id: UUID) -> LastNumbers:
    """How far a device has come; one query."""
    chain = DeviceAct.objects.filter(device_id=device_id, in_chain=True)
    highest = chain.aggregate(sequence=Max("sequence"), receipt=Max("receipt_number"))
    return LastNumbers(highest["sequence"] or 0, highest["receipt"] or 0)


@dataclass(frozen=True, kw_only=True)
class DeviceLastNumber:
    """What a hand-in is counted against: what a device stated, and what came."""

    device_id: UUID
    code: str
    stated_receipt: int | None
    stated_at: datetime | None
    last_receipt: int
    missing_receipts: tuple[int, ...]
    not_booked: int  # cash that came and waits, or was set aside

    @property
    def is_whole(self) -> bool:
        """Whether all cash that the device knows of is in the books."""
        return not self.missing_receipts and not self.not_booked and self.stated_receipt is not None


def device_last_number(*, actor: Actor, agent_id: UUID) -> list[DeviceLastNumber]:
    """For each device of an agent: the last receipt it stated, and whether everything up to it is booked.

    A hand-in is counted against it, also for phones that were revoked. Three queries.
    """
    rows = list(visible_to(actor).filter(agent_id=agent_id).order_by("code"))
    numbers = _receipts(row.id for row in rows)
    open_states = [ActState.RECEIVED, ActState.QUARANTINED]
    waiting = dict(
        DeviceAct.objects.filter(device__in=rows, kind="cash", is_genuine=True, state__in=open_states)
        .values("device_id")
        .annotate(n=Count("id"))
        .values_list("device_id", "n")
    )
    return [
        DeviceLastNumber(
            device_id=row.id,
            code=row.code,
            stated_receipt=row.stated_receipt,
            stated_at=row.stated_at,
            last_receipt=max(numbers.get(row.id, set()), default=0),
            missing_receipts=missing_numbers(numbers.get(row.id, set()), stated=row.stated_receipt or 0),
            not_booked=waiting.get(row.id, 0),
        )
        for row in rows
    ]


def acts_of(*, actor: Actor, device_id: UUID, limit: int = 200) -> list[DeviceAct]:
    """The acts of a device, newest first; one query."""
    return list(
        acts_visible_to(actor).filter(device_id=device_id).order_by("-sequence", "-received_at")[:limit]
    )


def acts_set_aside(*, actor: Actor, limit: int = 200) -> list[DeviceAct]:
    """What waits for a person, the oldest first; one query. Raises Denied("acts-not-yours")."""
    require(may_review_acts(actor) or may_manage_devices(actor), "acts-not-yours")
    waiting = DeviceAct.objects.filter(state=ActState.QUARANTINED).select_related("device__agent")
    return list(waiting.order_by("received_at", "id")[:limit])


def device_act(*, actor: Actor, act_id: UUID) -> DeviceAct:
    """One act with its device; one query. Raises Missing("act-not-found")."""
    found = acts_visible_to(actor).select_related("device__agent", "payment").filter(id=act_id).first()
    if found is None:
        raise Missing("act-not-found")
    return found


def signed_act(row: DeviceAct) -> SignedAct:
    """The act as it was signed; no query."""
    return read_signed_act(item_of(row.text, bytes(row.signature), row.beside))


def open_alarms(*, actor: Actor) -> list[DeviceAlarm]:
    """What about devices nobody looks after yet, the oldest first; one query."""
    if not actor.is_staff:
        return []
    return list(
        DeviceAlarm.objects.filter(taken_at=None).select_related("device__agent").order_by("raised_at")
    )


def agents_to_equip(*, actor: Actor) -> list[Agent]:
    """The agents for whom a phone may be enrolled, by staff number; one query.

    Raises Denied("devices-not-yours").
    """
    require(may_manage_devices(actor), "devices-not-yours")
    return list(Agent.objects.filter(person__is_active=True).order_by("staff_number"))


def least_app_version() -> int:
    """The oldest app that gets a day pack; one query."""
    newest = AppVersion.objects.order_by("-required_at", "-id").first()
    return newest.least if newest else 0


def published_certificates() -> list[Device]:
    """Every device that ever signed receipts, also revoked ones, by code; one query. For anybody."""
    return list(Device.objects.order_by("code"))


def device_of_act(*, device_id: UUID) -> Device:
    """The device that an act names, for whoever holds the act; one query. Raises Missing("device-not-found")."""
    found = Device.objects.select_related("agent__person").filter(id=device_id).first()
    if found is None:
        raise Missing("device-not-found")
    return found


def devices_to_settle(*, among: Collection[UUID] | None = None) -> list[UUID]:
    """Devices of which acts wait: of all, or of some; one query."""
    waiting = DeviceAct.objects.filter(state=ActState.RECEIVED)
    if among is not None:
        waiting = waiting.filter(device__in=among)
    return list(waiting.order_by("device_id").values_list("device_id", flat=True).distinct())


def known_acts(acts: Collection[SignedAct]) -> dict[tuple[UUID, bytes], DeviceAct]:
    """Which of these acts are here as their device signed them, by device and hash; one query."""
    rows = DeviceAct.objects.filter(
        device__in={act.device_id for act in acts}, sha256__in={act.hash for act in acts}, is_genuine=True
    )
    return {(row.device_id, bytes(row.sha256)): row for row in rows.only("device_id", "sha256")}


def first_waiting(device_id: UUID) -> DeviceAct | None:
    """The waiting act with the lowest number; one query."""
    waiting = DeviceAct.objects.filter(device_id=device_id, state=ActState.RECEIVED)
    return waiting.order_by("sequence").first()


def acts_with_old_beside(*, at: datetime) -> list[UUID]:
    """Acts that wait with a place or words beside them for longer than places are kept; two queries."""
    old = DeviceAct.objects.filter(received_at__lt=at - door_rules(at=at).location_kept).exclude(beside="")
    return list(old.values_list("id", flat=True))


@cache
def seal_key() -> EllipticCurvePrivateKey:
    """The key that opens what phones sealed; no query."""
    return sealing_key(settings.KOUMEN_DOOR_KEY)


def seal_point() -> bytes:
    """Its public half, for day packs; no query."""
    return point_of(seal_key().public_key())


def devices_with_receipts() -> list[UUID]:
    """Devices that have used or stated a receipt number; one query."""
    used = Device.objects.filter(Q(acts__receipt_number__isnull=False) | Q(stated_receipt__gt=0))
    return list(used.order_by("id").values_list("id", flat=True).distinct())
