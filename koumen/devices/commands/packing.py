"""The day pack: what a device needs for a day without a signal."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.credit.commands.quoting import make_quote
from koumen.credit.models import Quote
from koumen.devices.events import DayPackIssued
from koumen.devices.models import DayPack, Device
from koumen.devices.permissions import visible_to
from koumen.devices.queries import LastNumbers, last_numbers, least_app_version
from koumen.dispatch.queries import BoardStop, todays_route
from koumen.kit.actor import Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict
from koumen.people.commands import reveal
from koumen.people.rules.details import PersonalDetails
from koumen.visits.commands import PackedDoor, pack_door
from koumen.visits.queries import note_for_agent, visits_of_day


@dataclass(frozen=True, kw_only=True)
class PackedStop:
    """One visit of the day: what the list shows, and what stays sealed until the agent sets out for it."""

    stop: BoardStop
    door: PackedDoor
    details: PersonalDetails
    note: str
    quote: Quote


@dataclass(frozen=True, kw_only=True)
class PackedDay:
    """A day for one device."""

    pack: DayPack
    device: Device
    date: date
    last: LastNumbers
    stops: tuple[PackedStop, ...]


@command
def issue_day_pack(*, device_id: UUID, app_version: int, actor: Actor, at: datetime) -> PackedDay:
    """Give a device of the acting agent today's visits; acts that it makes with the pack count from now on.

    Lines of door cards are taken and quotes are made now, since a phone without a signal could not. Records
    DayPackIssued besides CardNumberTaken, QuoteMade and the reading of each customer's data. Raises
    Denied("devices-not-yours"), Missing("device-not-found") or Conflict("device-revoked" | "certificate-over" |
    "app-too-old").
    """
    require(actor.role is Role.AGENT, "devices-not-yours")
    stops = _stops(actor, at)
    device = lock(visible_to(actor), missing="device-not-found", id=device_id)
    _require_trusted(device, app_version, at)
    device.app_version, device.last_seen_at = app_version, at
    device.save(update_fields=["app_version", "last_seen_at"])
    day = local_date(at, this_branch().zone)
    pack = DayPack.objects.create(device=device, date=day, issued_at=at)
    record(DayPackIssued(subject_id=device.id, pack_id=pack.id, stops=len(stops)), actor=actor, at=at)
    return PackedDay(pack=pack, device=device, date=day, last=last_numbers(device_id=device.id), stops=stops)


def _require_trusted(device: Device, app_version: int, at: datetime) -> None:
    if device.revoked_at is not None:
        raise Conflict("device-revoked")
    if at >= device.valid_to:
        raise Conflict("certificate-over")
    least = least_app_version()
    if app_version < least:
        raise Conflict("app-too-old", least=least)


def _stops(actor: Actor, at: datetime) -> tuple[PackedStop, ...]:
    if actor.agent_id is None:
        return ()
    today = local_date(at, this_branch().zone)
    own = {one.id for one in visits_of_day(actor=actor, date=today) if one.agent_id == actor.agent_id}
    # the second of a team sees the stops of the first, whose phone does the acts
    route = [
        stop
        for stop in todays_route(actor=actor, agent_id=actor.agent_id, date=today)
        if stop.visit_id in own
    ]
    people = [stop.customer_person_id for stop in route]
    named = reveal(person_ids=people, purpose="day-pack", actor=actor, at=at)
    packed = []
    for stop in route:
        door = pack_door(visit_id=stop.visit_id, actor=actor, at=at)
        packed.append(
            PackedStop(
                stop=stop,
                door=door,
                details=named[stop.customer_person_id],
                note=note_for_agent(actor=actor, visit_id=stop.visit_id),
                quote=make_quote(account_id=door.visit.account_id, actor=actor, at=at),
            )
        )
    return tuple(packed)
