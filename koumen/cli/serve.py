"""``koumen serve``: the whole branch on this machine, until Ctrl-C."""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, NoReturn

import typer

from koumen.cli import environment, ports
from koumen.cli.saying import refuse, say

SITES = (("/", "customers"), ("/agent/", "agents"), ("/console/", "console"), ("/public/", "public pages"))
THREADS = 8  # requests at once; each thread keeps one database connection
WALLET_THREADS = 2
# granian ends idle threads after 30 s unless told otherwise, and a new thread opens a new connection
KEEP_THREADS_S = 600
DATABASE_CHECK_S = 2.0


def serve(
    port: Annotated[int | None, typer.Option(help="Where the sites answer (else KOUMEN_PORT, 8765).")] = None,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Requests served at once.")] = THREADS,
) -> None:
    """Run database, sites and jobs until Ctrl-C."""
    run_all(port=port, threads=threads, fill=False)


def run_all(*, port: int | None, threads: int = THREADS, fill: bool) -> None:
    """Start everything in order, show where it is, and stop everything in the end."""
    from koumen.cli import ready
    from koumen.cli.demo import fill_demonstration

    began = time.monotonic()
    _settle(port)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _only_one_here():
            _refuse_taken_ports()
            with ready.database(say, stop_it=True):
                ready.start_django()
                ready.bring_up_to_date(lambda step: say(f"  tables: {step}"))
                ready.warn_of_one_role(say)
                if fill:
                    fill_demonstration()
                _keep_running(threads, began)
    except KeyboardInterrupt:
        say("Stopped.")


def _settle(port: int | None) -> None:
    """Write what was decided into the environment, which the children inherit."""
    os.environ["KOUMEN_PORT"] = str(port or environment.port())
    os.environ["KOUMEN_DATA"] = str(environment.data())


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Take SIGTERM while starting as Ctrl-C: what was started is stopped."""
    raise KeyboardInterrupt


@contextmanager
def _only_one_here() -> Iterator[None]:
    """Refuse a second one on the same data folder: each would stop the other's database."""
    folder = environment.data()
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = os.read(lock, 100).decode(errors="replace").strip() or "another process"
            refuse(f"already running with {folder}: {where}. Stop it, or set DATA to another folder")
        os.ftruncate(lock, 0)
        os.write(lock, f"process {os.getpid()}, port {environment.port()}".encode())
        yield
    finally:
        os.close(lock)


def _refuse_taken_ports() -> None:
    """Name who has the port, and one that is free."""
    host, port = environment.listen(), environment.port()
    wanted = (port, port + 1) if environment.is_demo() else (port,)
    for taken in (number for number in wanted if not ports.is_free(host, number)):
        free = ports.next_free(host, port, len(wanted))
        way_out = f": try `make run PORT={free}`" if free else ""
        refuse(f"port {taken} is taken by {ports.holder(taken)}{way_out}")


def _keep_running(threads: int, began: float) -> None:
    """Run the programs; show the addresses when the first page can be had, and keep the database alive."""
    from koumen.cli.processes import GaveUp, Program, keep_running

    koumen = [sys.executable, "-m", "koumen.cli"]
    programs = [
        Program("web", _granian("koumen.config.wsgi:application", environment.port(), threads)),
        Program("worker", [*koumen, "worker"]),
    ]
    if environment.is_demo():
        programs.append(
            Program(
                "wallet",
                _granian("koumen.simulation.wallet:application", environment.port() + 1, WALLET_THREADS),
            )
        )
    try:
        keep_running(programs, say=say, each_time=_Watch(began))
    except GaveUp as fault:
        refuse(str(fault))


class _Watch:
    """What is looked at while everything runs."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.shown = False
        self.database_seen = time.monotonic()

    def __call__(self) -> None:
        """Show the addresses once; start the embedded database again if it is gone."""
        if not self.shown and ports.answers(environment.listen(), environment.port()):
            self.shown = True
            _show_addresses(time.monotonic() - self.began)
        if not environment.database_url() and time.monotonic() - self.database_seen > DATABASE_CHECK_S:
            self.database_seen = time.monotonic()
            _revive_database()


def _revive_database() -> None:
    from koumen.embedded import supervisor

    if supervisor.status(environment.data()).pid is None:
        say("The embedded database has ended: starting it again")
        supervisor.ensure(environment.data(), say=say)


def _granian(application: str, port: int, threads: int) -> list[str]:
    """How granian is started: blocking WSGI threads of a fixed number."""
    return [
        sys.executable, "-m", "granian", application, "--interface", "wsgi",
        "--host", environment.listen(), "--port", str(port), "--workers", "1",
        "--blocking-threads", str(threads), "--blocking-threads-idle-timeout", str(KEEP_THREADS_S),
        "--no-ws", "--log-level", "error",
    ]  # fmt: skip


def _show_addresses(took_s: float) -> None:
    """Say where everything is, and who can sign in."""
    from rich.table import Table

    from koumen.cli.demo import show_logins
    from koumen.cli.saying import out

    table = Table(box=None, show_header=False, padding=(0, 2))
    for path, name in SITES:
        table.add_row(name, f"http://localhost:{environment.port()}{path}")
    out.print(f"\nKoumen is running (ready after {took_s:.1f} s). Ctrl-C stops everything.")
    out.print(table)
    if environment.is_demo():
        show_logins()
