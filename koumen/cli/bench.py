"""``koumen bench``: what things cost on this machine, against their floor."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from koumen.cli.saying import out, refuse, say

if TYPE_CHECKING:
    from koumen.simulation.bench_ledger.rounds import LedgerMeasurement
    from koumen.simulation.bench_ledger.server import Server
    from koumen.simulation.measuring import Measurement

app = typer.Typer(help="What things cost on this machine, against their floor.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quick = Annotated[bool, typer.Option("--quick", help="A few rounds: shows that it works, not how fast.")]
THROWN_AWAY = "koumen_bench"
BRANCH = "bench"


@app.callback()
def bench() -> None:
    """What things cost on this machine, against their floor."""


@app.command("receipts")
def receipts(*, as_json: AsJson = False, quick: Quick = False) -> None:
    """A receipt, typeset and signed, against typst alone and pyHanko alone."""
    from koumen.simulation.bench_receipts import measure

    show(measure(quick=quick), as_json=as_json)


@app.command("audit")
def audit(*, as_json: AsJson = False, quick: Quick = False) -> None:
    """Recording and sealing facts against inserting the same rows bare."""
    with thrown_away_database() as server, server.connect(server.database) as connection:
        from koumen.simulation.bench_audit import measure

        show(measure(connection, quick=quick), as_json=as_json)


@app.command("board")
def board(*, as_json: AsJson = False, quick: Quick = False) -> None:
    """Looking at the dispatch board: nothing new, kept, made anew, against a request that is only let in."""
    with thrown_away_database():
        from koumen.cli.bench_board import bench_board

        show(bench_board(BRANCH, quick=quick), as_json=as_json)


@app.command("copies")
def copies(*, as_json: AsJson = False, quick: Quick = False) -> None:
    """From the posting of cash until customer and trusted person have their copies, by a real worker."""
    with thrown_away_database() as server, server.connect(server.database) as connection:
        from koumen.simulation.bench_copies import measure

        show(measure(connection, branch=BRANCH, say=say, quick=quick), as_json=as_json)


@app.command("dispatch")
def dispatch(
    *,
    as_json: AsJson = False,
    quick: Quick = False,
    events: Annotated[int | None, typer.Option(min=1, help="How many random events (1000000).")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this row; may be given several times.")] = None,
) -> None:
    """Offers, bookings, promises, acceptance and plans: each against a floor, a fixed calendar or others' solvers."""
    from koumen.cli.bench_dispatch import ROWS, measured, show_dispatch

    rows = only or list(ROWS)
    if unknown := set(rows) - set(ROWS):
        refuse(f"no row called {min(unknown)}: {', '.join(ROWS)}")
    told = measured(rows, events=events, quick=quick)
    if as_json:
        out.print_json(json.dumps(told))
    else:
        show_dispatch(told)


@app.command("night")
def night(
    *,
    accounts: Annotated[int, typer.Option(min=100, help="How many.")] = 100_000,
    workers: Annotated[int, typer.Option(min=1, max=16, help="How many share the work.")] = 2,
    as_json: AsJson = False,
    quick: Quick = False,
) -> None:
    """The night over many accounts against as many bare rows; a million take some minutes and 5 GB for a while."""
    with thrown_away_database() as server, server.connect(server.database) as connection:
        from koumen.embedded import supervisor
        from koumen.simulation.bench_night import QUICK_ACCOUNTS, measure

        measured = measure(
            connection,
            accounts=QUICK_ACCOUNTS if quick else accounts,
            workers=workers,
            postmaster=supervisor.status(server.data).pid or 0,
            say=say,
        )
        show(measured, as_json=as_json)


@app.command("ledger")
def ledger(*, as_json: AsJson = False, quick: Quick = False) -> None:
    """Recording a repayment, whole, against its SQL alone (pgbench) and against django-hordak."""
    with thrown_away_database() as server:
        from koumen.simulation.bench_ledger.rounds import measure

        show_rates(measure(server, say, quick=quick), as_json=as_json)


@contextmanager
def thrown_away_database() -> Iterator["Server"]:
    """A migrated branch in a database of its own on the embedded server; it and its copies are gone afterwards."""
    from koumen.cli import environment, ready
    from koumen.embedded import supervisor

    if environment.database_url():
        refuse(
            "this makes databases and throws them away: leave DATABASE_URL out, to use the embedded server"
        )
    os.environ |= {"KOUMEN_DATABASE": THROWN_AWAY, "KOUMEN_BRANCH": BRANCH}  # before Django reads them
    data = environment.data()
    with ready.database(say):
        _drop()
        supervisor.ensure(data, THROWN_AWAY)
        try:
            ready.start_django()
            _migrate()
            from koumen.simulation.bench_ledger.server import Server

            yield Server(data, THROWN_AWAY, BRANCH)
        finally:
            _drop()


def _migrate() -> None:
    from django.db import connections

    from koumen.config.migrate import migrate_branch

    migrate_branch(BRANCH, lambda step: say(f"  tables: {step}"))
    connections.close_all()


def _drop() -> None:
    """Remove the databases and their branch's role, also what an earlier run that was killed left."""
    import psycopg
    from psycopg import sql

    from koumen.cli import environment
    from koumen.embedded import supervisor

    with psycopg.connect(supervisor.conninfo(environment.data(), "postgres"), autocommit=True) as boot:
        ours = boot.execute(
            "select datname from pg_database where starts_with(datname, %s)", [THROWN_AWAY]
        ).fetchall()
        for (name,) in ours:
            boot.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        boot.execute(f"drop role if exists koumen_app_{BRANCH}")


def show(measured: "Measurement", *, as_json: bool) -> None:
    """Print a run, as a table or as JSON."""
    if as_json:
        out.print_json(json.dumps(measured.plain()))
        return
    from rich.table import Table

    out.print(f"{measured.name}: {measured.machine}", markup=False, soft_wrap=True)
    table = Table(box=None, padding=(0, 2))
    for heading in ("part", "p50 ms", "p95 ms", "spread", "n"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for name, timing in measured.timings.items():
        table.add_row(
            name, f"{timing.p50_ms:.2f}", f"{timing.p95_ms:.2f}", f"{timing.spread:.0%}", str(timing.n)
        )
    out.print(table)
    for name, ratio in measured.ratios.items():
        out.print(f"  {name:<32}{ratio:8.2f}", markup=False)
    for name, rate in measured.rates.items():
        out.print(f"  {name:<32}{rate:8.0f}", markup=False)


def show_rates(measured: "LedgerMeasurement", *, as_json: bool) -> None:
    """Print a run of the ledger, as a table or as JSON."""
    if as_json:
        out.print_json(json.dumps(measured.plain()))
        return
    from rich.table import Table

    out.print(
        f"{measured.name}: {measured.machine}, {measured.clients} clients", markup=False, soft_wrap=True
    )
    table = Table(box=None, padding=(0, 2))
    for heading in ("part", "payments/s", "spread", "CPU ms each", "n", "rounds"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for name, rate in measured.parts.items():
        table.add_row(
            *(
                name,
                f"{rate.tps:.0f}",
                f"{rate.spread:.0%}",
                f"{rate.cpu_ms:.2f}",
                str(rate.n),
                str(rate.rounds),
            )
        )
    out.print(table)
    for name, ratio in measured.ratios.items():
        out.print(f"  {name:<32}{ratio:8.2f}", markup=False)
    out.print(f"  {'bulk_per_s':<32}{measured.bulk_per_s:8.0f}", markup=False)
    for line in measured.left_out:
        out.print(f"  left out: {line}", markup=False)
