"""Ports, translations, the doctor, and quick help."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from koumen.cli import catalogues, doctor, ports, ready

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Hello"\nmsgstr "您好"\n'


def test_who_has_a_port_is_named_and_a_free_pair_is_offered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not ports.is_free("127.0.0.1", port)
        assert not ports.answers("127.0.0.1", port)  # it listens, but serves no page
        assert f"(process {os.getpid()})" in ports.holder(port)
        free = ports.next_free("127.0.0.1", port)
        assert free is not None
        assert free > port
        assert ports.is_free("127.0.0.1", free)
        assert ports.is_free("127.0.0.1", free + 1)


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path: Path) -> None:
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO, encoding="utf-8")
    assert catalogues.compile_catalogues(tmp_path) == 1
    assert "您好".encode() in source.with_suffix(".mo").read_bytes()
    assert catalogues.compile_catalogues(tmp_path) == 0
    later = source.with_suffix(".mo").stat().st_mtime + 5
    source.write_text(PO.replace("您好", "你好"), encoding="utf-8")
    os.utime(source, (later, later))
    assert catalogues.compile_catalogues(tmp_path) == 1
    assert "你好".encode() in source.with_suffix(".mo").read_bytes()
    assert sorted(path.name for path in source.parent.iterdir()) == ["django.mo", "django.po"]


def test_a_fuzzy_guess_is_not_shown(tmp_path: Path) -> None:
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO.replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"'), encoding="utf-8")
    catalogues.compile_catalogues(tmp_path)
    assert "您好".encode() not in source.with_suffix(".mo").read_bytes()


def test_help_and_doctor_do_not_load_django() -> None:
    code = (
        "import sys; from koumen.cli import main, doctor; list(doctor.examine());"
        "sys.exit(any(name.split('.')[0] in ('django', 'psycopg') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_doctor_finds_nothing_needed_missing_where_tests_run() -> None:
    assert [finding.what for finding in doctor.examine() if finding.needed and not finding.fine] == []


def test_a_server_that_is_too_old_is_refused_by_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "OLDEST_SERVER", 990_000)
    from django.conf import settings

    from koumen.embedded import supervisor

    monkeypatch.setenv("DATABASE_URL", supervisor.ensure(settings.KOUMEN_DATA, database="postgres"))
    with pytest.raises(supervisor.CannotRun, match="PostgreSQL 18: Koumen needs"):
        ready.check_server()


def test_a_server_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from koumen.embedded import supervisor

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(supervisor.CannotRun, match=r"DATABASE_URL: .*refused"):
        ready.check_server()


@pytest.mark.django_db
def test_a_role_that_may_change_facts_is_warned_of_and_one_that_may_not_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from django.db import connection

    from koumen.embedded import supervisor

    here = connection.settings_dict
    monkeypatch.setenv("KOUMEN_BRANCH", "test")
    told: list[str] = []
    monkeypatch.setenv(
        "DATABASE_URL", supervisor.conninfo(Path(os.environ["KOUMEN_DATA"]), str(here["NAME"]))
    )
    ready.warn_of_one_role(told.append)
    assert [line.partition(":")[0] for line in told] == ["Warning"]
    monkeypatch.setenv("DATABASE_URL", f"host={here['HOST']} user={here['USER']} dbname={here['NAME']}")
    ready.warn_of_one_role(told.append)
    assert len(told) == 1
