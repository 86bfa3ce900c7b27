"""The judge: only it may say that a plan can be kept, and it says what is wrong with one that cannot.

It knows nothing of the solver: no recurrences, no layers, no inverse. It walks each route stop by stop with all
that the agent could do (leave at once or when a quicker band begins, have the break before leaving or on arrival,
or not yet) and keeps what is earliest of each kind. Everything is compared with the rows as they stand.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from numpy import int32
from numpy.typing import NDArray

from koumen.kit.place import Place

# What begins within this time is on its way in the heads of customer and agent: no plan changes it.
FROZEN_S = 90 * 60
# Twelve hours hold no more doors than this, at a quarter of an hour with the way.
MOST_STOPS = 48
# As travel says "there is no way".
_NO_WAY_S = 10_000_000


class Fault(StrEnum):
    """What can be wrong with a plan."""

    SHIFT_WRONG = "shift-wrong"  # it ends before it starts
    WINDOW_WRONG = "window-wrong"
    TOO_MANY_STOPS = "too-many-stops"
    UNKNOWN = "unknown"  # a shift or visit that is not among the rows
    TWICE = "twice"
    LOST = "lost"  # promised, and in no route
    SKILL = "skill"
    CERTIFICATE = "certificate"
    EQUIPMENT = "equipment"
    LANGUAGE = "language"
    STAFF = "staff"  # two are needed at the door
    PINNED = "pinned"  # a person said who goes
    REFUSED = "refused"  # a person said who does not go
    ORDER = "order"  # a person said behind whom
    FROZEN = "frozen"  # begins within ninety minutes, and was changed
    NO_WAY = "no-way"
    LATE = "late"
    BREAK = "break"  # there is no time left for it
    HOME_LATE = "home-late"


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong, with the shift and the visit that it concerns."""

    fault: Fault
    shift: Hashable = None
    visit: Hashable = None

    @property
    def about(self) -> tuple[Fault, Hashable]:
        """What is wrong with whom, wherever it is."""
        return self.fault, self.shift if self.visit is None else self.visit


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A shift as it stands: from where and when the agent is free, until when, and what they can and carry."""

    id: Hashable
    starts: int
    ends: int
    start: Place
    home: Place
    break_s: int = 0  # 0: none is due
    break_from: int = 0
    break_until: int = 0
    skills: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()  # valid on the day
    equipment: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    staff: int = 1


@dataclass(frozen=True, kw_only=True)
class Call:
    """A visit as it stands: arrival in [window_from, window_to), and what it takes."""

    id: Hashable
    place: Place
    window_from: int
    window_to: int
    service_s: int
    skills: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()  # one of them is enough; none: any
    staff: int = 1
    pinned_to: Hashable = None
    refused: frozenset[Hashable] = frozenset()  # shifts
    after: Hashable = None  # a visit that comes before it, where both are in one route


class Table(Protocol):
    """Travel times, as everything in this room asks for them."""

    def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> NDArray[int32]:
        """(len(starts), len(ends)) seconds, row = from."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is to be judged: the rows, the routes, and the times of the day.

    ``bands``: (moment, band), the first from before all time. ``promised``: routes as they stand, to be kept
    whole. ``now``: what begins within FROZEN_S of it must stay as it is there; but for the ``freed``, whose promise
    is broken where they are: they may go to somebody else, behind what begins soon there.
    """

    duties: Sequence[Duty]
    calls: Sequence[Call]
    routes: Mapping[Hashable, Sequence[Hashable]]
    travel: Table
    bands: Sequence[tuple[int, int]]
    promised: Mapping[Hashable, Sequence[Hashable]]
    now: int
    freed: frozenset[Hashable] = frozenset()


def check(case: Case) -> list[Violation]:
    """All that is wrong; nothing when the plan can be kept."""
    duties, calls = {duty.id: duty for duty in case.duties}, {call.id: call for call in case.calls}
    found = [*_of_the_rows(case), *_of_the_whole(case, duties, calls), *_of_what_is_frozen(case, calls)]
    for id, route in case.routes.items():
        if id in duties and len(route) <= MOST_STOPS:
            known = [calls[visit] for visit in route if visit in calls]
            found += [
                Violation(fault, id, call.id) for call in known for fault in person_faults(duties[id], call)
            ]
            found += _of_the_order(id, known)
            found += _Walk(case, duties[id]).along(known)
    return found


def _of_the_rows(case: Case) -> Iterable[Violation]:
    for duty in case.duties:
        if duty.ends <= duty.starts and case.routes.get(duty.id):
            yield Violation(Fault.SHIFT_WRONG, duty.id)
    for call in case.calls:
        if call.window_to <= call.window_from or call.service_s < 0:
            yield Violation(Fault.WINDOW_WRONG, None, call.id)


def _of_the_whole(
    case: Case, duties: Mapping[Hashable, Duty], calls: Mapping[Hashable, Call]
) -> Iterable[Violation]:
    times = Counter(visit for route in case.routes.values() for visit in route)
    for id, route in case.routes.items():
        if id not in duties:
            yield Violation(Fault.UNKNOWN, id)
        if len(route) > MOST_STOPS:
            yield Violation(Fault.TOO_MANY_STOPS, id)
    for visit, count in times.items():
        if visit not in calls:
            yield Violation(Fault.UNKNOWN, None, visit)
        if count > 1:
            yield Violation(Fault.TWICE, None, visit)
    for id, route in case.promised.items():
        for visit in route:
            if not times[visit]:
                yield Violation(Fault.LOST, id, visit)


def _of_what_is_frozen(case: Case, calls: Mapping[Hashable, Call]) -> Iterable[Violation]:
    """What begins soon stays first in its shift, in its order."""
    for id, before in case.promised.items():
        own = set(before) & case.freed
        soon = [
            visit
            for visit in before
            if visit in calls and visit not in own and calls[visit].window_from < case.now + FROZEN_S
        ]
        after = [visit for visit in case.routes.get(id, ()) if visit not in own][: len(soon)]
        for place, visit in enumerate(soon):
            if after[place : place + 1] != [visit]:
                yield Violation(Fault.FROZEN, id, visit)


def person_faults(duty: Duty, call: Call) -> list[Fault]:
    """Why whoever works this shift may not or cannot go to a visit, whenever it is."""
    wrong = {
        Fault.SKILL: not call.skills <= duty.skills,
        Fault.CERTIFICATE: not call.certificates <= duty.certificates,
        Fault.EQUIPMENT: not call.equipment <= duty.equipment,
        Fault.LANGUAGE: bool(call.languages) and not call.languages & duty.languages,
        Fault.STAFF: call.staff > duty.staff,
        Fault.PINNED: call.pinned_to is not None and call.pinned_to != duty.id,
        Fault.REFUSED: duty.id in call.refused,
    }
    return [fault for fault, is_wrong in wrong.items() if is_wrong]


def _of_the_order(id: Hashable, route: Sequence[Call]) -> Iterable[Violation]:
    place = {call.id: number for number, call in enumerate(route)}
    for call in route:
        if place.get(call.after, -1) > place[call.id]:
            yield Violation(Fault.ORDER, id, call.id)


class _Walk:
    """One agent's day, walked stop by stop."""

    def __init__(self, case: Case, duty: Duty) -> None:
        self.case = case
        self.duty = duty

    def along(self, route: Sequence[Call]) -> list[Violation]:
        """What goes wrong on the way, in order."""
        places = [self.duty.start, *(call.place for call in route), self.duty.home]
        numbers = {band for _, band in self.case.bands}
        self.tables = {band: self.case.travel.durations(places, places, band) for band in numbers}
        # when the agent may be free: with the break to come (False) and with it behind (True)
        free = {self.duty.break_s == 0: self.duty.starts}
        found: list[Violation] = []
        for stop, call in enumerate(route):
            there = self._there(free, stop)
            if not there:
                return [*found, Violation(Fault.NO_WAY, self.duty.id, call.id)]
            starts = {rested: max(moment, call.window_from) for rested, moment in there.items()}
            in_time = {rested: start for rested, start in starts.items() if start < call.window_to}
            if not in_time:
                found.append(Violation(Fault.LATE, self.duty.id, call.id))
            free = {rested: start + call.service_s for rested, start in (in_time or starts).items()}
        return [*found, *self._home(self._there(free, len(route)))] if route else []

    def _home(self, there: Mapping[bool, int]) -> Iterable[Violation]:
        if not there:
            yield Violation(Fault.NO_WAY, self.duty.id)
        elif min(there.values()) > self.duty.ends:
            yield Violation(Fault.HOME_LATE, self.duty.id)
        elif there.get(True, self.duty.ends + 1) > self.duty.ends:
            yield Violation(Fault.BREAK, self.duty.id)

    def _there(self, free: Mapping[bool, int], stop: int) -> dict[bool, int]:
        """The earliest arrivals at the next place, by whether the break is behind."""
        best: dict[bool, int] = {}
        for leaving, rested in self._departures(free):
            took = self._took(leaving, stop)
            if took < _NO_WAY_S:
                arrivals = [(leaving + took, rested), *self._break_at(leaving + took, rested)]
                for moment, after in arrivals:
                    best[after] = min(best.get(after, moment), moment)
        return best

    def _departures(self, free: Mapping[bool, int]) -> Iterable[tuple[int, bool]]:
        """When the agent could leave: at once, after the break, or when another band begins."""
        for rested, moment in free.items():
            for ready, after in [(moment, rested), *self._break_at(moment, rested)]:
                yield ready, after
                for change, _ in self.case.bands:
                    if ready < change <= self.duty.ends:
                        yield change, after

    def _break_at(self, moment: int, rested: bool) -> list[tuple[int, bool]]:  # noqa: FBT001  (a state, not a switch)
        """The end of a break that is had here from then on, if it may still begin."""
        begins = max(moment, self.duty.break_from)
        return [] if rested or begins > self.duty.break_until else [(begins + self.duty.break_s, True)]

    def _took(self, leaving: int, stop: int) -> int:
        band = [band for begins, band in self.case.bands if begins <= leaving][-1]
        return int(self.tables[band][stop, stop + 1])
