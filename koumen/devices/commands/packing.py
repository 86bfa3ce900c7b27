"""The day pack: what a device needs for a day without a signal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from koumen.agents import queries as agents
from koumen.agents.models import Item
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.conduct.queries import cash_limits, door_rules
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
from koumen.visits.models import Visit
from koumen.visits.queries import note_for_agent, visits_of_day


@dataclass(frozen=True, kw_only=True)
class PackedStop:
    """One visit of the day: what the list shows, and what stays sealed until the agent sets out for it.

    Of a stop to which this agent only goes along, as the second of a team, there is no door and no quote: the first
    one's phone does what is done there.
    """

    stop: BoardStop
    visit: Visit
    details: PersonalDetails
    note: str
    language: str  # in which the customer reads
    door: PackedDoor | None = None
    quote: Quote | None = None
    leader: str = ""  # with whom: first name and staff number


@dataclass(frozen=True, kw_only=True)
class PackedDay:
    """A day for one device."""

    pack: DayPack
    device: Device
    date: date
    last: LastNumbers
    stops: tuple[PackedStop, ...]
    terminals: tuple[Item, ...]  # card terminals in the agent's hands
    check_in: timedelta  # at a door, without a sign of life for so long, the console is alarmed
    outcome: timedelta  # after arrival, without an ending
    two_over_minor: int  # of more cash than this the two of a team both sign what was counted


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
    shift = agents.shift_of(actor=actor, agent_id=device.agent_id, date=day)
    pack = DayPack.objects.create(
        device=device, date=day, issued_at=at, shift_ends_at=shift.ends_at if shift else None
    )
    record(DayPackIssued(subject_id=device.id, pack_id=pack.id, stops=len(stops)), actor=actor, at=at)
    rules, lent = door_rules(at=at), agents.loans_of(actor=actor, agent_id=device.agent_id)
    return PackedDay(
        pack=pack,
        device=device,
        date=day,
        last=last_numbers(device_id=device.id),
        stops=stops,
        terminals=tuple(one.item for one in lent if one.item.kind == "card_terminal"),
        check_in=rules.check_in,
        outcome=rules.outcome,
        two_over_minor=cash_limits(at=at).two_agents_over,
    )


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
    seen = {one.id: one for one in visits_of_day(actor=actor, date=today)}
    route = [
        stop
        for stop in todays_route(actor=actor, agent_id=actor.agent_id, date=today)
        if stop.visit_id in seen
    ]
    leaders = {one.agent.person_id for one in seen.values() if one.agent_id != actor.agent_id}
    people = [*(stop.customer_person_id for stop in route), *leaders]
    named = reveal(person_ids=people, purpose="day-pack", actor=actor, at=at)
    return tuple(_stop(stop, seen[stop.visit_id], named, actor, at) for stop in route)


def _stop(
    stop: BoardStop, visit: Visit, named: Mapping[UUID, PersonalDetails], actor: Actor, at: datetime
) -> PackedStop:
    packed = PackedStop(
        stop=stop,
        visit=visit,
        details=named[stop.customer_person_id],
        note=note_for_agent(actor=actor, visit_id=visit.id),
        language=visit.customer.person.language,
    )
    if visit.agent_id != actor.agent_id:
        first = named[visit.agent.person_id].given_name
        return replace(packed, leader=f"{first} {visit.agent.staff_number}")
    return replace(
        packed,
        door=pack_door(visit_id=visit.id, actor=actor, at=at),
        quote=make_quote(account_id=visit.account_id, actor=actor, at=at),
    )
