"""Proofs of place: single points between setting out and leaving, and what about them a person should look at.

A signal never decides anything and never counts against an agent (threat T11): telephones err, houses have two doors,
and whoever lies about a place has other means. It says where to look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from koumen.kit.place import Place, distance_m

# A car on a motorway; faster than 200 km/h nobody drives through a city (T11).
FASTEST_M_S = 200 / 3.6
# The door protocol's circle in the country; in towns telephones are off by less.
FAR_M = 400
# Radio waves between houses are never better than this; a tool that feigns a place often claims so.
TOO_EXACT_M = 1


class Moment(StrEnum):
    """When a point is taken."""

    SET_OUT = "set_out"
    ARRIVED = "arrived"
    LEFT = "left"


class Look(StrEnum):
    """Why a person should look at a point."""

    MOCK = "mock"  # the telephone says that a tool feigns the place
    TOO_FAST = "too_fast"  # from the point before
    FAR = "far"  # from the customer's door
    TOO_EXACT = "too_exact"


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where the agent's telephone says it is; ``accuracy_m``: within how many metres."""

    place: Place
    accuracy_m: int
    is_mock: bool = False


def looks(
    point: Point, at: datetime, *, moment: Moment, door: Place, before: Sequence[tuple[Place, datetime]]
) -> tuple[Look, ...]:
    """Everything about a point that a person should look at; ``before``: the agent's last points and their moments."""
    against = {
        Look.MOCK: point.is_mock,
        Look.TOO_EXACT: point.accuracy_m < TOO_EXACT_M,
        Look.FAR: moment is Moment.ARRIVED and distance_m(point.place, door) > FAR_M + point.accuracy_m,
        Look.TOO_FAST: any(_is_too_fast(point, at, place, when) for place, when in before),
    }
    return tuple(look for look, applies in against.items() if applies)


def _is_too_fast(point: Point, at: datetime, place: Place, when: datetime) -> bool:
    seconds = (at - when).total_seconds()
    away = distance_m(point.place, place) - point.accuracy_m
    return away > FAR_M and (seconds <= 0 or away / seconds > FASTEST_M_S)
