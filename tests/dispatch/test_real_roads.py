"""Two real towns: road times against SciPy's Dijkstra, and the straight line against road times."""

from functools import cache

import numpy as np
import pytest

from koumen.dispatch.queries.travel import along, shipped_rules, travel_of, without_margin
from koumen.dispatch.roads.osm import read_roads
from koumen.dispatch.roads.times import Roads, weights_ms
from koumen.kit.place import Place
from tests.real_data import REAL, needs

TOWNS = ("porto_portugal", "porto_alegre")
PAIRS = 10_000
# Once in twenty trips something else happens than the road can tell.
COVERED = 0.95

pytestmark = [
    pytest.mark.slow,
    needs("roads", "porto_portugal.osm.pbf"),
    needs("roads", "porto_alegre.osm.pbf"),
]


@cache
def town(name: str) -> Roads:
    """Real roads with the shipped speeds, as a mean: no margin and no minutes at the door."""
    return along(read_roads(REAL / "roads" / f"{name}.osm.pbf"), without_margin(shipped_rules()))


@pytest.mark.parametrize("name", TOWNS)
def test_ten_thousand_random_pairs_are_as_long_as_dijkstra_says(name: str) -> None:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    roads, dice = town(name), np.random.default_rng(20261126)
    graph, nodes = roads.roads, len(roads.roads.latitude)
    took = weights_ms(graph, roads.driving).astype(np.float64)
    best = np.lexsort((took, graph.head, graph.tail))  # of parallel arcs the quickest: SciPy would add them
    first = (
        np.r_[True, np.diff(graph.tail[best].astype(int)) != 0]
        | np.r_[True, np.diff(graph.head[best].astype(int)) != 0]
    )
    kept = best[first]
    matrix = csr_matrix((took[kept], (graph.tail[kept], graph.head[kept])), shape=(nodes, nodes))
    starts = dice.choice(nodes, 40, replace=False)
    ends = dice.choice(nodes, PAIRS // 40, replace=False)
    oracle = dijkstra(matrix, indices=starts)[:, ends]
    assert np.array_equal(roads.driven_ms(starts.tolist(), ends.tolist()), oracle.astype(np.int64))


@pytest.mark.parametrize("name", TOWNS)
@pytest.mark.parametrize(
    "km", [(0.2, 1), (1, 2), (2, 5), (5, 10), (10, 20)], ids=lambda km: f"{km[0]}-{km[1]} km"
)
def test_the_straight_line_covers_ninety_five_of_a_hundred_road_times(
    name: str, km: tuple[float, float]
) -> None:
    """In the slowest band, at every distance that visits lie apart; both with the minutes at the door."""
    roads, slowest = town(name), 2
    starts, ends = pairs_apart(roads, km)
    line = travel_of(shipped_rules(), None)
    promised = [int(line.durations([a], [b], 0)[0, 0]) for a, b in zip(starts, ends, strict=True)]
    door = shipped_rules().at_the_door_s
    real = [door + int(roads.durations([a], [b], slowest)[0, 0]) for a, b in zip(starts, ends, strict=True)]
    covered = np.mean(np.array(promised) >= np.array(real))
    assert covered >= COVERED, f"{covered:.3f} of {len(real)}"


def pairs_apart(roads: Roads, km: tuple[float, float], count: int = 3_000) -> tuple[list[Place], list[Place]]:
    """Random places on roads, each with one other on a road as far away as wanted, in any direction."""
    dice, north, east = np.random.default_rng(7), roads.roads.latitude, roads.roads.longitude
    starts: list[Place] = []
    ends: list[Place] = []
    while len(starts) < count:
        node, way, turn = (
            int(dice.integers(len(north))),
            dice.uniform(*km) / 111.195,
            dice.uniform(0, 2 * np.pi),
        )
        flat = np.cos(np.radians(north[node]))
        there = roads.snap(Place(north[node] + way * np.cos(turn), east[node] + way * np.sin(turn) / flat))
        if there is not None:
            starts.append(Place(float(north[node]), float(east[node])))
            ends.append(Place(float(north[there.node]), float(east[there.node])))
    return starts, ends
