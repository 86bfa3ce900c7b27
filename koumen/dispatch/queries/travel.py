"""Travel times in force on a date: along imported roads, or the straight line where there are none."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings

from koumen.branch.queries import this_branch
from koumen.dispatch.models import RoadMap, TravelTimes
from koumen.dispatch.roads.graph import CLASSES, Roadmap, RoadsBroken, read_roadmap
from koumen.dispatch.roads.times import Driving, Roads
from koumen.dispatch.rules.refit import Trip
from koumen.dispatch.rules.travel_times import TravelRules, changes_of, read_rules
from koumen.dispatch.solver.travel import ALWAYS, NEVER, NO_WAY_S, Span, StraightLine, Travel, Ways, band_at
from koumen.kit.errors import Invalid
from koumen.kit.place import Place
from koumen.visits.models import Visit

logger = structlog.get_logger()

PACKS = Path(__file__).resolve().parent.parent / "packs"
KM_H = 3.6  # km/h in a metre a second
# Maps and their metrics held by one process: the one in force, and the one that will be.
MOST_TRAVELS = 4

_travels: dict[tuple[object, ...], Travel] = {}
_told: set[str] = set()


@dataclass(frozen=True)
class TravelInForce:
    """One version of the travel times; version 0 is what the product comes with, without roads."""

    version: int
    from_date: date | None
    origin: str
    rules: TravelRules
    roads: RoadMap | None


@cache
def shipped_rules() -> TravelRules:
    """The rules that the product comes with."""
    return read_rules(json.loads((PACKS / "travel.json").read_text("utf-8")), list(CLASSES))


def roads_folder() -> Path:
    """Where the maps of this branch lie."""
    return Path(settings.KOUMEN_DATA) / "roads" / str(settings.KOUMEN_BRANCH)


def travel_in_force(*, date: date) -> TravelInForce:
    """The version that holds on a date; one query. Nothing in it is personal."""
    return _in_force([date])[date]


def ways_on(dates: Collection[date]) -> Mapping[date, Ways]:
    """The ways of some dates, each by the version that holds on it; one query, none without a date."""
    found = _in_force(set(dates)) if dates else {}
    travels = {version.version: travel_of(version.rules, version.roads) for version in found.values()}
    ways = {}
    for day, version in found.items():
        travel = travels[version.version]
        ways[day] = Ways(travel, spans_of(version.rules, travel, day))
    return ways


def spans_of(rules: TravelRules, travel: Travel, day: date) -> tuple[Span, ...]:
    """The bands of a date as moments; the night before it is the last band. No query once the branch is known."""
    if travel.bands == 1:
        return ALWAYS
    changes = changes_of(rules, day, this_branch().zone)
    return (Span(NEVER, len(rules.bands) - 1), *(Span(*change) for change in changes))


def require_reachable(ways: Ways, place: Place) -> None:
    """Refuse a place from which there is no way; raises Invalid("place-off-the-roads")."""
    if ways.leg(place, place)[0] >= NO_WAY_S:
        raise Invalid("place-off-the-roads", field="place")


def _in_force(dates: Collection[date]) -> dict[date, TravelInForce]:
    rows = (
        TravelTimes.objects.filter(from_date__lte=max(dates))
        .select_related("roads")
        .order_by("-from_date", "-version")
        .distinct("from_date")[: (max(dates) - min(dates)).days + 1]
    )
    versions = [
        TravelInForce(
            row.version, row.from_date, row.origin, read_rules(row.content, list(CLASSES)), row.roads
        )
        for row in rows
    ]
    shipped = TravelInForce(0, None, "shipped", shipped_rules(), None)
    return {
        day: next((found for found in versions if found.from_date and found.from_date <= day), shipped)
        for day in dates
    }


def travel_of(rules: TravelRules, roads: RoadMap | None) -> Travel:
    """Travel times by these rules; a map whose file is broken is told once and the straight line taken."""
    line = _straight_line(rules)
    if roads is None:
        return line
    key = (roads.digest, json.dumps(rules.content(), sort_keys=True))
    if key not in _travels:
        try:
            roadmap = read_roadmap(roads_folder(), roads.digest)
        except RoadsBroken as fault:
            _tell_once(roads.id, fault)
            return line
        while len(_travels) >= MOST_TRAVELS:
            _travels.pop(next(iter(_travels)), None)
        _travels[key] = along(roadmap, rules)
    return _travels[key]


def along(roadmap: Roadmap, rules: TravelRules) -> Roads:
    """Travel times along the roads of a map, by these rules."""
    return Roads(
        roadmap,
        Driving(
            speeds_km_h=tuple(rules.speeds_km_h[name] for name in CLASSES),
            paces=tuple(band.pace_pct / 100 for band in rules.bands),
            margin=rules.road_margin_pct / 100,
            fixed_s=rules.at_the_door_s,
            walk_m_s=rules.walk_km_h / KM_H,
            reach_m=rules.reach_m,
        ),
    )


def _straight_line(rules: TravelRules) -> StraightLine:
    line = rules.line
    return StraightLine(
        fixed_s=rules.at_the_door_s,
        first_s=line.first_s,
        s_per_m=line.detour_pct / 100 * KM_H / line.km_h,
        margin=line.margin_pct / 100,
    )


def without_margin(rules: TravelRules) -> TravelRules:
    """The same rules as a mean: no margin, no minutes at the door; what logged trips are compared with."""
    return replace(rules, at_the_door_s=0, road_margin_pct=100, line=replace(rules.line, margin_pct=100))


def _tell_once(id: UUID, fault: RoadsBroken) -> None:
    if str(id) not in _told:
        _told.add(str(id))
        logger.error("roads_broken", map=str(id), reason=str(fault))


def logged_trips(version: TravelInForce, *, since: datetime, until: datetime) -> list[Trip]:
    """What the trips to visits took, beside what the version's ways say without margin; one query.

    A trip leads from where the agent's shift starts, or from the visit that ended last before, to the visit.
    """
    went = Visit.objects.filter(set_out_at__gte=since, arrived_at__lte=until)
    travel = travel_of(without_margin(version.rules), version.roads)
    trips: list[Trip] = []
    before: Visit | None = None
    for visit in went.select_related("shift").order_by("shift_id", "set_out_at", "id"):
        start = _start_of_trip(visit, before)
        before = visit
        if start is None or visit.set_out_at is None or visit.arrived_at is None:
            continue
        band = band_at(spans_of(version.rules, travel, visit.date), int(visit.set_out_at.timestamp()))
        way = int(travel.durations([start], [Place(visit.latitude, visit.longitude)], band)[0, 0])
        if way < NO_WAY_S:
            trips.append(Trip(way, int((visit.arrived_at - visit.set_out_at).total_seconds()), band))
    return trips


def _start_of_trip(visit: Visit, before: Visit | None) -> Place | None:
    """Where an agent set out from; None where the visit before was not over by then."""
    if before is None or before.shift_id != visit.shift_id:
        return Place(visit.shift.start_latitude, visit.shift.start_longitude)
    if before.ended_at is None or visit.set_out_at is None or before.ended_at > visit.set_out_at:
        return None
    return Place(before.latitude, before.longitude)
