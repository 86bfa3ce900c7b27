"""What logged trips say about speeds and margin: medians and percentiles, which single odd trips do not move."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median, quantiles

from koumen.dispatch.rules.travel_times import Band, Line, TravelRules

# Fewer trips than this in a band say more about who drove than about the roads.
FEWEST_TRIPS = 30
# A shorter way is mostly parking, a longer stay on it mostly something else than driving.
SHORTEST_WAY_S = 60
SHORTEST_TRIP_S, LONGEST_TRIP_S = 60, 3 * 60 * 60
# One odd month (a flood, a festival) moves a pace or a margin by a quarter at most; the next may go on.
MOST_STEP = 0.25
LEAST_PACE_PCT, MOST_PACE_PCT = 30, 150
LEAST_KM_H, MOST_KM_H = 8, 60
LEAST_MARGIN_PCT, MOST_MARGIN_PCT = 110, 250
# A promise is kept in 95 of 100 trips.
PROMISED_OF_20 = 19


@dataclass(frozen=True)
class Trip:
    """A logged trip: what the map says without margin and door, what it took, and in which band it began."""

    way_s: float
    took_s: int
    band: int


def refit(rules: TravelRules, trips: Sequence[Trip], *, along_roads: bool) -> TravelRules:
    """The rules as the trips say; the same rules when too few trips say anything.

    The pace of a band (or the speed of the line) follows the median of took/way, the margin the 95th percentile
    of what the new pace leaves. Both move by at most MOST_STEP and stay within their limits.
    """
    ratios: dict[int, list[float]] = defaultdict(list)
    for trip in trips:
        if _tells(trip, rules):
            ratios[trip.band if along_roads else 0].append((trip.took_s - rules.at_the_door_s) / trip.way_s)
    enough = {band: found for band, found in ratios.items() if len(found) >= FEWEST_TRIPS}
    if not enough:
        return rules
    if not along_roads:
        return replace(rules, line=_line(rules.line, enough[0]))
    bands = tuple(_band(band, enough.get(number)) for number, band in enumerate(rules.bands))
    left = [
        ratio * bands[number].pace_pct / rules.bands[number].pace_pct
        for number, found in enough.items()
        for ratio in found
    ]
    return replace(rules, bands=bands, road_margin_pct=_margin(rules.road_margin_pct, left))


def _tells(trip: Trip, rules: TravelRules) -> bool:
    return (
        trip.way_s >= SHORTEST_WAY_S
        and SHORTEST_TRIP_S <= trip.took_s <= LONGEST_TRIP_S
        and trip.took_s > rules.at_the_door_s
    )


def _moved(known: int, wanted: float, least: int, most: int) -> int:
    """One step towards what is wanted."""
    step = min(max(wanted, known * (1 - MOST_STEP)), known * (1 + MOST_STEP))
    return min(max(round(step), least), most)


def _band(band: Band, ratios: Sequence[float] | None) -> Band:
    if ratios is None:
        return band
    pace = _moved(band.pace_pct, band.pace_pct / median(ratios), LEAST_PACE_PCT, MOST_PACE_PCT)
    return replace(band, pace_pct=pace)


def _line(line: Line, ratios: Sequence[float]) -> Line:
    speed = _moved(line.km_h, line.km_h / median(ratios), LEAST_KM_H, MOST_KM_H)
    left = [ratio * speed / line.km_h for ratio in ratios]
    return replace(line, km_h=speed, margin_pct=_margin(line.margin_pct, left))


def _margin(known: int, left: Sequence[float]) -> int:
    tail = quantiles(left, n=20, method="inclusive")[PROMISED_OF_20 - 1]
    return _moved(known, 100 * tail, LEAST_MARGIN_PCT, MOST_MARGIN_PCT)
