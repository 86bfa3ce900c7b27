"""``koumen doctor``: what is missing on this machine, and how to get it."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from koumen.cli import environment, ports
from koumen.cli.saying import out

OLDEST_PYTHON = (3, 11)
OLDEST_GLIBC = (2, 34)  # what the wheels of the routing library are built for
TESTED_MACHINE = "x86_64"
SMALLEST_DISK = 2 * 1024**3  # bytes: cluster, write-ahead log of 2 GB at most, files
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT = Path(__file__).resolve().parent.parent / "documents" / "fonts" / "KoumenSans-Regular.otf"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``needed`` tells whether Koumen runs without it."""

    what: str
    found: str
    fine: bool
    way_out: str = ""
    needed: bool = True


def doctor() -> None:
    """Look at this machine; ends with code 1 when something is missing that Koumen cannot do without."""
    from rich.table import Table

    findings = list(examine())
    table = Table(box=None, padding=(0, 2), show_header=False)
    for finding in findings:
        mark = "ok" if finding.fine else ("missing" if finding.needed else "note")
        table.add_row(mark, finding.what, finding.found, "" if finding.fine else finding.way_out)
    out.print(table, soft_wrap=True)
    if any(finding.needed and not finding.fine for finding in findings):
        raise SystemExit(1)


def examine() -> Iterator[Finding]:
    """Everything, in the order in which it would stop a start."""
    looks: tuple[Callable[[], Finding], ...] = (
        _python, _c_library, _machine, _database, _shared_memory, _disk, _port, _font, _time_zones, _browser,
    )  # fmt: skip
    for look in looks:
        yield look()


def _python() -> Finding:
    fine = sys.version_info >= OLDEST_PYTHON
    return Finding(
        "Python", platform.python_version(), fine, "install Python 3.11 or newer: make run PYTHON=python3.11"
    )


def _c_library() -> Finding:
    name, version = platform.libc_ver()
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    fine = name == "glibc" and numbers >= OLDEST_GLIBC
    return Finding(
        "C library", f"{name} {version}".strip() or "not glibc", fine, "a Linux with glibc 2.34 or newer"
    )


def _machine() -> Finding:
    machine = platform.machine()
    return Finding("Processor", machine, machine == TESTED_MACHINE, "only x86-64 is tested", needed=False)


def _database() -> Finding:
    """The server that would be used."""
    from koumen.embedded import supervisor

    if environment.database_url():
        from koumen.cli import ready

        try:
            version = ready.check_server()
        except supervisor.CannotRun as fault:
            return Finding("Database", "DATABASE_URL", fine=False, way_out=str(fault))
        return Finding("Database", f"DATABASE_URL, PostgreSQL {version // 10_000}", fine=True)
    try:
        programs = supervisor.binaries()
        status = supervisor.status(environment.data())
    except supervisor.CannotRun as fault:
        return Finding("Database", "embedded PostgreSQL", fine=False, way_out=str(fault))
    state = f"running, process {status.pid}" if status.pid else ("made" if status.made else "not made yet")
    return Finding(
        "Database", f"embedded PostgreSQL, {state}, in {status.home} (programs: {programs})", fine=True
    )


def _shared_memory() -> Finding:
    from koumen.embedded import configuration

    size = configuration.shared_memory_bytes()
    fine = size >= configuration.SMALLEST_SHARED_MEMORY
    return Finding(
        "Shared memory",
        f"{size >> 20} MB",
        fine,
        "small: files are used instead, a little slower",
        needed=False,
    )


def _disk() -> Finding:
    from koumen.embedded import supervisor

    try:
        folder = supervisor.status(environment.data()).home
    except supervisor.CannotRun:
        folder = environment.data()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    return Finding(
        "Disk", f"{free / 1024**3:.1f} GB free for {folder}", free >= SMALLEST_DISK, "2 GB are needed"
    )


def _port() -> Finding:
    port = environment.port()
    if ports.is_free(environment.listen(), port):
        return Finding("Port", f"{port} is free", fine=True)
    return Finding(
        "Port", f"{port}: {ports.holder(port)}", fine=False, way_out="set PORT to another one", needed=False
    )


def _font() -> Finding:
    return Finding("Font of receipts", FONT.name, FONT.is_file(), "make font")


def _time_zones() -> Finding:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        return Finding("Time zones", "none", fine=False, way_out="pip install tzdata")
    return Finding("Time zones", "Asia/Shanghai can be read", fine=True)


def _browser() -> Finding:
    """The browser of the journeys: only tests need it."""
    named = os.environ.get("KOUMEN_CHROMIUM", "").strip()
    found = (
        (named if Path(named).is_file() else None)
        if named
        else next(filter(None, map(shutil.which, BROWSERS)), None)
    )
    return Finding(
        "Browser for tests", found or named or "none", found is not None,
        "apt-get install chromium, or set KOUMEN_CHROMIUM to a Chromium; without it the journeys are left out",
        needed=False,
    )  # fmt: skip
