"""A place on the earth, in degrees."""

from dataclasses import dataclass
from math import asin, cos, isfinite, radians, sin, sqrt

from koumen.kit.errors import Invalid

MOST_LATITUDE, MOST_LONGITUDE = 90.0, 180.0
EARTH_RADIUS_M = 6_371_009  # mean radius (IUGG)


@dataclass(frozen=True)
class Place:
    """Degrees north and east; raises Invalid("place-off-the-earth") for anything else."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        for field, value, most in (
            ("latitude", self.latitude, MOST_LATITUDE),
            ("longitude", self.longitude, MOST_LONGITUDE),
        ):
            if not isfinite(value) or abs(value) > most:
                raise Invalid("place-off-the-earth", field=field, value=str(value))


def distance_m(start: Place, end: Place) -> float:
    """The great-circle distance (haversine), in metres."""
    north, south = radians(start.latitude), radians(end.latitude)
    half_height = sin((south - north) / 2)
    half_width = sin(radians(end.longitude - start.longitude) / 2)
    chord = half_height * half_height + cos(north) * cos(south) * half_width * half_width
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord)))
