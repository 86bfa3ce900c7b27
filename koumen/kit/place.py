"""A place on the earth, in degrees."""

from dataclasses import dataclass
from math import isfinite

from koumen.kit.errors import Invalid

MOST_LATITUDE, MOST_LONGITUDE = 90.0, 180.0


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
