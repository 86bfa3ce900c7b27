"""How a day is likely to go: when the agent is at each door, on each way, and has the break.

The layers of day.py say how early everything can be; this walks back through them and finds the one course that is
as early as that at home. Of courses that are equally early the one with the latest break is taken: what comes before a break is
then as early as it can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from koumen.dispatch.solver.day import EVER, Day
from koumen.dispatch.solver.progress import AT_LEAST_S, Frame, Phase, Promise, day_from, standing
from koumen.dispatch.solver.travel import Leg, Ways, band_at


@dataclass(frozen=True)
class At:
    """At a place in [begins, ends), after a way of ``travel_s``, seconds."""

    begins: int
    ends: int
    travel_s: int


@dataclass(frozen=True)
class Pause:
    """The break in [begins, ends); ``gap`` is the node that it follows."""

    begins: int
    ends: int
    gap: int


@dataclass(frozen=True)
class Course:
    """One day as it is likely to go: every stop in the order of the route, the way home, the break if one is due."""

    stops: tuple[At, ...]
    home: At
    pause: Pause | None


def expected(frame: Frame, promises: Sequence[Promise], now: int, ways: Ways) -> Course:
    """How a shift with these promises is likely to go, seen from a moment; of what is over only its end is known."""
    stands = standing(frame, promises, now, ways)
    begun, place = [], frame.home
    for number, promise in enumerate(promises):
        if promise.phase is not Phase.AHEAD:
            begun.append(
                _begun(promise, stands.under_way.get(number), (now, ways.leg(place, promise.place)), ways)
            )
            place = promise.place
    ahead, pause = course_of(day_from(frame, stands, promises, ways))
    return Course((*begun, *ahead[:-1]), ahead[-1], pause)


def _begun(promise: Promise, starts: int | None, way: tuple[int, Leg], ways: Ways) -> At:
    now, leg = way
    if starts is not None:
        return At(starts, starts + promise.service_s, _took(ways, leg, promise.since))
    if promise.phase is Phase.AT_THE_DOOR:
        return At(promise.since, max(promise.since + promise.service_s, now + AT_LEAST_S), 0)
    return At(promise.since, promise.since, 0)


def course_of(day: Day) -> tuple[tuple[At, ...], Pause | None]:
    """Every node of a day but the first, its last being home, and the break."""
    gap = _gap_of_the_break(day)
    if gap is None:
        begins = (day.ahead if day.rest else day.rested).begins
    else:
        begins = (*day.ahead.begins[: gap + 1], *day.rested.begins[gap + 1 :])
    stops = tuple(
        At(
            begins[node],
            begins[node] + day.nodes[node].service_s,
            _took(day.ways, day.legs[node - 1], begins[node - 1] + day.nodes[node - 1].service_s),
        )
        for node in range(1, len(day.nodes))
    )
    return stops, None if gap is None else _pause(day, gap, begins[gap] + day.nodes[gap].service_s)


def _gap_of_the_break(day: Day) -> int | None:
    """After which node the break is had; None where none is due, or there is no time left for it."""
    if day.rest is None or day.rested.begins[-1] >= EVER:
        return None
    for node in range(len(day.nodes) - 1, 0, -1):
        free = day.ahead.begins[node - 1] + day.nodes[node - 1].service_s
        with_break = day.rest.over(day.ways, day.legs[node - 1], free)
        if max(with_break, day.nodes[node].earliest) == day.rested.begins[node]:
            return node - 1
    return None


def _pause(day: Day, gap: int, free: int) -> Pause | None:
    rest, leg = day.rest, day.legs[gap]
    assert rest is not None, "a break has a length"  # noqa: S101
    there = day.ways.arrive(leg, free)
    on_arrival = max(there, rest.begins) + rest.length_s if there <= rest.ends else EVER
    first = max(free, rest.begins)
    if free > rest.ends or on_arrival <= day.ways.arrive(leg, first + rest.length_s):
        return Pause(on_arrival - rest.length_s, on_arrival, gap)
    return Pause(first, first + rest.length_s, gap)


def _took(ways: Ways, leg: Leg, leaving: int) -> int:
    return leg[band_at(ways.spans, leaving)]
