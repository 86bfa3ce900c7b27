"""What travel times are made from: bands of the day, speeds by class of road, margins. Whole numbers only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from koumen.kit.errors import Invalid

# What can be meant; beyond it is a slip of the keyboard.
_LIMITS = {
    "at_the_door_s": (0, 1800),
    "walk_km_h": (1, 8),
    "reach_m": (10, 5_000),
    "pace_pct": (10, 200),
    "road_margin_pct": (100, 300),
    "speeds_km_h": (0, 150),
    "first_s": (0, 1800),
    "km_h": (3, 120),
    "detour_pct": (100, 300),
    "margin_pct": (100, 400),
}
# Peaks, the day between and the night need four; more than an hour each is not measured by anybody.
_MOST_BANDS = 24


@dataclass(frozen=True)
class Band:
    """A part of the day from a local time until the next band; ``pace_pct`` of the speeds are driven in it."""

    name: str
    begins: time
    pace_pct: int


@dataclass(frozen=True)
class Line:
    """The straight line: the streets around the doors, a speed, a detour, and a margin on all of it."""

    first_s: int
    km_h: int
    detour_pct: int
    margin_pct: int


@dataclass(frozen=True)
class TravelRules:
    """One version of what travel times are made from."""

    at_the_door_s: int
    walk_km_h: int
    reach_m: int
    bands: tuple[Band, ...]
    road_margin_pct: int
    speeds_km_h: Mapping[str, int]
    line: Line

    def content(self) -> dict[str, Any]:
        """As plain values, for keeping."""
        plain = asdict(self)
        plain["speeds_km_h"] = dict(self.speeds_km_h)
        plain["bands"] = [
            {"name": band.name, "from": band.begins.strftime("%H:%M"), "pace_pct": band.pace_pct}
            for band in self.bands
        ]
        return plain


def read_rules(content: Mapping[str, Any], classes: Sequence[str]) -> TravelRules:
    """Read a version; raises Invalid("travel-times-wrong", field=…) and names what is wrong."""
    line = _part(content, "line", Mapping)
    speeds = _part(content, "speeds_km_h", Mapping)
    unknown = set(speeds) ^ set(classes)
    if unknown:
        raise Invalid("travel-times-wrong", field=f"speeds_km_h.{min(unknown)}")
    return TravelRules(
        at_the_door_s=_number(content, "at_the_door_s"),
        walk_km_h=_number(content, "walk_km_h"),
        reach_m=_number(content, "reach_m"),
        bands=tuple(_bands(_part(content, "bands", list))),
        road_margin_pct=_number(content, "road_margin_pct"),
        speeds_km_h={name: _number(speeds, name, "speeds_km_h") for name in classes},
        line=Line(*(_number(line, name) for name in ("first_s", "km_h", "detour_pct", "margin_pct"))),
    )


def _part(content: Mapping[str, Any], name: str, kind: type) -> Any:
    part = content.get(name)
    if not isinstance(part, kind):
        raise Invalid("travel-times-wrong", field=name)
    return part


def _number(content: Mapping[str, Any], name: str, limits: str = "") -> int:
    value = content.get(name)
    least, most = _LIMITS[limits or name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Invalid("travel-times-wrong", field=f"{limits}.{name}".lstrip("."), least=least, most=most)
    return value


def _bands(content: Sequence[Any]) -> Iterator[Band]:
    if not 0 < len(content) <= _MOST_BANDS or not all(isinstance(band, Mapping) for band in content):
        raise Invalid("travel-times-wrong", field="bands")
    before = None
    for band in content:
        try:
            begins = time.fromisoformat(str(band.get("from")))
        except ValueError:
            raise Invalid(
                "travel-times-wrong", field="bands.from", value=str(band.get("from"))[:20]
            ) from None
        if before is not None and begins <= before:
            raise Invalid("travel-times-wrong", field="bands.from", value=str(begins))
        before = begins
        yield Band(str(band.get("name", "")), begins, _number(band, "pace_pct"))


def changes_of(rules: TravelRules, day: date, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """The moments (seconds) at which bands begin, with the band's number, from the day before until the day after."""
    for shift in (-1, 0, 1):
        for number, band in enumerate(rules.bands):
            local = datetime.combine(day + timedelta(days=shift), band.begins, zone)
            yield int(local.timestamp()), number
