"""The arithmetic of day.py and rest.py for many agents at once, compiled: the same rule, held equal by tests.

A question goes through all gaps twice. ``survivors`` knows only lower bounds of the ways to the new place (chart.py)
and keeps, for each window, the gaps that could be best. ``fits`` knows the ways of those few and tests exactly.
Everything is whole seconds. Compiled by Numba at the first question of a process and kept on disk after that.
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
    ``fore``, ``back``: (A, N, marks) thousandths of a second, see chart.py. ``ahead…`` and ``rested…`` are the
    layers of day.py.
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
    fore: Marks
    back: Marks


class Spans(NamedTuple):
    """The bands of a date: from ``begins`` until the next, ``band`` holds; ``ends`` of the last is EVER."""

    begins: Whole
    ends: Whole
    band: Whole


class Asked(NamedTuple):
    """A question: what the new place is bounded by, how long the visit takes, which windows [from, last].

    ``windows``: (A,) the windows that each agent may be offered, one bit each. ``bound``: (windows,) extra way from
    which on a window does not look any more; it sinks when enough was found.
    """

    fore: Marks
    back: Marks
    least_s: int
    apart_s: int
    service_s: int
    starts: Whole
    lasts: Whole
    windows: NDArray[np.uint64]
    bound: Whole


class Kept(NamedTuple):
    """For each window the gaps that could be best: their bound, agent and number, as a heap with the worst first."""

    extra: Whole
    agent: Whole
    gap: Whole
    filled: Whole


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
def survivors(rows: Rows, spans: Spans, asked: Asked, kept: Kept) -> None:
    """Keep for each window the gaps with the least bound of their extra way, as many as ``kept`` has room for."""
    one = np.uint64(1)
    for a in range(len(rows.nodes)):
        windows = asked.windows[a]
        for p in range(rows.nodes[a] - 1):
            soon, by = _at_best(rows, a, p)
            first = _first_window(asked, windows, soon + asked.least_s, by - asked.least_s - asked.service_s)
            if first == NOBODY:  # as in most gaps of a full day: no way is as short
                continue
            there, back = _there(rows, asked, a, p), _back(rows, asked, a, p + 1)
            soon, by = soon + there, by - back - asked.service_s
            least = there + back - _longest(rows, spans, (a, p), (NEVER, EVER))
            for w in range(first, len(asked.starts)):
                if asked.starts[w] > by:
                    break
                start = max(soon, asked.starts[w])
                if least > asked.bound[w] or start > asked.lasts[w] or start > by:
                    continue
                if not (windows >> np.uint64(w)) & one:
                    continue
                extra = there + back - _longest(rows, spans, (a, p), (start, asked.lasts[w]))
                if extra <= asked.bound[w]:
                    _keep(kept, asked, w, (extra, a, p))


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
def _at_best(rows: Rows, a: int, p: int) -> tuple[int, int]:
    """When the agent can leave the node before a gap, and must be at the node after it, in the better layer."""
    soon, by = rows.rested_begins[a, p], rows.rested_limits[a, p + 1]
    if rows.resting[a]:
        soon, by = min(soon, rows.ahead_begins[a, p]), max(by, rows.ahead_limits[a, p + 1])
    return soon + rows.service[a, p], by


@compiled
def _there(rows: Rows, asked: Asked, a: int, p: int) -> int:
    """What the way from a node to the new place takes at least; see chart.py."""
    longest = 0
    for k in range(len(asked.fore)):  # with indices: a view of each row would double the time
        longest = max(longest, asked.fore[k] - rows.fore[a, p, k])
        longest = max(longest, rows.back[a, p, k] - asked.back[k])
    return asked.least_s + (asked.apart_s + longest // 1000 if longest > 0 else 0)


@compiled
def _back(rows: Rows, asked: Asked, a: int, p: int) -> int:
    """What the way from the new place to a node takes at least."""
    longest = 0
    for k in range(len(asked.fore)):
        longest = max(longest, rows.fore[a, p, k] - asked.fore[k])
        longest = max(longest, asked.back[k] - rows.back[a, p, k])
    return asked.least_s + (asked.apart_s + longest // 1000 if longest > 0 else 0)


@compiled
def _longest(rows: Rows, spans: Spans, gap: tuple[int, int], within: tuple[int, int]) -> int:
    """The way that a gap saves, in the slowest band in which the new visit could start."""
    longest = -1
    for place in range(len(spans.begins)):
        if spans.begins[place] <= within[1] and spans.ends[place] > within[0]:
            longest = max(longest, rows.legs[gap[0], gap[1], spans.band[place]])
    return longest


@compiled
def _keep(kept: Kept, asked: Asked, w: int, found: tuple[int, int, int]) -> None:
    """Put a gap into the heap of its window, whose root is the worst that is kept."""
    extra, room, place = kept.extra[w], kept.extra.shape[1], kept.filled[w]
    if place < room:
        kept.filled[w] += 1
        while place > 0 and extra[(place - 1) // 2] < found[0]:
            _copy(kept, w, (place - 1) // 2, place)
            place = (place - 1) // 2
    else:
        place = 0
        while 2 * place + 1 < room:
            child = 2 * place + 1
            if child + 1 < room and extra[child + 1] > extra[child]:
                child += 1
            if extra[child] <= found[0]:
                break
            _copy(kept, w, child, place)
            place = child
    kept.extra[w, place], kept.agent[w, place], kept.gap[w, place] = found
    if kept.filled[w] == room:
        asked.bound[w] = min(asked.bound[w], extra[0] - 1)


@compiled
def _copy(kept: Kept, w: int, start: int, end: int) -> None:
    kept.extra[w, end] = kept.extra[w, start]
    kept.agent[w, end], kept.gap[w, end] = kept.agent[w, start], kept.gap[w, start]


@compiled
def fits(rows: Rows, spans: Spans, asked: Asked, gaps: tuple[Whole, Whole, Whole, Whole], best: Best) -> None:
    """Test gaps (agents, numbers, (n, bands) ways there and back) exactly; ``best`` gets better."""
    one = np.uint64(1)
    for number in range(len(gaps[0])):
        a, p, there, back = gaps[0][number], gaps[1][number], gaps[2][number], gaps[3][number]
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
