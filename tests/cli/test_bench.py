"""Measuring: parts take turns, and each command tells times, ratios and the machine."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from django.conf import settings

from koumen.cli.bench import THROWN_AWAY
from koumen.embedded import supervisor
from koumen.kit.ids import new_id
from koumen.simulation.bench_ledger.accounts import account_id
from koumen.simulation.bench_ledger.floor import Statement, script
from koumen.simulation.bench_ledger.places import has_hordak
from koumen.simulation.measuring import WARM_UP, Part, take_turns

ROOT = Path(__file__).resolve().parents[2]


def test_parts_take_turns_and_what_prepares_them_is_not_timed() -> None:
    order: list[str] = []
    parts = {
        "one": Part(order.append, lambda turn: f"one {turn}"),
        "two": Part(order.append, lambda turn: f"two {turn}"),
    }
    timings = take_turns(parts, rounds=4)
    assert order[:4] == ["one 0", "two 0", "two 1", "one 1"]
    assert len(order) == 2 * (WARM_UP + 4)
    assert {name: timing.n for name, timing in timings.items()} == {"one": 4, "two": 4}
    assert all(0 <= timing.p50_ms <= timing.p95_ms for timing in timings.values())


def koumen(*arguments: str) -> Any:
    """What the command prints as JSON; a process of its own, as pyHanko wants no running loop and a browser has one."""
    ours = (
        "DATABASE_URL",
        "DJANGO_SETTINGS_MODULE",
        "KOUMEN_BRANCH",
    )  # it has settings and a branch of its own
    environment = {key: value for key, value in os.environ.items() if key not in ours}
    with (Path(settings.KOUMEN_DATA) / "bench.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # they throw one database away: not two at once
        done = subprocess.run(
            [sys.executable, "-m", "koumen.cli", *arguments, "--quick", "--json"],
            cwd=ROOT,
            env=environment | {"KOUMEN_DATA": str(settings.KOUMEN_DATA), "KOUMEN_MODE": "test"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_receipt_is_measured_against_typst_and_pyhanko_alone() -> None:
    told = koumen("bench", "receipts")
    assert set(told["timings"]) == {"receipt", "typst", "signing"}
    assert told["ratios"]["receipt_to_typst"] > 1
    assert 0 < told["ratios"]["signing_to_receipt"] < 1
    assert "cores" in told["machine"]


@pytest.mark.slow
def test_sealing_is_measured_in_a_database_that_is_gone_afterwards() -> None:
    data = Path(settings.KOUMEN_DATA)
    supervisor.ensure(data)
    told = koumen("bench", "audit")
    assert {f"{part}_{size}" for part in ("bare", "record", "seal") for size in (1, 100, 1000)} == set(
        told["timings"]
    )
    assert told["rates"]["facts_sealed_per_s_1000"] > told["rates"]["facts_sealed_per_s_1"]
    with psycopg.connect(supervisor.conninfo(data, "postgres")) as boot:
        left = boot.execute("select 1 from pg_database where datname = %s", [THROWN_AWAY]).fetchone()
    assert left is None


@pytest.mark.slow
def test_a_night_is_measured_against_as_many_bare_rows() -> None:
    supervisor.ensure(Path(settings.KOUMEN_DATA))
    told = koumen("bench", "night")
    assert set(told["timings"]) == {"bill_day", "judgement_day", "bare"}
    rates = told["rates"]
    assert (rates["accounts"], rates["billed"], rates["judged"]) == (2000, 1900, 1900)
    assert told["ratios"]["bill_day_to_bare"] > 1


@pytest.mark.slow
def test_a_repayment_is_measured_whole_beside_its_sql_alone_and_files_of_many() -> None:
    data = Path(settings.KOUMEN_DATA)
    supervisor.ensure(data)
    told = koumen("bench", "ledger")
    parts = {"django", "pgbench", "bulk"} | ({"hordak"} if has_hordak() else set())
    assert told["sizes"] == [10_000, 50_000]
    assert set(told["parts"]) == {f"{part}_{size}" for part in parts for size in told["sizes"]}
    for rate in told["parts"].values():
        assert rate["n"] > 0
        assert set(rate) == {"tps", "spread", "cpu_ms", "n", "rounds"}
    ratios = {"django_to_pgbench", "growth_1m_to_10k", "bulk_to_single"}
    assert set(told["ratios"]) == ratios | ({"django_to_hordak"} if has_hordak() else set())
    assert told["bulk_per_s"] > 0
    assert bool(told["left_out"]) is not has_hordak()
    with psycopg.connect(supervisor.conninfo(data, "postgres")) as boot:
        left = boot.execute("select datname from pg_database where starts_with(datname, %s)", [THROWN_AWAY])
        assert not left.fetchall()


def test_the_floor_is_what_the_command_sends_with_other_ids() -> None:
    paid = {"account_id": str(account_id(1)), "money_id": 7, "entry": str(new_id())}
    told: list[object] = [account_id(1), 7, new_id(), "name", b"\x01"]
    hold = "select told, lock(%s, %s, %s) from (select take_once(%s, %s) as told) once"
    statements: list[Statement] = [(hold, told), ("select write(%s)", [orjson.dumps(paid).decode()])]
    floor = script(statements, accounts=10, money_ids=range(7, 9))
    assert "lock(('01900000-0000-7000-8000-' || :account)::uuid, :money, uuidv7())" in floor.text
    assert "take_once(:value_3, :value_4) as told) once \\gset" in floor.text
    assert floor.values["value_4"] == "\\x01"
    assert floor.values["document"] == (
        '{"account_id":"01900000-0000-7000-8000-@account","money_id":@money,"entry":"@new"}'
    )


def test_a_floor_whose_money_would_lie_in_one_place_is_refused() -> None:
    paid = {"account_id": str(account_id(1)), "money": 7}
    statements: list[Statement] = [
        ("select lock(%s)", [account_id(1)]),
        ("select write(%s)", [json.dumps(paid)]),
    ]
    with pytest.raises(ValueError, match="does not name its money"):
        script(statements, accounts=10, money_ids=range(7, 9))


def test_the_board_is_measured_against_a_request_that_is_only_let_in() -> None:
    told = koumen("bench", "board")
    assert set(told["timings"]) == {"floor", "unchanged", "kept", "made"}
    assert set(told["ratios"]) == {"unchanged_to_floor", "kept_to_floor", "made_to_floor"}
    assert told["rates"]["dispatchers_who_see_nothing_new"] > 0
    assert told["rates"]["bytes_of_the_answer"] > 1000


@pytest.mark.slow
def test_copies_of_receipts_are_with_the_gateway_within_a_minute_by_a_real_worker() -> None:
    supervisor.ensure(Path(settings.KOUMEN_DATA))
    told = koumen("bench", "copies")
    parts = {f"{how}_{what}" for how in ("alone", "at_once") for what in ("begun", "customer", "trusted")}
    assert set(told["timings"]) == parts
    assert all(0 < ratio < 1 for ratio in told["ratios"].values())
    assert set(told["rates"]) == {"alone_slowest_ms", "at_once_slowest_ms"}


@pytest.mark.slow
def test_bookers_at_a_real_server_never_get_one_place_twice_and_only_the_rows_asked_for_are_measured() -> (
    None
):
    supervisor.ensure(Path(settings.KOUMEN_DATA))
    told = koumen("bench", "dispatch", "--only", "booking", "--only", "recall")
    booking = told["booking"]
    assert (booking["bookers"], booking["booked"], booking["failed"], booking["double"]) == (4, 4, 0, 0)
    assert 0 < booking["p50_ms"] <= booking["p95_ms"]
    assert set(told["recall"]) == {"50%", "80%", "95%"}
    assert not {"offers", "acceptance", "gap_pct"} & set(told)
