"""The embedded server while it is measured: its databases, and its CPU."""

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from koumen.embedded import supervisor

PROC = Path("/proc")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """The server of a data folder, with a migrated branch in one database.

    Whoever made that one drops it, and all others whose names begin with its name.
    """

    data: Path
    database: str
    branch: str

    @property
    def role(self) -> str:
        """The role by which the branch works."""
        return f"koumen_app_{self.branch}"

    @property
    def socket(self) -> Path:
        """Where it answers."""
        return supervisor.socket_folder(self.data)

    def connect(self, database: str) -> "psycopg.Connection[Any]":
        """A superuser's connection in autocommit mode."""
        return psycopg.connect(
            supervisor.conninfo(self.data, database),
            autocommit=True,
            options=f"-c search_path={self.branch},public",
        )

    def make(self, suffix: str, *, like: str = "template1") -> str:
        """Another database, empty or a copy of one that nobody uses now; its name."""
        name = f"{self.database}_{suffix}"
        with closing(self.connect("postgres")) as boot:
            boot.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(like))
            )
        return name

    def cpu_s(self) -> float:
        """CPU of all its processes since it started, also of those that have ended."""
        postmaster = supervisor.status(self.data).pid
        return (
            sum(
                _ticks(stat, children=pid == postmaster)
                for pid, parent, stat in _processes()
                if postmaster in {pid, parent}
            )
            / _TICKS_A_SECOND
        )


def _processes() -> list[tuple[int, int, list[str]]]:
    """Number, parent and what /proc says of each process."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            told = stat.rpartition(")")[2].split()
            found.append((int(folder.name), int(told[1]), told))
    return found


def _ticks(stat: list[str], *, children: bool) -> int:
    """User and system time; with that of the children that have ended. See proc(5): the fields from 14 on."""
    return sum(int(ticks) for ticks in stat[11 : 15 if children else 13])
