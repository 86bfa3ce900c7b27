"""How long the way takes: the straight line with a margin, until road times are known."""

from collections.abc import Callable
from math import asin, ceil, cos, radians, sin, sqrt

from koumen.kit.place import Place

Travel = Callable[[Place, Place], int]

EARTH_RADIUS_M = 6_371_009  # mean radius (IUGG)
# Roads in cities are 1.2 to 1.4 times the straight line.
DETOUR = 1.3
# Scooter, bus or bicycle in town, door to door, waiting at lights included.
SPEED_M_S = 25 / 3.6
# A straight line times a constant is 43 to 58 % too short once in twenty trips: a promise needs that room.
MARGIN = 1.6
# Parking, the stairs, finding the bell; also between two doors of one house.
FIXED_S = 5 * 60


def distance_m(start: Place, end: Place) -> float:
    """The great-circle distance (haversine), in metres."""
    north, south = radians(start.latitude), radians(end.latitude)
    half_height = sin((south - north) / 2)
    half_width = sin(radians(end.longitude - start.longitude) / 2)
    chord = half_height * half_height + cos(north) * cos(south) * half_width * half_width
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord)))


def travel_s(start: Place, end: Place) -> int:
    """The time from door to door that can be promised, in seconds."""
    return FIXED_S + ceil(distance_m(start, end) * DETOUR * MARGIN / SPEED_M_S)
