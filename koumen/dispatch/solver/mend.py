"""Routes of a plan made whole: what a break or a slow band leaves no room for goes where there is room."""

from collections.abc import Sequence
from dataclasses import dataclass

from koumen.dispatch.solver.day import Day, Insertion, Node, day_of, gaps_for, insertion
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import Ways


@dataclass(frozen=True)
class Part:
    """What is left of a shift: from where the agent is free to their home, with the break that is still due."""

    first: Node
    last: Node
    rest: Rest | None
    ways: Ways

    def day(self, stops: Sequence[Node]) -> Day:
        """The day with these stops in this order."""
        return day_of([self.first, *stops, self.last], self.ways, self.rest)


@dataclass(frozen=True)
class Loose:
    """A stop and the parts that may have it."""

    node: Node
    may_go: frozenset[int]


def mend(
    parts: Sequence[Part], stops: Sequence[Loose], routes: Sequence[Sequence[int]]
) -> list[list[int]] | None:
    """The routes with every promise kept; None when one of them fits nowhere."""
    mended = [list(route) for route in routes]
    loose: list[int] = []
    for part, route in zip(parts, mended, strict=True):
        while route and not part.day([stops[stop].node for stop in route]).is_kept:
            loose.append(route.pop(_worst(part, stops, route)))
    for stop in sorted(loose, key=lambda stop: stops[stop].node.earliest):
        best = best_place(parts, stops, mended, stop)
        if best is None:
            return None
        part_number, fit = best
        mended[part_number].insert(fit.gap, stop)
    return mended


def best_place(
    parts: Sequence[Part], stops: Sequence[Loose], routes: Sequence[Sequence[int]], stop: int
) -> tuple[int, Insertion] | None:
    """The part and the gap where a stop costs the least way, or None when it fits nowhere."""
    node, found = stops[stop].node, []
    for number, (part, route) in enumerate(zip(parts, routes, strict=True)):
        if number in stops[stop].may_go:
            day = part.day([stops[other].node for other in route])
            gaps = gaps_for(day, node.place)
            fit = insertion(day, gaps, earliest=node.earliest, latest=node.latest, service_s=node.service_s)
            if fit is not None and day.is_kept:
                found.append((fit, number))
    return (min(found)[1], min(found)[0]) if found else None


def _worst(part: Part, stops: Sequence[Loose], route: Sequence[int]) -> int:
    """The place in a route whose stop is better elsewhere: one that makes the rest whole, else the last in time."""
    for place in range(len(route) - 1, -1, -1):
        left = [stops[stop].node for number, stop in enumerate(route) if number != place]
        if part.day(left).is_kept:
            return place
    return len(route) - 1
