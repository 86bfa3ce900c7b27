"""Data folders of their own, gone with their servers after each test."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from koumen.embedded import places, supervisor


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can reach; pytest's own is closed to everybody but us."""
    made = Path(tempfile.mkdtemp(prefix="koumen-test-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def data(folder: Path) -> Iterator[Path]:
    """A data folder whose server is stopped in the end."""
    chosen = folder / "data"
    yield chosen
    _end(chosen)


@pytest.fixture
def shared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for /var/lib/koumen."""
    stand_in = folder / "var-lib-koumen"
    monkeypatch.setattr(places, "SHARED", stand_in)
    return stand_in


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that has nothing to do with us."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def _end(data: Path) -> None:
    where = places.places(data)
    if where.cluster.exists():
        supervisor.stop(data)
    if where.socket_folder.parent != where.home and not where.socket_folder.is_symlink():
        shutil.rmtree(where.socket_folder, ignore_errors=True)
