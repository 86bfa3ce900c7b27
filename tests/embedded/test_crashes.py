"""What a crash leaves behind is cleared, and nobody else's process is touched."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from koumen.embedded import places, postmaster, supervisor

HOLD = (
    "import sys, pathlib, time; from koumen.embedded import supervisor;"
    "supervisor.ensure(pathlib.Path(sys.argv[1])); print('up', flush=True); time.sleep(60)"
)


def crash(data: Path) -> int:
    pid = supervisor.status(data).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while not postmaster.is_dead(pid):
        time.sleep(0.01)
    return pid


def count(data: Path) -> int:
    with psycopg.connect(supervisor.ensure(data)) as connection:
        row = connection.execute("select count(*) from kept").fetchone()
    assert row is not None
    return int(row[0])


def insert_until_it_breaks(dsn: str) -> int:
    """Insert one row after the other; tells how many were acknowledged."""
    acknowledged = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        try:
            while True:
                connection.execute("insert into kept values (%s)", [acknowledged])
                acknowledged += 1
        except psycopg.OperationalError:
            return acknowledged


def test_every_acknowledged_row_survives_a_kill(data: Path) -> None:
    dsn = supervisor.ensure(data)
    with psycopg.connect(dsn, autocommit=True) as setup:
        setup.execute("create table kept (n int primary key)")
    killer = threading.Timer(0.4, crash, [data])
    killer.start()
    acknowledged = insert_until_it_breaks(dsn)
    killer.join()
    assert acknowledged > 10
    assert count(data) in {acknowledged, acknowledged + 1}  # the last may be written but not yet answered


def test_a_zombie_that_nobody_reaps_counts_as_dead(data: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(data)], stdout=subprocess.PIPE, cwd="/") as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        zombie = crash(data)
        assert Path(f"/proc/{zombie}").exists()
        assert supervisor.status(data).pid is None
        supervisor.ensure(data, timeout_s=10)
        assert supervisor.status(data).pid not in {None, zombie}
        parent.kill()


def test_a_number_that_belongs_to_another_process_by_now_is_not_ours(
    data: Path, stranger: subprocess.Popen[bytes]
) -> None:
    supervisor.ensure(data)
    crash(data)
    where = places.places(data)
    _write_pid(where.cluster / "postmaster.pid", stranger.pid)
    _write_pid(where.socket_folder / f"{places.SOCKET}.lock", stranger.pid)
    assert supervisor.stop(data) is False
    supervisor.ensure(data, timeout_s=10)
    assert supervisor.status(data).pid not in {None, stranger.pid}
    supervisor.stop(data)
    assert stranger.poll() is None


def test_the_server_of_another_folder_is_not_ours(data: Path, folder: Path) -> None:
    other = folder / "other"
    supervisor.ensure(other)
    try:
        theirs = supervisor.status(other).pid
        supervisor.ensure(data)
        supervisor.stop(data)
        assert theirs is not None
        _write_pid(places.places(data).cluster / "postmaster.pid", theirs)
        assert supervisor.status(data).pid is None
        supervisor.ensure(data, timeout_s=10)
        supervisor.stop(data)
        assert supervisor.status(other).pid == theirs
    finally:
        supervisor.stop(other)


def test_a_lock_file_that_was_being_written_counts_as_none(data: Path) -> None:
    supervisor.ensure(data)
    crash(data)
    (places.places(data).cluster / "postmaster.pid").write_text("")
    supervisor.ensure(data, timeout_s=10)
    assert supervisor.status(data).pid is not None


def test_where_links_of_processes_may_not_be_followed_the_command_line_tells(
    data: Path, stranger: subprocess.Popen[bytes]
) -> None:
    supervisor.ensure(data)
    where = places.places(data)
    pid = supervisor.status(data).pid
    assert pid is not None
    assert postmaster._says_it_is(where, Path(f"/proc/{pid}"))
    assert not postmaster._says_it_is(where, Path(f"/proc/{stranger.pid}"))
    assert not postmaster._says_it_is(where, Path("/proc/0"))


def test_the_new_server_waits_for_the_last_process_of_the_dead_one(data: Path) -> None:
    with psycopg.connect(supervisor.ensure(data)) as session:
        row = session.execute("select pg_backend_pid()").fetchone()
        assert row is not None
        os.kill(row[0], signal.SIGSTOP)
        crash(data)
        try:
            with pytest.raises(supervisor.CannotRun, match="still in use"):
                supervisor.ensure(data, timeout_s=1)
        finally:
            os.kill(row[0], signal.SIGCONT)
        session.close()
    supervisor.ensure(data, timeout_s=10)


def _write_pid(file: Path, pid: int) -> None:
    """Put another number into a lock file (or make one)."""
    lines = file.read_text().splitlines()[1:] if file.exists() else []
    file.write_text("\n".join([str(pid), *lines]) + "\n")
