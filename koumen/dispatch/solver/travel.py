"""How long the way takes, in the bands of a day: one question, answered by roads or by the straight line.

``durations(starts, ends, band)`` is all that the rest of the room asks: (len(starts), len(ends)) int32,
seconds, row = from, door to door. Which band counts is decided by when the agent leaves. An agent may also
wait and leave in a quicker band, so the earliest arrival never falls when leaving later:

    arrive(t) = min over bands of max(t, band begins) + d(band)     for bands that end after t
    leave(z)  = the latest moment with arrive(moment) ≤ z           exactly its inverse, in whole seconds
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from koumen.kit.place import EARTH_RADIUS_M, Place, distance_m

NEVER = -(1 << 60)
EVER = 1 << 60
# Longer than any day and small enough that a sum of several still fits 32 bits: there is no way.
NO_WAY_S = 10_000_000


Seconds = NDArray[np.int32]
Leg = tuple[int, ...]
"""One way between two places: seconds by band."""


class Travel(Protocol):
    """Travel times between places."""

    @property
    def bands(self) -> int:
        """How many bands of the day differ."""

    def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> Seconds:
        """(len(starts), len(ends)) int32, seconds, row = from; NO_WAY_S where no way is known."""


@dataclass(frozen=True)
class Span:
    """From a moment (seconds) until the next span begins, one band holds."""

    begins: int
    band: int


ALWAYS = (Span(NEVER, 0),)
"""The spans of a day without bands."""


def arrive(spans: Sequence[Span], leg: Leg, leaving: int) -> int:
    """The earliest arrival of who is free at ``leaving``; waiting for a quicker band is allowed."""
    soonest = EVER
    for place, span in enumerate(spans):
        if span.begins >= soonest:
            break
        ends = spans[place + 1].begins if place + 1 < len(spans) else EVER
        if ends > leaving:
            soonest = min(soonest, max(leaving, span.begins) + leg[span.band])
    return soonest


def leave(spans: Sequence[Span], leg: Leg, there_by: int) -> int:
    """The latest moment to leave and still be there by then; NEVER when that is before all time."""
    ends = EVER
    for span in reversed(spans):
        latest = min(ends - 1, there_by - leg[span.band])
        if latest >= span.begins:
            return latest
        ends = span.begins
    return NEVER


def band_at(spans: Sequence[Span], moment: int) -> int:
    """The band that holds at a moment."""
    return next((span.band for span in reversed(spans) if span.begins <= moment), spans[0].band)


class Ways:
    """The ways of one date: each is asked of ``travel`` once and kept as long as the question lives."""

    def __init__(self, travel: Travel, spans: Sequence[Span] = ALWAYS) -> None:
        self.travel = travel
        self.spans = tuple(spans)
        self._always = self.spans == ALWAYS
        self._known: dict[tuple[Place, Place], Leg] = {}

    def learn(self, starts: Sequence[Place], ends: Sequence[Place]) -> None:
        """Ask for all ways from starts to ends at once: one address to many stops costs little more than to one."""
        tables = [self.travel.durations(starts, ends, band).tolist() for band in range(self.travel.bands)]
        for row, start in enumerate(starts):
            for column, end in enumerate(ends):
                self._known[start, end] = tuple(table[row][column] for table in tables)

    def leg(self, start: Place, end: Place) -> Leg:
        """The way between two places, seconds by band."""
        known = self._known.get((start, end))
        if known is None:
            self.learn([start], [end])
            known = self._known[start, end]
        return known

    def arrive(self, leg: Leg, leaving: int) -> int:
        """The earliest arrival; see ``arrive`` above."""
        if self._always:  # a day without bands: most of the time of an offer is spent here
            return min(leaving + leg[0], EVER)
        return arrive(self.spans, leg, leaving)

    def leave(self, leg: Leg, there_by: int) -> int:
        """The latest moment to leave; see ``leave`` above."""
        if self._always:
            return max(there_by - leg[0], NEVER)
        return leave(self.spans, leg, there_by)


def degrees(places: Sequence[Place]) -> NDArray[np.float64]:
    """(len(places), 2) latitude and longitude."""
    return np.array([(place.latitude, place.longitude) for place in places], np.float64).reshape(-1, 2)


def distances_m(starts: Sequence[Place], ends: Sequence[Place]) -> NDArray[np.float64]:
    """(len(starts), len(ends)) great-circle distances, the same formula for many."""
    here, there = np.radians(degrees(starts))[:, None, :], np.radians(degrees(ends))[None, :, :]
    half = np.sin((there - here) / 2) ** 2
    chord = half[..., 0] + np.cos(here[..., 0]) * np.cos(there[..., 0]) * half[..., 1]
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord))))


@dataclass(frozen=True)
class StraightLine:
    """Where no roads are imported: the straight line with a margin that covers what roads really take.

    ``fixed_s`` is spent at the door (parking, stairs, finding the bell), also between two doors of one house;
    ``first_s`` in the streets around the two doors, however short the line; ``s_per_m`` includes the detour.
    """

    fixed_s: int
    first_s: float
    s_per_m: float
    margin: float
    bands: int = 1

    def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> Seconds:
        """The times that can be promised, the same in every band: the margin covers the slowest."""
        del band
        if len(starts) == len(ends) == 1:  # NumPy would take ten times as long for one
            return np.array([[self._promised(distance_m(starts[0], ends[0]))]], np.int32)
        metres = distances_m(starts, ends)
        ways = self.fixed_s + np.ceil((self.first_s + metres * self.s_per_m) * self.margin)
        return np.where(metres > 0, ways, self.fixed_s).astype(np.int32)

    def _promised(self, metres: float) -> int:
        if metres <= 0:
            return self.fixed_s
        return self.fixed_s + ceil((self.first_s + metres * self.s_per_m) * self.margin)
