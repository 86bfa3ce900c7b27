"""Random days before the judge: no act of ours breaks a promise; and published problems are read as published."""

import re
from pathlib import Path

import numpy as np
import pytest

from koumen.simulation.bench_dispatch import Size, offers
from koumen.simulation.dispatch_days import filled, live
from koumen.simulation.routing_instances import Instance, ortec, solomon
from koumen.simulation.routing_solvers import with_pyvrp
from tests.real_data import REAL, needs


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_in_twenty_thousand_random_events_no_promise_is_broken_by_an_act_of_ours(seed: int) -> None:
    lived = live(5_000, agents=2, seed=seed)
    assert lived.broken == 0
    assert lived.acts["booked"] > 1_000
    assert min(lived.acts[act] for act in ("full", "cancelled", "late", "planned")) > 20


def test_a_fuller_day_has_more_stops_and_offers_are_timed_on_it() -> None:
    half, full = (sum(map(len, filled(5, share, seed=1).routes)) for share in (0.5, 0.95))
    assert half < full
    size = Size(agents=3, queries=5, events=0, seconds=(), seeds=1, sets={})
    told = offers(size, 0.8)
    assert (told["agents"], told["n"]) == (3, 5)
    assert 0 < told["p50_us"] <= told["p99_us"]


SMALL = """R1

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0       230          0
    1      3         4         10          0       200         10
    2      6         8         10          0       200         10
"""


@pytest.fixture
def small(tmp_path: Path) -> Instance:
    (tmp_path / "r1.txt").write_text(SMALL)
    (tmp_path / "best_known.csv").write_text("instance,bks,is_optimal,convention\nR1,30.0,1,DIMACS-trunc1\n")
    return solomon(tmp_path / "r1.txt", tmp_path / "best_known.csv")


def test_a_problem_is_read_in_tenths_and_judged(small: Instance) -> None:
    assert (small.vehicles, small.capacity, small.best) == (2, 10, 300)
    assert small.durations.tolist() == [[0, 50, 100], [50, 0, 50], [100, 50, 0]]
    assert small.cost([[1], [2]]) == 300
    assert small.cost([[1, 2]]) is None, "more than one vehicle can carry"
    assert small.cost([[1]]) is None, "somebody is left out"
    assert small.cost(with_pyvrp(small, 0.2, seed=0)) == 300


@needs("routing", "ortec_real_roads")
def test_the_best_known_solutions_on_real_roads_cost_what_is_said_and_please_our_judge() -> None:
    files = sorted((REAL / "routing" / "ortec_real_roads").glob("*.txt"))
    assert len(files) == 3
    for file in files:
        problem = ortec(file)
        routes = re.findall(r"^Route[^:]*:([\d ]+)$", file.with_suffix(".sol").read_text(), re.MULTILINE)
        assert problem.cost([[int(stop) for stop in route.split()] for route in routes]) == problem.best
        assert (np.diag(problem.durations) == 0).all()
