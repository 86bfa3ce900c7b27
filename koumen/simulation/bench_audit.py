"""What it costs to record facts and to seal them, against inserting the same rows into a bare table."""

from typing import Any

import psycopg

from koumen.kit.canonical import canonical
from koumen.kit.ids import new_id
from koumen.simulation.measuring import Measurement, Part, machine, take_turns

BLOCKS = (1, 100, 1000)
ROUNDS, QUICK_ROUNDS = 60, 8

# The columns of a fact without its guard, its seal and its indexes.
_BARE = """
create table bench_row (
  id bigint generated always as identity primary key, fact_id uuid, xid xid8, kind text, subject_id uuid,
  actor text, at timestamptz, recorded_at timestamptz default now(), body text)
"""
_INSERT = """
insert into {} (fact_id, xid, kind, subject_id, actor, at, body)
select fact_id, '0', 'BenchHappened', subject_id, 'system', now(), body
from unnest(%s::uuid[], %s::uuid[], %s::text[]) as fact(fact_id, subject_id, body)
"""

Rows = tuple[list[object], list[object], list[str]]


def measure(connection: "psycopg.Connection[Any]", *, quick: bool = False) -> Measurement:
    """Time blocks of 1, 100 and 1000 facts: inserted bare, recorded with guard and indexes, sealed.

    ``connection`` is in autocommit mode on a database that is thrown away afterwards: facts and seals
    cannot be taken back.
    """
    connection.execute(_BARE)
    connection.execute("select seal_facts()")  # the first block is set up under a lock, unlike the others
    timings = {
        f"{name}_{size}": timing
        for size in BLOCKS
        for name, timing in take_turns(
            _parts(connection, size), rounds=QUICK_ROUNDS if quick else ROUNDS
        ).items()
    }
    middle = {name: timing.p50_ms for name, timing in timings.items()}
    ratios: dict[str, float] = {}
    for size in BLOCKS:
        floor, recorded, sealed = (middle[f"{name}_{size}"] for name in ("bare", "record", "seal"))
        ratios[f"record_to_bare_{size}"] = round(recorded / floor, 3)
        ratios[f"seal_to_bare_{size}"] = round(sealed / floor, 3)
        ratios[f"record_and_seal_to_bare_{size}"] = round((recorded + sealed) / floor, 3)
    return Measurement(
        name="audit",
        machine=f"{machine()}, PostgreSQL {connection.info.server_version // 10_000}",
        timings=timings,
        ratios=ratios,
        rates={f"facts_sealed_per_s_{size}": round(size * 1000 / middle[f"seal_{size}"]) for size in BLOCKS},
    )


def _parts(connection: "psycopg.Connection[Any]", size: int) -> dict[str, Part]:
    """The three parts for blocks of one size; before a block is sealed, nothing else is left to seal."""

    def insert(table: str, rows: Rows) -> None:
        connection.execute(_INSERT.format(table), rows)

    def unsealed(turn: int) -> None:
        connection.execute("select seal_facts()")
        insert("audit_fact", _rows(size, turn))

    return {
        "bare": Part(lambda rows: insert("bench_row", rows), lambda turn: _rows(size, turn)),
        "record": Part(lambda rows: insert("audit_fact", rows), lambda turn: _rows(size, turn)),
        "seal": Part(lambda _: connection.execute("select seal_facts()"), unsealed),
    }


def _rows(size: int, turn: int) -> Rows:
    body = canonical({"act": "bench", "turn": turn, "verdict": "allow"})
    return [new_id() for _ in range(size)], [new_id() for _ in range(size)], [body] * size
