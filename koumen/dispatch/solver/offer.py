"""Which agent in which window: for each window the best agent, then the windows that cost the least way."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from koumen.dispatch.solver.day import Day, Insertion, gaps_for, insertion
from koumen.kit.place import Place

W = TypeVar("W", bound=Hashable)
G = TypeVar("G", bound=Hashable)


@dataclass(frozen=True)
class Wanted:
    """The stop that looks for a gap."""

    place: Place
    service_s: int


@dataclass(frozen=True)
class Chance(Generic[W]):
    """A window of one agent's day that can be kept; ``window`` is the caller's name for it."""

    window: W
    fit: Insertion


def chances(day: Day, windows: Sequence[tuple[W, int, int]], wanted: Wanted) -> list[Chance[W]]:
    """The windows (name, from, to) of a day in which the stop fits, promises of arrival in [from, to)."""
    if not windows:
        return []
    gaps = gaps_for(day, wanted.place)
    fits = [
        (name, insertion(day, gaps, earliest=start, latest=end - 1, service_s=wanted.service_s))
        for name, start, end in windows
    ]
    return [Chance(name, fit) for name, fit in fits if fit is not None]


def best(
    offers: Iterable[Chance[W]],
    group: Callable[[W], G],
    most: int,
    first: Callable[[W], bool] = lambda window: False,
) -> list[Chance[W]]:
    """At most ``most`` of each group: those that come ``first``, then least extra way, then the earliest start."""
    kept: dict[G, list[Chance[W]]] = {}
    for offer in sorted(offers, key=lambda chance: (not first(chance.window), chance.fit)):
        kept.setdefault(group(offer.window), []).append(offer)
    return [offer for offers_of in kept.values() for offer in offers_of[:most]]
