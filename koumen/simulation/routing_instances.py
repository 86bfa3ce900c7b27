"""Routing problems that others publish, with their best known solutions: read, judged, and given to each solver."""

import re
from collections.abc import Sequence
from csv import DictReader
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from koumen.dispatch.solver.check import Call, Case, Duty, check
from koumen.dispatch.solver.travel import NEVER, Seconds
from koumen.kit.place import Place

Matrix = np.ndarray[tuple[int, int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Instance:
    """Vehicles of one capacity from one depot (row 0) to customers in windows; ``best`` is the best known cost.

    ``allowed``: where not every vehicle may go everywhere, the customers of each. ``longest``: from leaving the depot
    to being back. Routes are those of vehicle 0, 1 and so on where that makes a difference.
    """

    name: str
    vehicles: int
    capacity: int
    demands: Sequence[int]
    earliest: Sequence[int]
    latest: Sequence[int]
    service: Sequence[int]
    durations: Matrix
    best: int
    allowed: Sequence[frozenset[int]] | None = None
    longest: int | None = None

    def cost(self, routes: Sequence[Sequence[int]]) -> int | None:
        """The way of all routes, or None when our own judge finds anything wrong."""
        if len(routes) > self.vehicles or any(self._load(route) > self.capacity for route in routes):
            return None
        if self.longest is not None and any(self.lasts(route) > self.longest for route in routes):
            return None
        if check(self._case(routes)) or sorted(stop for route in routes for stop in route) != list(
            range(1, len(self.demands))
        ):
            return None
        tours = [[0, *route, 0] for route in routes]
        return int(sum(self.durations[tour[:-1], tour[1:]].sum() for tour in tours))

    def _load(self, route: Sequence[int]) -> int:
        return sum(self.demands[stop] for stop in route)

    def lasts(self, route: Sequence[int]) -> int:
        """From leaving the depot as late as that delays nothing to being back."""
        moment, waited, later = self.earliest[0], 0, self.latest[0] - self.earliest[0]
        for start, stop in pairwise([0, *route, 0]):
            there = moment + int(self.durations[start, stop])
            moment = max(there, self.earliest[stop])
            waited += moment - there
            later = min(later, waited + self.latest[stop] - moment)
            moment += self.service[stop] if stop else 0
        return moment - self.earliest[0] - min(later, waited)

    def may_go(self, vehicle: int, stop: int) -> bool:
        """Whether a vehicle may go to a customer."""
        return self.allowed is None or stop in self.allowed[vehicle]

    def _case(self, routes: Sequence[Sequence[int]]) -> Case:
        depot = _place(0)
        duties = [
            Duty(id=v, starts=self.earliest[0], ends=self.latest[0], start=depot, home=depot)
            for v in range(len(routes))
        ]
        calls = [
            Call(
                id=stop,
                place=_place(stop),
                window_from=self.earliest[stop],
                window_to=self.latest[stop] + 1,
                service_s=self.service[stop],
                refused=frozenset(v for v in range(len(routes)) if not self.may_go(v, stop)),
            )
            for stop in range(1, len(self.demands))
        ]
        return Case(
            duties=duties,
            calls=calls,
            routes=dict(enumerate(routes)),
            travel=_Numbered(self.durations),
            bands=[(NEVER, 0)],
            promised={},
            now=NEVER,
        )


@dataclass(frozen=True)
class _Numbered:
    """A matrix as the judge asks for ways: places are numbers."""

    matrix: Matrix

    def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> Seconds:
        """(len(starts), len(ends)) int32, row = from."""
        del band
        rows, columns = [_number(place) for place in starts], [_number(place) for place in ends]
        return self.matrix[np.ix_(rows, columns)].astype(np.int32)


def _place(number: int) -> Place:
    """A number as a place: the judge knows places only."""
    return Place(float(number // 100), float(number % 100))


def _number(place: Place) -> int:
    return int(place.latitude) * 100 + int(place.longitude)


def solomon(file: Path, best_known: Path) -> Instance:
    """A problem of Solomon or Homberger: Euclid cut after one decimal, everything times ten (DIMACS)."""
    lines = [line.split() for line in file.read_text().splitlines()]
    numbers = [row for row in lines if row and all(re.fullmatch(r"\d+", word) for word in row)]
    vehicles, capacity = (int(word) for word in numbers[0])
    rows = np.array([[int(word) for word in row] for row in numbers[1:]])
    points = rows[:, 1:3].astype(float)
    apart = np.hypot(*(points[:, None, axis] - points[None, :, axis] for axis in (0, 1)))
    name = file.stem.upper()
    with best_known.open() as table:
        best = next(float(row["bks"]) for row in DictReader(table) if row["instance"].upper() == name)
    return Instance(
        name=name,
        vehicles=vehicles,
        capacity=capacity,
        demands=rows[:, 3].tolist(),
        earliest=(rows[:, 4] * 10).tolist(),
        latest=(rows[:, 5] * 10).tolist(),
        service=(rows[:, 6] * 10).tolist(),
        durations=np.floor(apart * 10 + 1e-9).astype(np.int64),
        best=round(best * 10),
    )


def ortec(file: Path) -> Instance:
    """A problem of EURO meets NeurIPS 2022: real asymmetric seconds on the road; its best solution lies beside."""
    text = file.read_text()
    size = int(_field(text, "DIMENSION"))
    weights = _section(text, "EDGE_WEIGHT_SECTION")
    windows = _section(text, "TIME_WINDOW_SECTION").reshape(-1, 3)
    best = re.search(r"Cost\s+(\d+)", file.with_suffix(".sol").read_text())
    assert best is not None, "a solution tells its cost"  # noqa: S101
    return Instance(
        name=file.stem,
        vehicles=int(_field(text, "VEHICLES")),
        capacity=int(_field(text, "CAPACITY")),
        demands=_section(text, "DEMAND_SECTION").reshape(-1, 2)[:, 1].tolist(),
        earliest=windows[:, 1].tolist(),
        latest=windows[:, 2].tolist(),
        service=_section(text, "SERVICE_TIME_SECTION").reshape(-1, 2)[:, 1].tolist(),
        durations=weights.reshape(size, size),
        best=int(best[1]),
    )


def site_dependent(file: Path) -> Instance:
    """A problem of Cordeau & Laporte (2001) in which each vehicle may go to some customers; Euclid in thousandths."""
    text, thousand = file.read_text(), 1000
    size, vehicles = int(_field(text, "DIMENSION")), int(_field(text, "VEHICLES"))
    points = np.array([line[1:] for line in _lines(text, "NODE_COORD_SECTION", size)], float)
    apart = np.hypot(*(points[:, None, axis] - points[None, :, axis] for axis in (0, 1)))
    windows = np.array(_lines(text, "TIME_WINDOW_SECTION", size), float)[:, 1:].astype(int) * thousand
    demands, service = (
        [int(row[1]) for row in _lines(text, section, size)]
        for section in ("DEMAND_SECTION", "SERVICE_TIME_SECTION")
    )
    best = re.search(r"Cost:\s+(\d+)", file.with_suffix(".sol").read_text())
    assert best is not None, "a solution tells its cost"  # noqa: S101
    return Instance(
        name=file.stem,
        vehicles=vehicles,
        capacity=max(int(row[1]) for row in _lines(text, "CAPACITY_SECTION", vehicles)),
        demands=demands,
        earliest=windows[:, 0].tolist(),
        latest=windows[:, 1].tolist(),
        service=[one * thousand for one in service],
        durations=np.round(apart * thousand).astype(np.int64),
        best=int(best[1]),
        allowed=[
            frozenset(int(one) - 1 for one in row[1:])
            for row in _lines(text, "VEHICLES_ALLOWED_CLIENTS_SECTION", vehicles)
        ],
        longest=int(_field(text, "VEHICLES_MAX_DURATION")) * thousand,
    )


def _lines(text: str, section: str, count: int) -> list[list[str]]:
    """The lines of a section, word by word."""
    lines = text[text.index(f"\n{section}") :].splitlines()[2 : 2 + count]
    return [line.split() for line in lines]


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(\S+)", text, re.MULTILINE)
    assert found is not None, name  # noqa: S101
    return found[1]


def _section(text: str, name: str) -> Matrix:
    found = re.search(rf"^{name}\s*\n([\d\s-]+)", text, re.MULTILINE)
    assert found is not None, name  # noqa: S101
    return np.array([int(word) for word in found[1].split()], np.int64)
