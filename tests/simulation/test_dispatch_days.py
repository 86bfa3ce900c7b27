"""Random days before the judge: no act of ours breaks a promise; and published problems are read as published."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from koumen.simulation.bench_acceptance import Effort, acceptance, full_day, recall, requests
from koumen.simulation.bench_offers import measure_offers
from koumen.simulation.broken_days import BrokenDays, repairs
from koumen.simulation.dispatch_days import Day
from koumen.simulation.random_events import live
from koumen.simulation.routing_instances import Instance, ortec, site_dependent, solomon
from koumen.simulation.routing_solvers import with_pyvrp
from tests.real_data import REAL, needs


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_in_twenty_thousand_random_events_no_promise_is_broken_by_an_act_of_ours(seed: int) -> None:
    lived = live(5_000, agents=2, seed=seed)
    assert lived.broken == 0
    assert lived.acts["booked"] > 1_000
    acts = ("full", "cancelled", "late", "planned", "repaired", "nobody helped")
    assert min(lived.acts[act] for act in acts) > 10


def test_the_same_seed_lives_the_same_days_on_any_machine() -> None:
    assert live(300, agents=2, seed=7) == live(300, agents=2, seed=7)


EFFORT = Effort(agents=2, demands=(8, 12, 16), seeds=1, plan_s=0.02, night_s=0.1, asked=4, recall_s=0.1)


def silent(step: str) -> None:
    """Nobody watches."""


@pytest.mark.slow
def test_the_row_of_offers_tells_both_times_for_each_share_of_a_full_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KOUMEN_REAL_DATA", "/nowhere")
    told = measure_offers(agents=3, queries=5, shares=(0.5, 0.95), on_step=silent)
    assert told["travel"] == "straight line"
    half, full = told["by_share"]["50%"], told["by_share"]["95%"]
    assert half["stops_an_agent"] < full["stops_an_agent"]
    for row in (half, full, told["14_days"]):
        assert 0 < row["cpu_p50_us"] <= row["cpu_p99_us"]
        assert 0 < row["p50_us"] <= row["p99_us"]


@pytest.mark.slow
def test_insertion_accepts_more_than_a_fixed_calendar_and_breaks_nothing() -> None:
    told = acceptance(EFFORT, silent)
    assert set(told["by_demand"]) == {"16", "24", "32"}
    assert told["promises_broken"] == 0
    assert told["insertion_gain"] > 0
    for row in told["by_demand"].values():
        assert row["fixed_kept_at_booking"] <= row["insertion"]
    assert len(told["by_distance_decile"]) == 10


@pytest.mark.slow
def test_a_broken_day_is_told_with_its_times_and_how_near_it_comes_to_the_best_known() -> None:
    asked = BrokenDays(visits=15, days=2, soon_s=0.05, best_s=0.1, best_seeds=1)
    told = repairs(asked, seed=3, on_step=silent)
    assert told["visits"] >= 15
    assert 0 < told["helped"] <= told["at_risk"]
    assert 0 <= told["gap_pct"]["mean"] <= told["gap_pct"]["worst"]
    for times in (told["at_risk_ms"], told["repair_ms"]):
        assert 0 < times["cpu_p50"] <= times["cpu_p95"]


@pytest.mark.slow
def test_what_is_offered_is_possible_and_an_emptier_day_recalls_no_less() -> None:
    asked = requests(Day, 3, seed=1)
    assert asked == requests(Day, 3, seed=1)
    assert len(full_day(EFFORT, 0.5).stops) < len(full_day(EFFORT, 0.95).stops)
    told = recall(EFFORT, (0.5,), silent)["50%"]
    assert told["offered"] <= told["possible"] <= told["asked"] == 4


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
    assert small.cost(with_pyvrp(small, 0.1, 0)) == 300


def test_a_vehicle_goes_only_where_it_may_and_is_back_in_time(small: Instance) -> None:
    choosy = replace(small, allowed=[frozenset({2}), frozenset({1})])
    assert choosy.cost([[1], [2]]) is None
    assert choosy.cost([[2], [1]]) == 300
    assert choosy.cost(with_pyvrp(choosy, 0.1, 0)) == 300
    assert small.lasts([2]) == 300, "a hundred there, a hundred for the visit, a hundred back"
    late = replace(small, earliest=[0, 0, 1000])
    assert late.lasts([2]) == 300, "nobody sets out only to wait"
    assert late.lasts([1, 2]) == 400, "nor between two customers, if they can set out later"
    assert replace(small, longest=299).cost([[1], [2]]) is None


@needs("routing", "ortec_real_roads")
def test_the_best_known_solutions_on_real_roads_cost_what_is_said_and_please_our_judge() -> None:
    files = sorted((REAL / "routing" / "ortec_real_roads").glob("*.txt"))
    assert len(files) == 3
    for file in files:
        problem = ortec(file)
        routes = re.findall(r"^Route[^:]*:([\d ]+)$", file.with_suffix(".sol").read_text(), re.MULTILINE)
        assert problem.cost([[int(stop) for stop in route.split()] for route in routes]) == problem.best
        assert (np.diag(problem.durations) == 0).all()


@needs("routing", "site_dependent")
def test_the_best_known_solutions_with_choosy_vehicles_cost_what_is_said_and_please_our_judge() -> None:
    for file in sorted((REAL / "routing" / "site_dependent").glob("*.vrp")):
        problem = site_dependent(file)
        routes = re.findall(r"^Route[^:]*:([\d ]*)$", file.with_suffix(".sol").read_text(), re.MULTILINE)
        assert problem.cost([[int(stop) for stop in route.split()] for route in routes]) == problem.best
