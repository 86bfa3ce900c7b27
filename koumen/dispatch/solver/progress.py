"""From a shift and its visits at a moment to a day that one more stop may be put into.

What is over and what is in progress is folded into where and when the agent is free next: nothing is ever
put before it, and a visit on the way or at the door keeps its window.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from koumen.dispatch.solver.day import EVER, Day, Node, day_of
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import Ways
from koumen.kit.place import Place

# A visit that has used up its time still needs a moment to end.
AT_LEAST_S = 5 * 60
_LONG_AGO = -(1 << 40)


class Phase(Enum):
    """How far a visit has come."""

    AHEAD = "ahead"
    ON_THE_WAY = "on_the_way"
    AT_THE_DOOR = "at_the_door"
    OVER = "over"


@dataclass(frozen=True)
class Promise:
    """A visit in a route: arrival in [window_from, window_to), seconds; ``since`` when its phase began."""

    place: Place
    window_from: int
    window_to: int
    service_s: int
    phase: Phase = Phase.AHEAD
    since: int = 0


class Cause(StrEnum):
    """What holds a day up."""

    OFF = "off"  # the agent said: not on today
    HELD_UP = "held_up"  # the agent said: not on before then
    OVERRUN = "overrun"  # the visit at hand lasts longer
    ROAD = "road"  # the way at hand takes longer
    NOT_SET_OUT = "not_set_out"  # free, and not on the way
    EARLIER = "earlier"  # what was before began late or lasted longer
    SHIFT_END = "shift_end"  # what is left of the shift, or its break, has no room
    NO_WAY = "no_way"  # no road leads there


@dataclass(frozen=True)
class Frame:
    """A shift: when it starts and ends, the home it starts from and ends at, and the break it owes, if any.

    ``held_until``: the agent said that they cannot go on before. ``is_off``: ``ends`` is where the agent gave up.
    """

    starts: int
    ends: int
    home: Place
    rest: Rest | None = None
    held_until: int = 0
    is_off: bool = False


@dataclass(frozen=True)
class Standing:
    """Where an agent is free next and when, what that hangs on, and when visits on the way begin, by their place."""

    place: Place
    free: int
    cause: Cause
    under_way: Mapping[int, int]


def day_at(frame: Frame, promises: Sequence[Promise], now: int, ways: Ways) -> Day:
    """The rest of a shift at a moment; ``promises`` in the order of the route."""
    return day_from(frame, standing(frame, promises, now, ways), promises, ways)


def day_from(frame: Frame, stands: Standing, promises: Sequence[Promise], ways: Ways) -> Day:
    """The rest of a shift from where the agent stands."""
    first = Node(stands.place, stands.free, EVER, 0)
    # once the hour of the break is over it was taken, or cannot be any more: nothing is planned around it
    rest = frame.rest if frame.rest and first.earliest <= frame.rest.ends else None
    return day_of([first, *nodes_ahead(frame, promises)], ways, rest)


def nodes_ahead(frame: Frame, promises: Sequence[Promise]) -> list[Node]:
    """The visits that are ahead, and home."""
    return [
        *(
            Node(promise.place, promise.window_from, promise.window_to - 1, promise.service_s)
            for promise in promises
            if promise.phase is Phase.AHEAD
        ),
        Node(frame.home, frame.starts, frame.ends, 0),
    ]


def free_as_time_goes_on(frame: Frame, promises: Sequence[Promise], ways: Ways) -> tuple[Place, int, int]:
    """Where the agent is free next, and (at, again_s): free at max(at, now + again_s), whatever now is.

    Each step of ``standing`` is such a maximum, so two moments, far apart, tell all.
    """
    soon = standing(frame, promises, _LONG_AGO, ways)
    late = standing(frame, promises, -_LONG_AGO, ways)
    return soon.place, soon.free, late.free + _LONG_AGO


def standing(frame: Frame, promises: Sequence[Promise], now: int, ways: Ways) -> Standing:
    """What happened so far, folded: visits that are over, at the door and on the way, in the order of the route."""
    place, free, cause = frame.home, frame.starts, Cause.EARLIER
    under_way: dict[int, int] = {}
    for number, promise in enumerate(promises):
        if promise.phase is Phase.AHEAD:
            continue
        if promise.phase is Phase.OVER:
            free, cause = max(free, promise.since), Cause.EARLIER
        elif promise.phase is Phase.AT_THE_DOOR:
            planned = promise.since + promise.service_s
            free = max(planned, now + AT_LEAST_S)
            cause = Cause.OVERRUN if free > planned else Cause.EARLIER
        else:
            arrival = ways.arrive(ways.leg(place, promise.place), promise.since)
            start = max(arrival, promise.window_from, now, frame.held_until)
            cause = _on_the_way(frame, arrival, now)
            under_way[number], free = start, start + promise.service_s
        place = promise.place
    if frame.held_until > max(free, now):
        cause = Cause.HELD_UP
    elif now > free:
        cause = Cause.NOT_SET_OUT
    return Standing(place, max(free, now, frame.held_until), cause, under_way)


def _on_the_way(frame: Frame, arrival: int, now: int) -> Cause:
    """Why who is on the way is not there yet."""
    if frame.held_until > max(arrival, now):
        return Cause.HELD_UP
    return Cause.ROAD if now > arrival else Cause.EARLIER
