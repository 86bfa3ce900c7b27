"""A day that broke, made whole again as far as it can be: ejection and insertion.

For each promise at risk, the soonest first: take one visit out of that route, itself or one before it, so that the
promise can be kept, and put it where it costs the least way and every promise stays. Where nothing has room, take
one visit out of another route for it, if that one fits elsewhere (ejection: Bent & Van Hentenryck 2004,
doi 10.1287/trsc.1030.0049). What begins soon stays where it is, and nothing new is put before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from koumen.dispatch.solver.day import Day, Insertion, Node, gaps_in_time, insertion
from koumen.dispatch.solver.live import risky
from koumen.dispatch.solver.mend import Loose, Part

# Taking out what is hours away makes no room now.
NEAR_S = 2 * 3600


@dataclass(frozen=True)
class Trouble:
    """A day that cannot be kept: ``routes`` as they stand, one a part; ``stays``: stops that nobody moves.

    ``at_risk``: the stops to be helped, the soonest first.
    """

    parts: Sequence[Part]
    stops: Sequence[Loose]
    routes: Sequence[Sequence[int]]
    stays: frozenset[int]
    at_risk: Sequence[int]


@dataclass(frozen=True, order=True)
class _Place:
    """A gap in a part's route where a stop fits, the least way first."""

    fit: Insertion
    part: int


@dataclass(frozen=True, order=True)
class _Chain:
    """A stop takes another one's room: both places, and who goes out of which part."""

    extra_s: int
    out: int
    part: int
    gap: int
    onward: _Place


def repair(trouble: Trouble) -> list[list[int]]:
    """Routes in which fewer promises are at risk, or the ones that stand; a promise that was whole stays whole."""
    plan = _Plan(trouble)
    for stop in trouble.at_risk:
        part = plan.part_of(stop)
        if plan.is_at_risk(part, stop) and not plan.relieve(part, stop):
            plan.make_room(part, stop)
    return plan.routes


class _Plan:
    """The routes while they are repaired, each with its day worked out once for every change."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self.routes = [list(route) for route in trouble.routes]
        self.days = [self._day(part, route) for part, route in enumerate(self.routes)]

    def part_of(self, stop: int) -> int:
        """Whose route a stop is in."""
        return next(part for part, route in enumerate(self.routes) if stop in route)

    def is_at_risk(self, part: int, stop: int) -> bool:
        """Whether a stop cannot be kept where it is now, or somebody else must go."""
        may_go = part in self.trouble.stops[stop].may_go
        return not may_go or self.routes[part].index(stop) in risky(self.days[part])

    def relieve(self, part: int, stop: int) -> bool:
        """Take one visit out, so that this stop is kept, and put it where it costs the least way."""
        found: list[tuple[_Place, int]] = []
        for other in self._reliefs(part, stop):
            place = self._best_place(other, without=(part, other))
            if place is not None:
                found.append((place, other))
        if not found:
            return False
        place, other = min(found)
        self._take_out(part, other)
        self._put_in(other, place)
        return True

    def make_room(self, part: int, stop: int) -> bool:
        """Put a stop in another one's room, and that one where it costs the least way."""
        chains = [
            chain
            for taker in sorted(self.trouble.stops[stop].may_go - {part})
            for chain in self._chains(stop, taker)
        ]
        if not chains:
            return False
        best = min(chains)
        self._take_out(part, stop)
        self._take_out(best.part, best.out)
        self._put(best.part, best.gap, stop)
        self._put_in(best.out, best.onward)
        return True

    def _reliefs(self, part: int, stop: int) -> Iterator[int]:
        """Stops that may leave a route and whose leaving lets this one be kept; itself always."""
        route, place = self.routes[part], self.routes[part].index(stop)
        yield stop
        if not self._goes_on(part) or part not in self.trouble.stops[stop].may_go:
            return
        for other in route[:place]:
            if other not in self.trouble.stays:
                left = [one for one in route if one != other]
                if left.index(stop) not in risky(self._day(part, left)):
                    yield other

    def _goes_on(self, part: int) -> bool:
        """Whether whoever works this part goes on at all."""
        nodes = self.days[part].nodes
        return nodes[0].earliest < nodes[-1].latest

    def _best_place(self, stop: int, *, without: tuple[int, int]) -> _Place | None:
        """Where a stop costs the least way and every promise is kept, ``without`` a stop in its part's route."""
        found: list[_Place] = []
        for part in sorted(self.trouble.stops[stop].may_go):
            route, day = self.routes[part], self.days[part]
            if part == without[0]:
                route = [one for one in route if one != without[1]]
                day = self._day(part, route)
            fit = self._fit(day, route, stop)
            if fit is not None:
                found.append(_Place(fit, part))
        return min(found, default=None)

    def _chains(self, stop: int, part: int) -> Iterator[_Chain]:
        """What could leave a part's route for a stop, with where each of both would be."""
        node, route = self._node(stop), self.routes[part]
        for other in route:
            is_near = abs(self._node(other).earliest - node.earliest) <= NEAR_S
            if not is_near or other in self.trouble.stays or other in self.trouble.at_risk:
                continue
            left = [one for one in route if one != other]
            fit = self._fit(self._day(part, left), left, stop)
            if fit is None:
                continue
            onward = self._place_elsewhere(other, part)
            if onward is not None:
                yield _Chain(fit.extra_s + onward.fit.extra_s, other, part, fit.gap, onward)

    def _place_elsewhere(self, stop: int, part: int) -> _Place | None:
        found = [
            _Place(fit, other)
            for other in sorted(self.trouble.stops[stop].may_go - {part})
            if (fit := self._fit(self.days[other], self.routes[other], stop)) is not None
        ]
        return min(found, default=None)

    def _fit(self, day: Day, route: Sequence[int], stop: int) -> Insertion | None:
        """The best gap of a day behind all that stays; None where it, or the day as it is, keeps not every promise."""
        if not day.is_kept:
            return None
        node = self._node(stop)
        stays = self.trouble.stays
        open_from = max((place + 1 for place, one in enumerate(route) if one in stays), default=0)
        gaps = gaps_in_time(day, node, open_from)
        return insertion(day, gaps, earliest=node.earliest, latest=node.latest, service_s=node.service_s)

    def _node(self, stop: int) -> Node:
        return self.trouble.stops[stop].node

    def _day(self, part: int, route: Sequence[int]) -> Day:
        return self.trouble.parts[part].day([self._node(stop) for stop in route])

    def _take_out(self, part: int, stop: int) -> None:
        self.routes[part].remove(stop)
        self.days[part] = self._day(part, self.routes[part])

    def _put_in(self, stop: int, place: _Place) -> None:
        self._put(place.part, place.fit.gap, stop)

    def _put(self, part: int, gap: int, stop: int) -> None:
        self.routes[part].insert(gap, stop)
        self.days[part] = self._day(part, self.routes[part])
