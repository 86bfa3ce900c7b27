"""Start, find and stop the embedded PostgreSQL of a data folder.

    dsn = ensure(Path(".data"))     # a running server and database, whatever was there before
    stop(Path(".data"))

Any number of processes may call ``ensure`` at once; a lock in the cluster's folder lets one of them work.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from koumen.embedded import configuration
from koumen.embedded.binaries import binaries, reachable_binaries
from koumen.embedded.faults import CannotRun
from koumen.embedded.places import Places, places, prepare
from koumen.embedded.postmaster import clear_remains, is_dead, live_pid

__all__ = ["CannotRun", "Status", "binaries", "conninfo", "ensure", "owns", "socket_folder", "status", "stop"]

BOOT_ROLE = "koumen_boot"
PORT = 5432  # only part of the socket's name
PAUSE_S = 0.05
LARGEST_LOG = 10 * 1024 * 1024  # bytes; one older log is kept beside it

# The servers this process started: kept so that their end is seen and no zombie of ours remains.
_children: dict[Path, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Status:
    """What is known of the embedded server of a data folder."""

    made: bool
    pid: int | None
    home: Path
    socket_folder: Path
    log: Path


def ensure(
    data: Path, database: str = "koumen", timeout_s: float = 60, say: Callable[[str], None] | None = None
) -> str:
    """Have the server of this data folder running with this database; answer how to reach it.

    Raises CannotRun with the cause when it does not answer within ``timeout_s``.
    """
    where = places(data)
    prepare(where)
    with _one_at_a_time(where):
        if live_pid(where) is None:
            _make_cluster(where, say or _to_stderr)
        _until_it_answers(where, database, timeout_s, say or _to_stderr)
    return conninfo(data, database)


def stop(data: Path, timeout_s: float = 20) -> bool:
    """Stop the server of this data folder; answers whether there was one.

    Sessions are ended (fast shutdown); one that does not give way in time is ended like by a crash,
    which PostgreSQL recovers from.
    """
    where = places(data)
    pid = live_pid(where)
    if pid is None:
        _reap(where)
        return False
    for order, patience_s in ((signal.SIGINT, timeout_s), (signal.SIGQUIT, 5)):
        deadline = time.monotonic() + patience_s
        _signal(pid, order)
        while time.monotonic() < deadline:
            _reap(where)
            if is_dead(pid):
                return True
            time.sleep(PAUSE_S)
    raise CannotRun(f"PostgreSQL (process {pid}) does not stop; see {where.log}")


def status(data: Path) -> Status:
    """Where the cluster is, whether it was made, and the number of the server's process."""
    where = places(data)
    return Status(
        made=owns(data),
        pid=live_pid(where),
        home=where.home,
        socket_folder=where.socket_folder,
        log=where.log,
    )


def owns(data: Path) -> bool:
    """Whether this data folder has an embedded cluster."""
    return (places(data).cluster / "PG_VERSION").exists()


def socket_folder(data: Path) -> Path:
    """The folder of the server's socket, known before the server was ever started."""
    return places(data).socket_folder


def conninfo(data: Path, database: str = "koumen") -> str:
    """How libpq reaches the server as its first superuser."""
    from psycopg.conninfo import make_conninfo

    return make_conninfo("", host=str(socket_folder(data)), port=PORT, user=BOOT_ROLE, dbname=database)


def _make_cluster(where: Places, say: Callable[[str], None]) -> None:
    """Make the cluster if there is none; an interrupted attempt is thrown away."""
    if (where.cluster / "PG_VERSION").exists():
        return
    if where.moved:
        say(f"{where.account.name} cannot reach {where.data}: the database is kept in {where.home}")
    programs = reachable_binaries(where.account, say)
    shutil.rmtree(where.unfinished, ignore_errors=True)
    made = subprocess.run(  # noqa: S603  (our own binary, arguments of our own)
        [
            programs / "initdb", "--pgdata", where.unfinished, "--username", BOOT_ROLE, "--auth=trust",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--data-checksums", "--no-instructions",
        ],
        capture_output=True, check=False, cwd="/", env=_environment(), **where.account.run_as,
    )  # fmt: skip
    if made.returncode:
        last = made.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no word from it"]
        raise CannotRun(f"initdb failed in {where.home}: {last[0]}")
    with (where.unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"\n{configuration.INCLUDE}\n")
    _write_settings(where, where.unfinished)
    where.unfinished.rename(where.cluster)  # from now on it is there, and whole
    _make_lasting(where.home)


def _until_it_answers(where: Places, database: str, timeout_s: float, say: Callable[[str], None]) -> None:
    """Start the server as often as it takes until it answers.

    More than once: processes orphaned by a crash may hold the old shared memory for a moment longer.
    """
    import psycopg

    deadline = time.monotonic() + timeout_s
    while True:
        if live_pid(where) is None:
            _launch(where, say)
        try:
            with psycopg.connect(
                conninfo(where.data, "postgres"), autocommit=True, connect_timeout=5
            ) as boot:
                known = boot.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
                if not known:
                    boot.execute(
                        psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(database))
                    )
        except psycopg.OperationalError as fault:
            if time.monotonic() > deadline:
                raise CannotRun(_why_not(where, str(fault))) from fault
            time.sleep(PAUSE_S)
        else:
            return


def _launch(where: Places, say: Callable[[str], None]) -> None:
    """Start the server once, apart from our terminal so that Ctrl-C reaches us and not it."""
    child = _children.get(where.home)
    if child is not None and child.poll() is None:
        return  # it has not written its lock file yet
    programs = reachable_binaries(where.account, say)
    _check_version(where, programs)
    clear_remains(where)
    _write_settings(where, where.cluster)
    if where.log.exists() and where.log.stat().st_size > LARGEST_LOG:
        where.log.replace(where.log.with_suffix(".log.1"))
    log = os.open(where.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        _children[where.home] = subprocess.Popen(  # noqa: S603  (our own binary, arguments of our own)
            [programs / "postgres", "-D", where.cluster, "-k", where.socket_folder, "-p", str(PORT)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/",
            env=_environment(), **where.account.run_as,
        )  # fmt: skip
    finally:
        os.close(log)


def _check_version(where: Places, programs: Path) -> None:
    """Refuse a cluster of another major version by name, before the server does in its log."""
    made_by = (where.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    said = subprocess.run(  # noqa: S603  (our own binary)
        [programs / "postgres", "--version"], capture_output=True, check=False, env=_environment(), cwd="/",
        **where.account.run_as,
    ).stdout.decode()  # fmt: skip
    number = said.split()[-1:] or [""]
    if number[0].split(".")[0] != made_by:
        raise CannotRun(
            f"the database in {where.cluster} was made by PostgreSQL {made_by}, the programs here are "
            f"{said.strip() or 'unusable'}: set DATA to another folder, or bring it over with pg_upgrade"
        )


def _write_settings(where: Places, cluster: Path) -> None:
    """Write koumen.conf as the account owns it."""
    file = cluster / "koumen.conf"
    file.write_text(configuration.as_file(configuration.settings()), encoding="utf-8")
    file.chmod(0o600)
    if where.account.dropped:
        os.chown(file, where.account.uid, where.account.gid)


@contextmanager
def _one_at_a_time(where: Places) -> Iterator[None]:
    """Hold the lock of this cluster; the system lets go of it even when we are killed."""
    lock = os.open(where.data / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _why_not(where: Places, fault: str) -> str:
    """The cause in one line: what the server said last, else what the driver said."""
    try:
        lines = where.log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    said = [line for line in lines[-40:] if "FATAL" in line or "PANIC" in line]
    return f"the embedded PostgreSQL does not answer: {(said or [fault.strip()])[-1]} (log: {where.log})"


def _environment() -> dict[str, str]:
    """Our environment without settings meant for another server."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}


def _make_lasting(folder: Path) -> None:
    """Have the rename on disk before anybody is told of the cluster."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reap(where: Places) -> None:
    child = _children.get(where.home)
    if child is not None and child.poll() is not None:
        del _children[where.home]


def _signal(pid: int, order: signal.Signals) -> None:
    try:
        os.kill(pid, order)
    except ProcessLookupError:
        return


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")
