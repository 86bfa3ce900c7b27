"""From a shift and its visits at a moment to a day that one more stop may be put into.

What is over and what is in progress is folded into where and when the agent is free next: nothing is ever
put before it, and a visit on the way or at the door keeps its window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from koumen.dispatch.solver.day import EVER, Day, Node, day_of
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import Ways
from koumen.kit.place import Place

# A visit that has used up its time still needs a moment to end.
AT_LEAST_S = 5 * 60


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


@dataclass(frozen=True)
class Frame:
    """A shift: when it starts and ends, the home it starts from and ends at, and the break it owes, if any."""

    starts: int
    ends: int
    home: Place
    rest: Rest | None = None


def day_at(frame: Frame, promises: Sequence[Promise], now: int, ways: Ways) -> Day:
    """The rest of a shift at a moment; ``promises`` in the order of the route."""
    place, free = frame.home, frame.starts
    for promise in promises:
        if promise.phase is not Phase.AHEAD:
            free = _free_after(promise, place, free, now, ways)
            place = promise.place
    nodes = [Node(place, max(free, now), EVER, 0)]
    nodes += [
        Node(promise.place, promise.window_from, promise.window_to - 1, promise.service_s)
        for promise in promises
        if promise.phase is Phase.AHEAD
    ]
    nodes.append(Node(frame.home, frame.starts, frame.ends, 0))
    # once the hour of the break is over it was taken, or cannot be any more: nothing is planned around it
    rest = frame.rest if frame.rest and nodes[0].earliest <= frame.rest.ends else None
    return day_of(nodes, ways, rest)


def _free_after(promise: Promise, place: Place, free: int, now: int, ways: Ways) -> int:
    """When the agent can leave the door of a visit that is over or in progress."""
    if promise.phase is Phase.OVER:
        return max(free, promise.since)
    if promise.phase is Phase.AT_THE_DOOR:
        return max(promise.since + promise.service_s, now + AT_LEAST_S)
    on_the_way = ways.leg(place, promise.place)
    arrival = max(ways.arrive(on_the_way, promise.since), promise.window_from, now)
    return arrival + promise.service_s
