"""The arithmetic of day.py and rest.py for many agents at once, compiled: the same rule, held equal by tests.

A question goes through all gaps once. ``survey`` knows only lower bounds of the ways to the new place (chart.py); it
lists the gaps that could be used, and the nearest of each window. ``fits`` knows the ways of those few and tests exactly;
``no_worse`` then picks from the list what could still be better, which is tested too. Everything is whole seconds.
Compiled by Numba at the first question of a process and kept on disk after that.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from koumen.dispatch.solver.travel import EVER, NEVER

F = TypeVar("F", bound=Callable[..., object])
Whole = NDArray[np.int64]
Marks = NDArray[np.int32]

NOBODY = -1


def compiled(function: F) -> F:
    """Compile a function when it is called first, and keep what was compiled for the next process."""
    return cast("F", numba.njit(cache=True)(function))


class Rows(NamedTuple):
    """Agents by row (A), their ``nodes`` by column (N), from where each is free to their home.

    An agent is free at max(``free``, now + ``again``). ``rest``: (A, 3) length (0: none is due), begins, ends;
    ``resting`` says whether it is still to come. ``legs``: (A, N, bands) the way from a node to the next.
    ``marks``: (A, N, marks) thousandths of a second, see chart.py. ``ahead…`` and ``rested…`` are the layers of
    day.py; ``soon`` and ``by`` say of the gap after a node, in the better layer, when the agent can leave it and must be
    at the next.
    """

    nodes: Whole
    free: Whole
    again: Whole
    rest: Whole
    resting: NDArray[np.bool_]
    earliest: Whole
    latest: Whole
    service: Whole
    legs: Whole
    ahead_begins: Whole
    ahead_limits: Whole
    rested_begins: Whole
    rested_limits: Whole
    soon: Whole
    by: Whole
    marks: Marks


class Spans(NamedTuple):
    """The bands of a date: from ``begins`` until the next, ``band`` holds; ``ends`` of the last is EVER."""

    begins: Whole
    ends: Whole
    band: Whole


class Asked(NamedTuple):
    """A question: what the new place is bounded by (chart.py), how long the visit takes, which windows [from, last].

    ``windows``: (A,) the windows that each agent may be offered, one bit each.
    """

    marks: Marks
    stretch: NDArray[np.float64]
    least_s: int
    apart_s: int
    service_s: int
    starts: Whole
    lasts: Whole
    windows: NDArray[np.uint64]


class Nearest(NamedTuple):
    """(windows, n) For each window the gaps with the least bound of their extra way, least first; EVER where none is."""

    extra: Whole
    agent: Whole
    gap: Whole


class Best(NamedTuple):
    """For each window the best that was found; ``agent`` is NOBODY where nothing fits."""

    extra: Whole
    start: Whole
    gap: Whole
    agent: Whole


@compiled
def arrive(spans: Spans, leg: Whole, leaving: int) -> int:
    """See travel.py."""
    soonest = EVER
    for place in range(len(spans.begins)):
        if spans.begins[place] >= soonest:
            break
        if spans.ends[place] > leaving:
            soonest = min(soonest, max(leaving, spans.begins[place]) + leg[spans.band[place]])
    return int(soonest)


@compiled
def leave(spans: Spans, leg: Whole, there_by: int) -> int:
    """See travel.py."""
    for place in range(len(spans.begins) - 1, -1, -1):
        latest = min(spans.ends[place] - 1, there_by - leg[spans.band[place]])
        if latest >= spans.begins[place]:
            return int(latest)
    return NEVER


@compiled
def over(spans: Spans, rest: Whole, leg: Whole, free: int) -> int:
    """See rest.py."""
    there = arrive(spans, leg, free)
    on_arrival = max(there, rest[1]) + rest[0] if there <= rest[2] else EVER
    if free > rest[2]:
        return on_arrival
    return min(on_arrival, arrive(spans, leg, max(free, rest[1]) + rest[0]))


@compiled
def before(spans: Spans, rest: Whole, leg: Whole, there_by: int) -> int:
    """See rest.py."""
    latest = NEVER
    on_arrival = there_by - rest[0]
    if on_arrival >= rest[1]:
        latest = leave(spans, leg, min(rest[2], on_arrival))
    rested = leave(spans, leg, there_by) - rest[0]
    if rested >= rest[1]:
        latest = max(latest, min(rest[2], rested))
    return latest


@compiled
def lay(rows: Rows, spans: Spans, now: int) -> None:
    """Work out the layers of every agent whose start has changed: by what was written, or because time goes on."""
    for a in range(len(rows.nodes)):
        begins = max(rows.free[a], now + rows.again[a])
        if begins == rows.earliest[a, 0]:
            continue
        rows.earliest[a, 0] = begins
        rows.resting[a] = rows.rest[a, 0] > 0 and begins <= rows.rest[a, 2]
        _lay_begins(rows, spans, a)
        _lay_limits(rows, spans, a)
        for p in range(rows.nodes[a] - 1):
            soon, by = rows.rested_begins[a, p], rows.rested_limits[a, p + 1]
            if rows.resting[a]:
                soon, by = min(soon, rows.ahead_begins[a, p]), max(by, rows.ahead_limits[a, p + 1])
            rows.soon[a, p], rows.by[a, p] = soon + rows.service[a, p], by


@compiled
def _lay_begins(rows: Rows, spans: Spans, a: int) -> None:
    ahead, rested, rest = rows.ahead_begins[a], rows.rested_begins[a], rows.rest[a]
    ahead[0] = rows.earliest[a, 0] if rows.resting[a] else EVER
    rested[0] = EVER if rows.resting[a] else rows.earliest[a, 0]
    for p in range(1, rows.nodes[a]):
        leg, service = rows.legs[a, p - 1], rows.service[a, p - 1]
        soon, late = arrive(spans, leg, rested[p - 1] + service), EVER
        if rows.resting[a]:
            soon = min(soon, over(spans, rest, leg, ahead[p - 1] + service))
            late = max(rows.earliest[a, p], arrive(spans, leg, ahead[p - 1] + service))
        soon = max(rows.earliest[a, p], soon)
        rested[p] = EVER if soon > rows.latest[a, p] and rows.latest[a, p] >= late else soon
        ahead[p] = late


@compiled
def _lay_limits(rows: Rows, spans: Spans, a: int) -> None:
    ahead, rested, rest = rows.ahead_limits[a], rows.rested_limits[a], rows.rest[a]
    last = rows.nodes[a] - 1
    ahead[last], rested[last] = NEVER, rows.latest[a, last]
    for p in range(last - 1, -1, -1):
        leg, service, by = rows.legs[a, p], rows.service[a, p], NEVER
        if rows.resting[a]:
            by = max(leave(spans, leg, ahead[p + 1]), before(spans, rest, leg, rested[p + 1]))
        limit = min(rows.latest[a, p], by - service)
        ahead[p] = limit if limit >= rows.earliest[a, p] else NEVER
        limit = min(rows.latest[a, p], leave(spans, leg, rested[p + 1]) - service)
        rested[p] = limit if limit >= rows.earliest[a, p] else NEVER


@compiled
def survey(rows: Rows, spans: Spans, asked: Asked, nearest: Nearest, usable: Marks) -> int:
    """List the gaps that could be used (agent, number, marks' difference there and back), and the nearest ones."""
    count, last = 0, nearest.extra.shape[1] - 1
    for a in range(len(rows.nodes)):
        windows = asked.windows[a]
        for p in range(rows.nodes[a] - 1):
            soon, by = rows.soon[a, p] + asked.least_s, rows.by[a, p] - asked.least_s - asked.service_s
            first = _first_window(asked, windows, soon, by)
            if first == NOBODY:  # as in most gaps of a full day: no way is as short
                continue
            there = _there(rows, asked, a, p)
            if soon + int(there) // 1000 > by:
                continue
            ways = int(there), int(_back(rows, asked, a, p + 1))
            soon, by = _between(rows, asked, (a, p), ways)
            if _first_window(asked, windows, soon, by) == NOBODY:
                continue
            usable[count, 0], usable[count, 1], usable[count, 2], usable[count, 3] = a, p, ways[0], ways[1]
            count += 1
            for w in range(first, len(asked.starts)):
                start = max(soon, asked.starts[w])
                if asked.starts[w] > by:
                    break
                if start <= asked.lasts[w] and start <= by and windows >> np.uint64(w) & np.uint64(1):
                    extra = _extra(rows, spans, asked, (a, p), ways, (start, asked.lasts[w]))
                    if extra < nearest.extra[w, last]:
                        _keep(nearest, w, (extra, a, p))
    return count


@compiled
def _between(rows: Rows, asked: Asked, gap: tuple[int, int], ways: tuple[int, int]) -> tuple[int, int]:
    """When the visit can start in a gap at best: from, until."""
    soon, by = rows.soon[gap[0], gap[1]], rows.by[gap[0], gap[1]]
    return soon + _way(asked, ways[0], 1.0), by - _way(asked, ways[1], 1.0) - asked.service_s


@compiled
def _keep(nearest: Nearest, w: int, found: tuple[int, int, int]) -> None:
    """Put a gap at its place among the nearest; the last falls out."""
    place = nearest.extra.shape[1] - 1
    while place > 0 and nearest.extra[w, place - 1] > found[0]:
        nearest.extra[w, place] = nearest.extra[w, place - 1]
        nearest.agent[w, place], nearest.gap[w, place] = (
            nearest.agent[w, place - 1],
            nearest.gap[w, place - 1],
        )
        place -= 1
    nearest.extra[w, place], nearest.agent[w, place], nearest.gap[w, place] = found


@compiled
def no_worse(
    rows: Rows, spans: Spans, asked: Asked, usable: Marks, best: Best, seen: NDArray[np.bool_]
) -> Marks:
    """The listed gaps that could be as good as the best that was found in some window, and were not seen yet."""
    picked, count = np.empty((len(usable), 2), np.int32), 0
    for number in range(len(usable)):
        a, p = int(usable[number, 0]), int(usable[number, 1])
        if seen[a, p]:
            continue
        ways = int(usable[number, 2]), int(usable[number, 3])
        soon, by = _between(rows, asked, (a, p), ways)
        for w in range(len(asked.starts)):
            start = max(soon, asked.starts[w])
            if asked.starts[w] > by:
                break
            if start <= asked.lasts[w] and start <= by and asked.windows[a] >> np.uint64(w) & np.uint64(1):
                extra = _extra(rows, spans, asked, (a, p), ways, (start, asked.lasts[w]))
                if best.agent[w] == NOBODY or extra <= best.extra[w]:
                    seen[a, p] = True
                    picked[count, 0], picked[count, 1] = a, p
                    count += 1
                    break
    return picked[:count]


@compiled
def those(nearest: Nearest, seen: NDArray[np.bool_]) -> Marks:
    """The nearest of all windows, each once."""
    picked, count = np.empty((nearest.extra.size, 2), np.int32), 0
    for w in range(len(nearest.extra)):
        for place in range(nearest.extra.shape[1]):
            a, p = nearest.agent[w, place], nearest.gap[w, place]
            if nearest.extra[w, place] < EVER and not seen[a, p]:
                seen[a, p] = True
                picked[count, 0], picked[count, 1] = a, p
                count += 1
    return picked[:count]


@compiled
def _first_window(asked: Asked, windows: np.uint64, soon: int, by: int) -> int:
    """The first of these windows in which a visit could start that starts within [soon, by]; NOBODY if none."""
    if by < soon:
        return NOBODY
    for w in range(len(asked.starts)):
        if asked.lasts[w] >= soon and asked.starts[w] <= by and (windows >> np.uint64(w)) & np.uint64(1):
            return w
    return NOBODY


@compiled
def _there(rows: Rows, asked: Asked, a: int, p: int) -> np.int32:
    """By how much the marks of a node and of the new place differ, for the way there; see chart.py."""
    longest = np.int32(0)  # 32 bits throughout: the machine compares eight at once
    for k in range(len(asked.marks)):  # with indices: a view of each row would double the time
        longest = max(longest, np.int32(asked.marks[k] - rows.marks[a, p, k]))
    return longest


@compiled
def _back(rows: Rows, asked: Asked, a: int, p: int) -> np.int32:
    """The same for the way from the new place to a node."""
    longest = np.int32(0)
    for k in range(len(asked.marks)):
        longest = max(longest, np.int32(rows.marks[a, p, k] - asked.marks[k]))
    return longest


@compiled
def _way(asked: Asked, differ: int, stretch: float) -> int:
    """The seconds that a way takes at least."""
    return asked.least_s + (asked.apart_s + int(differ * stretch) // 1000 if differ > 0 else 0)


@compiled
def _extra(
    rows: Rows,
    spans: Spans,
    asked: Asked,
    gap: tuple[int, int],
    ways: tuple[int, int],
    within: tuple[int, int],
) -> int:
    """What a gap adds to the way at least, in any of the bands in which the new visit could start."""
    least = EVER
    for place in range(len(spans.begins)):
        if spans.begins[place] <= within[1] and spans.ends[place] > within[0]:
            band = spans.band[place]
            longer = _way(asked, ways[0], asked.stretch[band]) + _way(asked, ways[1], asked.stretch[band])
            least = min(least, longer - rows.legs[gap[0], gap[1], band])
    return least


@compiled
def fits(rows: Rows, spans: Spans, asked: Asked, gaps: tuple[Marks, Whole, Whole], best: Best) -> None:
    """Test gaps ((n, 2) agents and numbers, (n, bands) ways there and back) exactly; ``best`` gets better."""
    one = np.uint64(1)
    for number in range(len(gaps[0])):
        a, p = int(gaps[0][number, 0]), int(gaps[0][number, 1])
        there, back = gaps[1][number], gaps[2][number]
        free = rows.rested_begins[a, p] + rows.service[a, p]
        rested, ahead, ahead_by = arrive(spans, there, free), EVER, NEVER
        rested_by = leave(spans, back, rows.rested_limits[a, p + 1])
        if rows.resting[a]:
            free, rest = rows.ahead_begins[a, p] + rows.service[a, p], rows.rest[a]
            ahead = arrive(spans, there, free)
            rested = min(rested, over(spans, rest, there, free))
            ahead_by = max(
                leave(spans, back, rows.ahead_limits[a, p + 1]),
                before(spans, rest, back, rows.rested_limits[a, p + 1]),
            )
        for w in range(len(asked.starts)):
            if not (asked.windows[a] >> np.uint64(w)) & one:
                continue
            start = max(ahead, asked.starts[w])
            if start > asked.lasts[w] or start + asked.service_s > ahead_by:
                start = max(rested, asked.starts[w])
                if start > asked.lasts[w] or start + asked.service_s > rested_by:
                    continue
            band = _band_at(spans, start)
            extra = there[band] + back[band] - rows.legs[a, p, band]
            known = (best.extra[w], best.start[w], best.gap[w], best.agent[w])
            if best.agent[w] == NOBODY or (extra, start, p, a) < known:
                best.extra[w], best.start[w], best.gap[w], best.agent[w] = extra, start, p, a


@compiled
def _band_at(spans: Spans, moment: int) -> int:
    for place in range(len(spans.begins) - 1, -1, -1):
        if spans.begins[place] <= moment:
            return int(spans.band[place])
    return int(spans.band[0])
