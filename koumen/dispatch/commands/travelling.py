"""Importing roads, setting speeds, letting logged trips correct them; promises already made keep their times."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Max, Q

from koumen.agents import queries as agents
from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.dispatch.events import RoadsImported, TravelTimesStored
from koumen.dispatch.models import RoadMap, TravelTimes
from koumen.dispatch.permissions import may_set_travel
from koumen.dispatch.queries.travel import (
    TravelInForce,
    logged_trips,
    roads_folder,
    travel_in_force,
    travel_of,
    ways_on,
)
from koumen.dispatch.roads.graph import (
    CLASSES,
    Roadmap,
    RoadsBroken,
    read_roadmap,
    remove_roadmaps,
    write_roadmap,
)
from koumen.dispatch.roads.osm import read_roads
from koumen.dispatch.rules.refit import refit
from koumen.dispatch.rules.slot import MOST_DAYS
from koumen.dispatch.rules.travel_times import TravelRules, read_rules
from koumen.dispatch.solver.travel import NO_WAY_S
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Invalid
from koumen.kit.place import Place
from koumen.visits.models import Visit
from koumen.visits.states import OPEN_STATES

# Trips of the last quarter: enough of them, and the season is still the same.
TRIPS_OF = timedelta(days=90)


@dataclass(frozen=True)
class RoadsTaken:
    """A map that was imported; ``off_the_map`` are places of open visits and planned shifts without a road."""

    roads: RoadMap
    times: TravelTimes
    off_the_map: tuple[Place, ...]
    is_known: bool = False


def import_roads(*, file: Path, actor: Actor, at: datetime) -> RoadsTaken:
    """Read an extract of OpenStreetMap and use its roads from the first day on which nothing is promised yet.

    The map is written whole before anything is recorded; when something is refused nothing has changed. The
    same file again changes nothing, but mends a map whose file was lost. Records RoadsImported and
    TravelTimesStored. Raises Denied("travel-not-yours"), Invalid("road-file-not-found" |
    "road-file-unreadable" | "roads-missing" | "roads-elsewhere").
    """
    require(may_set_travel(actor), "travel-not-yours")
    source = _digest_of(file)
    newest = TravelTimes.objects.select_related("roads").order_by("-version").first()
    known = newest if newest and newest.roads and newest.roads.source_digest == source else None
    if known and known.roads and _is_whole(known.roads):
        return RoadsTaken(known.roads, known, (), is_known=True)
    roadmap = read_roads(file)
    branch = this_branch()
    if not roadmap.is_around(branch.latitude, branch.longitude):
        raise Invalid("roads-elsewhere", field="file", file=str(file))
    digest = write_roadmap(roadmap, roads_folder())
    if known and known.roads and known.roads.digest == digest:
        return RoadsTaken(known.roads, known, (), is_known=True)
    roads, times = _take_roads(roadmap=roadmap, digest=digest, source=source, actor=actor, at=at)
    _remove_old(local_date(at, branch.zone))
    return RoadsTaken(roads, times, off_the_map(from_date=times.from_date))


def _digest_of(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        raise Invalid("road-file-not-found", field="file", file=str(file)) from None


def _is_whole(roads: RoadMap) -> bool:
    try:
        read_roadmap(roads_folder(), roads.digest)
    except RoadsBroken:
        return False
    return True


@command
def _take_roads(
    *, roadmap: Roadmap, digest: str, source: str, actor: Actor, at: datetime
) -> tuple[RoadMap, TravelTimes]:
    """Record a map whose file is written; see ``import_roads``."""
    roads, is_new = RoadMap.objects.get_or_create(
        digest=digest,
        defaults={
            "source_digest": source,
            "nodes": len(roadmap.latitude),
            "arcs": len(roadmap.tail),
            "south": float(roadmap.latitude[0]),
            "north": float(roadmap.latitude[-1]),
            "west": float(roadmap.longitude.min()),
            "east": float(roadmap.longitude.max()),
            "imported_at": at,
        },
    )
    if is_new:
        imported = RoadsImported(subject_id=roads.id, digest=digest, nodes=roads.nodes, arcs=roads.arcs)
        record(imported, actor=actor, at=at)
    return roads, _store(rules=_newest(at).rules, roads=roads, origin="roads", actor=actor, at=at)


@command
def set_travel_times(*, content: Mapping[str, Any], actor: Actor, at: datetime) -> TravelTimes:
    """Use other speeds, bands or margins from the first day on which nothing is promised yet.

    Records TravelTimesStored. Raises Denied("travel-not-yours"), Invalid("travel-times-wrong", field=…).
    """
    require(may_set_travel(actor), "travel-not-yours")
    rules = read_rules(content, list(CLASSES))
    return _store(rules=rules, roads=_newest(at).roads, origin="set", actor=actor, at=at)


@command
def refit_travel(*, actor: Actor, at: datetime) -> TravelTimes | None:
    """Let the trips of the last quarter correct speeds and margin; None when they say nothing new.

    Records TravelTimesStored. Raises Denied("travel-not-yours").
    """
    require(may_set_travel(actor), "travel-not-yours")
    known = _newest(at)
    trips = logged_trips(known, since=at - TRIPS_OF, until=at)
    rules = refit(known.rules, trips, along_roads=travel_of(known.rules, known.roads).bands > 1)
    if rules == known.rules:
        return None
    return _store(rules=rules, roads=known.roads, origin="refit", actor=actor, at=at)


def _newest(at: datetime) -> TravelInForce:
    """The version that was stored last, whether it holds already or will."""
    newest = TravelTimes.objects.aggregate(last=Max("from_date"))["last"]
    return travel_in_force(date=newest or local_date(at, this_branch().zone))


def _store(
    *, rules: TravelRules, roads: RoadMap | None, origin: str, actor: Actor, at: datetime
) -> TravelTimes:
    last = TravelTimes.objects.order_by("-version").first()
    row = TravelTimes.objects.create(
        version=last.version + 1 if last else 1,
        roads=roads,
        content=rules.content(),
        origin=origin,
        from_date=max(_first_free_date(at), last.from_date) if last else _first_free_date(at),
        made_at=at,
    )
    stored = TravelTimesStored(subject_id=row.id, version=row.version, origin=origin, from_date=row.from_date)
    record(stored, actor=actor, at=at)
    return row


def _first_free_date(at: datetime) -> date:
    """The first day, today included, after every promise: those were made by the times they were made by.

    A day whose visits are over keeps its times too: it is looked back at.
    """
    today = local_date(at, this_branch().zone)
    promised = Visit.objects.filter(Q(state__in=OPEN_STATES) | Q(date=today))
    last = promised.aggregate(last=Max("date"))["last"]
    return max(today, last + timedelta(days=1)) if last else today


def off_the_map(*, from_date: date) -> tuple[Place, ...]:
    """Where planned shifts start and open visits are, as far as no road leads there; three queries."""
    ways = ways_on([from_date])[from_date]
    shifts = agents.working_days(from_date=from_date, to_date=from_date + timedelta(days=MOST_DAYS))
    visits = Visit.objects.filter(state__in=OPEN_STATES).values_list("latitude", "longitude")
    places = {shift.start for shift in shifts} | {Place(*degrees) for degrees in visits}
    return tuple(place for place in places if ways.leg(place, place)[0] >= NO_WAY_S)


def _remove_old(today: date) -> None:
    """Keep the files of the maps that held on a day of the last quarter, or will: days are looked back at."""
    since = today - TRIPS_OF
    versions = TravelTimes.objects.filter(from_date__gt=since).select_related("roads")
    holding = versions.order_by("from_date", "-version").distinct("from_date")
    maps = [travel_in_force(date=since).roads, *(version.roads for version in holding)]
    remove_roadmaps(roads_folder(), sorted({roads.digest for roads in maps if roads}))
