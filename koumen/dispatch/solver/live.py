"""The day as it really goes: when each visit still to come can begin, which promise that breaks, and why.

What has happened (set out, arrived, left, nothing yet) says where the agent is free next; from there on the earliest
starts of ``day.py`` hold, and a start beyond its window is a promise at risk. What is left of the shift must hold the
rest too: as the judge does, the last visits are named until those before them leave time for the break and for home.
A branch's day takes a few milliseconds once its ways are known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from koumen.dispatch.solver.day import Day, Node, day_of
from koumen.dispatch.solver.progress import Cause, Frame, Phase, Promise, day_from, standing
from koumen.dispatch.solver.travel import Ways

# Whoever cannot be there within a day cannot be there: there is no way, or nobody who comes.
SAME_DAY_S = 24 * 3600


@dataclass(frozen=True)
class Expected:
    """A visit on the way or ahead: when it can begin (None: nobody comes), how late that is, and why it is at risk.

    ``number`` is its place among the promises; ``cause`` is None while its promise can be kept.
    """

    number: int
    starts: int | None
    late_s: int
    cause: Cause | None


def expect(frame: Frame, promises: Sequence[Promise], now: int, ways: Ways) -> list[Expected]:
    """What is to be expected of a shift at a moment, in the order of its route; nothing of what is at the door."""
    stands = standing(frame, promises, now, ways)
    day = day_from(frame, stands, promises, ways)
    found = [_judged(n, promises[n], start, stands.cause) for n, start in stands.under_way.items()]
    ahead = [n for n, promise in enumerate(promises) if promise.phase is Phase.AHEAD]
    starts = starts_of(day)
    coming = [_judged(n, promises[n], start, stands.cause) for n, start in zip(ahead, starts, strict=True)]
    no_room = _without_room(day, _late(day))
    for place, one in enumerate(coming):
        if frame.is_off and (place in no_room or (one.starts or now) > frame.ends):
            late = max(0, now - _latest(promises[one.number]))
            found.append(Expected(one.number, None, late, Cause.OFF))
        elif place in no_room:
            found.append(Expected(one.number, one.starts, 0, Cause.SHIFT_END))
        else:
            found.append(one)
    return found


def _judged(number: int, promise: Promise, start: int, cause: Cause) -> Expected:
    late_s = max(0, start - _latest(promise))
    if late_s > SAME_DAY_S:
        return Expected(number, None, 0, Cause.NO_WAY)
    return Expected(number, start, late_s, cause if late_s else None)


def _latest(promise: Promise) -> int:
    """The last second of the window: it is promised up to its end, without it."""
    return promise.window_to - 1


def starts_of(day: Day) -> list[int]:
    """The earliest start of each stop of a day, in order."""
    return [min(pair) for pair in zip(day.ahead.begins[1:-1], day.rested.begins[1:-1], strict=True)]


def risky(day: Day) -> set[int]:
    """The stops of a day, by their place among them, that cannot be kept: late, or without room behind them."""
    late = _late(day)
    return late | _without_room(day, late)


def _late(day: Day) -> set[int]:
    stops = zip(starts_of(day), day.nodes[1:-1], strict=True)
    return {place for place, (start, node) in enumerate(stops) if start > node.latest}


def _without_room(day: Day, late: set[int]) -> set[int]:
    """The last visits, as many as leave no time for the break or for the way home, although they are in time."""
    first, *stops, last = day.nodes
    left = [place for place in range(len(stops)) if place not in late]
    dropped: set[int] = set()
    rest_of_it = (
        day if not late else day_of([first, *(stops[place] for place in left), last], day.ways, day.rest)
    )
    while left and not _ends_in_time(rest_of_it):
        dropped.add(left.pop())
        rest_of_it = day_of([first, *(stops[place] for place in left), last], day.ways, day.rest)
    return dropped


def _ends_in_time(day: Day) -> bool:
    home: Node = day.nodes[-1]
    return day.rested.begins[-1] <= home.latest
