"""The dispatch board as geometry: promises as boxes, the day as it goes as a strip below them; no style, no names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from koumen.dispatch.queries import FROZEN_S, Lane, LaneStop
from koumen.visits.states import VisitState
from koumen.web.console.pages.board_words import NOBODY, Names
from koumen.web.ui.states import VISIT_SIGNS

NAME_WIDTH = 116
HOUR_WIDTH = 64
BOX_HEIGHT, BOX_GAP = 28, 4
STRIP_HEIGHT, STRIP_GAP = 8, 4
LANE_GAP = 14
HEAD = 32
EDGE = 16  # the last hour's figure needs room
MINUTE = 60

# The shape tells the state without the colour.
SHAPES: Mapping[str, str] = {
    "requested": "◌",
    "booked": "○",
    "on_the_way": "▷",
    "at_the_door": "◆",
    "proven": "◆",
    "agreed": "◆",
    "paid": "●",
    "closed": "●",
    "cancelled": "×",
    "no_show": "△",
    "broken_off": "■",
}
DONE = frozenset({VisitState.PAID, VisitState.CLOSED})
NOW = frozenset({VisitState.ON_THE_WAY, VisitState.AT_THE_DOOR, VisitState.PROVEN, VisitState.AGREED})
ENDED = frozenset({VisitState.NO_SHOW, VisitState.BROKEN_OFF})


@dataclass(frozen=True)
class Box:
    """One promise."""

    visit_id: UUID
    person_id: UUID
    name: str  # empty where names are filled in later
    short: str
    number: str
    x: int
    y: int
    width: int
    look: str  # done, now, ended, ahead, late
    shape: str
    late: str  # "+14" minutes, or nothing
    words: str  # all but the name
    decided: str
    begins: int  # seconds; when somebody is likely to be at the door
    window_from: int
    window_to: int
    is_movable: bool
    height: int = BOX_HEIGHT

    @property
    def text_x(self) -> int:
        """Where its words begin."""
        return self.x + 5

    @property
    def text_y(self) -> int:
        """On which line its words stand."""
        return self.y + 19

    @property
    def corner(self) -> str:
        """The corner that says: a person decided this."""
        return f"M{self.x + 1} {self.y + 1}h9l-9 9z"


@dataclass(frozen=True)
class Piece:
    """A part of the strip: a way, a visit, a break."""

    x: int
    width: int
    look: str


@dataclass(frozen=True)
class DrawnLane:
    """One agent's line."""

    shift_id: UUID
    person_id: UUID
    name: str
    staff_number: str
    is_off: bool
    y: int
    height: int
    shift_x: int
    shift_width: int
    strip_y: int
    boxes: tuple[Box, ...]
    strip: tuple[Piece, ...]
    late_home: int  # minutes

    @property
    def end_x(self) -> int:
        """Where the shift ends."""
        return self.shift_x + self.shift_width

    @property
    def text_y(self) -> int:
        """On which line the name stands."""
        return self.y + 19

    @property
    def number_y(self) -> int:
        """On which line the staff number stands."""
        return self.y + 36

    @property
    def line_y(self) -> int:
        """Where the line below the lane is."""
        return self.y + self.height + LANE_GAP // 2


@dataclass(frozen=True)
class Hour:
    """A figure of the time line."""

    x: int
    label: str


@dataclass(frozen=True)
class Drawing:
    """The whole picture; ``first`` is the second at which x is NAME_WIDTH."""

    width: int
    height: int
    hours: tuple[Hour, ...]
    lanes: tuple[DrawnLane, ...]
    now_x: int | None
    frozen_width: int
    first: int
    last: int
    name_width: int = NAME_WIDTH
    hour_width: int = HOUR_WIDTH


@dataclass(frozen=True)
class _Scale:
    first: datetime
    last: datetime

    def x(self, moment: datetime) -> int:
        held = min(max(moment, self.first), self.last)
        return NAME_WIDTH + round((held - self.first).total_seconds() * HOUR_WIDTH / 3600)


@dataclass(frozen=True)
class Look:
    """How the board is looked at: when, where, with which names, and whether something may be moved."""

    at: datetime
    zone: ZoneInfo
    named: Names
    may_move: bool


def draw(lanes: Sequence[Lane], look: Look) -> Drawing | None:
    """A line for each shift; nothing when nobody works."""
    if not lanes:
        return None
    at, zone = look.at, look.zone
    scale = _Scale(*_frame(lanes, zone))
    drawn, y = [], HEAD
    for lane in lanes:
        one = _lane(lane, scale, y, look)
        drawn.append(one)
        y = one.y + one.height + LANE_GAP
    is_shown = scale.first <= at <= scale.last
    now_x = scale.x(at)
    return Drawing(
        width=scale.x(scale.last) + EDGE,
        height=y,
        hours=tuple(_hours(scale, zone)),
        lanes=tuple(drawn),
        now_x=now_x if is_shown else None,
        frozen_width=scale.x(at + timedelta(seconds=FROZEN_S)) - now_x if is_shown else 0,
        first=int(scale.first.timestamp()),
        last=int(scale.last.timestamp()),
    )


def _frame(lanes: Sequence[Lane], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the hour in which the first begins to the one in which the last ends."""
    starts = [lane.shift.begins_at for lane in lanes] + [s.window_from for lane in lanes for s in lane.stops]
    ends = [lane.shift.ends_at for lane in lanes] + [s.window_to for lane in lanes for s in lane.stops]
    first = min(starts).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    last = max(ends).astimezone(zone)
    whole = last.replace(minute=0, second=0, microsecond=0)
    return first, whole if whole == last else whole + timedelta(hours=1)


def _hours(scale: _Scale, zone: ZoneInfo) -> Iterable[Hour]:
    moment = scale.first
    while moment <= scale.last:
        yield Hour(scale.x(moment), f"{moment.astimezone(zone):%H}")
        moment += timedelta(hours=1)


def _lane(lane: Lane, scale: _Scale, y: int, look: Look) -> DrawnLane:
    boxes, ends = [], list[datetime]()
    for stop in sorted(lane.stops, key=lambda stop: stop.window_from):
        level = next((n for n, end in enumerate(ends) if end <= stop.window_from), len(ends))
        ends[level : level + 1] = [stop.window_to]
        boxes.append(_box(stop, scale, y + level * (BOX_HEIGHT + BOX_GAP), look))
    strip_y = y + max(1, len(ends)) * (BOX_HEIGHT + BOX_GAP) - BOX_GAP + STRIP_GAP
    start = scale.x(lane.shift.begins_at)
    return DrawnLane(
        shift_id=lane.shift_id,
        person_id=lane.person_id,
        name=look.named.get(lane.person_id, NOBODY).name,
        staff_number=lane.staff_number,
        is_off=lane.is_off,
        y=y,
        height=strip_y + STRIP_HEIGHT - y,
        shift_x=start,
        shift_width=scale.x(lane.shift.ends_at) - start,
        strip_y=strip_y,
        boxes=tuple(boxes),
        strip=tuple(_strip(lane, scale)),
        late_home=lane.late_home_s // MINUTE,
    )


def _box(stop: LaneStop, scale: _Scale, y: int, look: Look) -> Box:
    name = look.named.get(stop.customer_person_id, NOBODY)
    x, late = scale.x(stop.window_from), stop.late_min
    return Box(
        visit_id=stop.visit_id,
        person_id=stop.customer_person_id,
        name=name.name,
        short=name.tiny if late else name.short,
        number=stop.number,
        x=x + 1,
        y=y,
        width=max(24, scale.x(stop.window_to) - x - 2),
        look="late" if late else look_of(stop.state),
        shape=SHAPES[stop.state],
        late=f"+{late}" if late else "",
        words=_words(stop, late, look.zone),
        decided=stop.decided,
        begins=int(stop.begins_at.timestamp()),
        window_from=int(stop.window_from.timestamp()),
        window_to=int(stop.window_to.timestamp()),
        is_movable=look.may_move and stop.state is VisitState.BOOKED,
    )


def _words(stop: LaneStop, late: int, zone: ZoneInfo) -> str:
    said = [
        str(VISIT_SIGNS[stop.state].word),
        _("promised %(window)s")
        % {"window": f"{_clock(stop.window_from, zone)}–{_clock(stop.window_to, zone)}"},
    ]
    if stop.is_ahead or stop.state in NOW:
        said.append(_("at the door about %(time)s") % {"time": _clock(stop.begins_at, zone)})
    if late:
        said.append(_("%(minutes)s minutes late") % {"minutes": late})
    if stop.decided:
        said.append(_("a person decided this"))
    return ", ".join(said)


def _strip(lane: Lane, scale: _Scale) -> Iterable[Piece]:
    """Ways, visits and the break as they follow each other."""
    free = lane.shift.begins_at
    for stop in lane.stops:
        look = "late" if stop.late_s else look_of(stop.state)
        if stop.travel_s:
            yield _piece(
                scale, max(free, stop.begins_at - timedelta(seconds=stop.travel_s)), stop.begins_at, "way"
            )
        yield _piece(scale, stop.begins_at, stop.ends_at, look)
        free = stop.ends_at
    if lane.home_at:
        yield _piece(
            scale, max(free, lane.home_at - timedelta(seconds=lane.home_travel_s)), lane.home_at, "way"
        )
    if lane.pause:
        yield _piece(scale, lane.pause.begins_at, lane.pause.ends_at, "pause")


def _piece(scale: _Scale, begins: datetime, ends: datetime, look: str) -> Piece:
    x = scale.x(begins)
    return Piece(x, max(1, scale.x(ends) - x), look)


def look_of(state: VisitState) -> str:
    """The colour of a state, which its shape and its word say too."""
    if state in DONE:
        return "done"
    if state in NOW:
        return "now"
    return "ended" if state in ENDED else "ahead"


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
