"""Where each visit stands on the day's line: plain geometry, drawn by the template without any style."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from koumen.dispatch.queries import BoardRow, BoardStop
from koumen.visits.states import VisitState

NAME_WIDTH = 104
HOUR_WIDTH = 58  # eleven hours, eight to seven, beside the list of alerts at 1280 px
BLOCK_HEIGHT = 30
LANE_GAP = 14
HEAD = 30
EDGE = 14  # the last hour's figure needs room
FIRST_HAN = "\u2e80"  # from here on letters are as wide as they are high

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
class Block:
    """One visit as a box."""

    visit_id: UUID
    x: int
    y: int
    width: int
    label: str
    look: str
    title: str
    height: int = BLOCK_HEIGHT

    @property
    def text_x(self) -> int:
        """Where its words begin."""
        return self.x + 5

    @property
    def text_y(self) -> int:
        """On which line its words stand."""
        return self.y + 20


@dataclass(frozen=True)
class Lane:
    """One agent's line with the shift behind the visits."""

    label: str
    y: int
    height: int
    shift_x: int
    shift_width: int
    blocks: tuple[Block, ...]

    @property
    def text_y(self) -> int:
        """On which line the name stands."""
        return self.y + 20

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
class Timeline:
    """The whole picture."""

    width: int
    height: int
    hours: tuple[Hour, ...]
    lanes: tuple[Lane, ...]
    now_x: int | None


@dataclass
class _Scale:
    first: datetime
    last: datetime
    x_from: int = field(default=NAME_WIDTH)

    def x(self, moment: datetime) -> int:
        held = min(max(moment, self.first), self.last)
        return self.x_from + round((held - self.first).total_seconds() * HOUR_WIDTH / 3600)


def draw(
    rows: Sequence[BoardRow], names: Mapping[UUID, str], *, at: datetime, zone: ZoneInfo
) -> Timeline | None:
    """A lane for each row; nothing when nobody works."""
    if not rows:
        return None
    scale = _Scale(*_frame(rows, zone))
    lanes, y = [], HEAD
    for row in rows:
        lane = _lane(row, scale, names, y)
        lanes.append(lane)
        y = lane.y + lane.height + LANE_GAP
    is_shown = scale.first <= at <= scale.last
    width = scale.x(scale.last) + EDGE
    return Timeline(width, y, tuple(_hours(scale, zone)), tuple(lanes), scale.x(at) if is_shown else None)


def _frame(rows: Sequence[BoardRow], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the hour in which the first begins to the one in which the last ends."""
    ends = [stop.window_to for row in rows for stop in row.stops] + [row.ends_at for row in rows]
    starts = [stop.window_from for row in rows for stop in row.stops] + [row.starts_at for row in rows]
    first = min(starts).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    last = max(ends).astimezone(zone)
    whole = last.replace(minute=0, second=0, microsecond=0)
    return first, whole if whole == last else whole + timedelta(hours=1)


def _hours(scale: _Scale, zone: ZoneInfo) -> Iterable[Hour]:
    moment = scale.first
    while moment <= scale.last:
        yield Hour(scale.x(moment), f"{moment.astimezone(zone):%H}")
        moment += timedelta(hours=1)


def _lane(row: BoardRow, scale: _Scale, names: Mapping[UUID, str], y: int) -> Lane:
    blocks, ends = [], list[datetime]()
    for stop in row.stops:
        if stop.state is VisitState.CANCELLED:
            continue
        level = next((n for n, end in enumerate(ends) if end <= stop.window_from), len(ends))
        ends[level : level + 1] = [stop.window_to]
        blocks.append(_block(stop, scale, names, y + level * (BLOCK_HEIGHT + 4)))
    levels = max(1, len(ends))
    start = scale.x(row.starts_at)
    return Lane(
        label=f"{names.get(row.person_id, '')} {row.staff_number}".strip(),
        y=y,
        height=levels * (BLOCK_HEIGHT + 4) - 4,
        shift_x=start,
        shift_width=scale.x(row.ends_at) - start,
        blocks=tuple(blocks),
    )


def _block(stop: BoardStop, scale: _Scale, names: Mapping[UUID, str], y: int) -> Block:
    x, name = scale.x(stop.window_from), names.get(stop.customer_person_id, "")
    return Block(
        visit_id=stop.visit_id,
        x=x + 2,
        y=y,
        width=max(24, scale.x(stop.window_to) - x - 4),
        label=f"{_short(name)}{SHAPES[stop.state]}",
        look=_look(stop.state),
        title=f"{name} {stop.number}",
    )


def _short(name: str) -> str:
    """As much of a name as a box holds."""
    room = 3 if any(letter >= FIRST_HAN for letter in name) else 6
    return name if len(name) <= room else f"{name[: room - 1]}…"


def _look(state: VisitState) -> str:
    if state in DONE:
        return "done"
    if state in NOW:
        return "now"
    return "ended" if state in ENDED else "ahead"
