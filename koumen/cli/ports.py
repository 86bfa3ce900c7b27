"""Ports: whether one is free, who has it, and which one is."""

import http.client
import os
import socket
from pathlib import Path

LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp
HIGHEST = 65_535
PROC = Path("/proc")


def is_free(host: str, port: int) -> bool:
    """Whether we could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Whether pages are served there; a port is open before the first page can be had."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=1)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def next_free(host: str, port: int, count: int = 2) -> int | None:
    """The next port from which ``count`` in a row are free (site and wallet simulator)."""
    for first in range(port + 1, min(port + 500, HIGHEST - count)):
        if all(is_free(host, first + i) for i in range(count)):
            return first
    return None


def holder(port: int) -> str:
    """Who listens on a port, as far as this account may know: a program and its process number."""
    sockets = _sockets_of(port)
    for process in PROC.glob("[0-9]*"):
        try:
            handles = list((process / "fd").iterdir())
        except OSError:
            continue
        if any(_target(handle) in sockets for handle in handles):
            return f"{_command(process)} (process {process.name})"
    return "a program of another account" if sockets else "another program"


def _sockets_of(port: int) -> set[str]:
    """The names, in /proc/PID/fd, of the sockets that listen on a port."""
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = (PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for columns in map(str.split, lines):
            if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{columns[9]}]")
    return found


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:
        return ""


def _command(process: Path) -> str:
    """The first words of a process's command line."""
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return "a program"
    return " ".join(os.fsdecode(word) for word in words if word)[:80] or "a program"


def _reachable(host: str) -> str:
    """Where to knock: a server that listens everywhere also listens here."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (read, not bound)
