"""``koumen books``: proving, closing and writing, each in a process of its own."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from beancount import loader
from django.conf import settings
from django.db import connection

from koumen.ledger.models import BookPeriod
from koumen.ledger.rules.posting import Line
from tests.ledger.test_posting import bank, merchant, post

ROOT = Path(__file__).resolve().parents[2]


def koumen(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What ``koumen books`` answers on this test's own database."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    ours = {
        "KOUMEN_DATA": str(settings.KOUMEN_DATA),
        "KOUMEN_DATABASE": str(connection.settings_dict["NAME"]),
        "KOUMEN_BRANCH": settings.KOUMEN_BRANCH,
        "KOUMEN_MODE": "test",
        "COLUMNS": "200",
    }
    return subprocess.run(
        [sys.executable, "-m", "koumen.cli", "books", *arguments],
        cwd=ROOT,
        env=environment | ours,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("committed")
@pytest.mark.slow
def test_books_are_proven_closed_and_written(at: datetime, tmp_path: Path) -> None:
    post([Line(bank(), merchant(), 700)], at)

    proven = koumen("check")
    assert (proven.returncode, "The books are right." in proven.stdout) == (0, True), proven.stderr

    closed = koumen("close", "--through", "2020-01-31")
    assert "closed from 2020-01-31 through 2020-01-31" in closed.stdout, closed.stderr
    again = koumen("close", "--through", "2020-01-31")
    assert (again.returncode, again.stderr) == (
        *(1, "koumen: books-closed-already: This day has been closed already.\n"),
    )
    assert koumen("close", "--through", "yesterday").returncode == 2
    assert BookPeriod.objects.count() == 1

    file = tmp_path / "books.beancount"
    written = koumen("export", "--format", "beancount", str(file))
    assert written.stdout == f"1 movements in {file}.\n", written.stderr
    assert loader.load_file(str(file))[1] == []
    before = file.read_bytes()

    crossed = koumen("export", "--format", "csv", "--from", "2026-11-02", "--to", "2026-11-01", str(file))
    assert (crossed.returncode, "koumen: days-crossed: " in crossed.stderr) == (1, True)
    nowhere = koumen("export", "--format", "csv", str(tmp_path / "none" / "books.csv"))
    assert (nowhere.returncode, "cannot be written: No such file or directory" in nowhere.stderr) == (1, True)
    (tmp_path / "folder").mkdir()
    folder = koumen("export", "--format", "csv", str(tmp_path / "folder"))
    assert (folder.returncode, "cannot be written: it is a folder" in folder.stderr) == (1, True)
    unknown = koumen("export", "--format", "excel", str(file))
    assert (unknown.returncode, "'excel' is not one of 'beancount', 'csv'" in unknown.stderr) == (2, True)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["books.beancount", "folder"]
