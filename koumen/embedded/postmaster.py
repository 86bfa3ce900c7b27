"""Is there a server on this cluster, and is that process truly ours?"""

import os
from pathlib import Path

from koumen.embedded.places import SOCKET, Places

PROC = Path("/proc")
DEAD_STATES = frozenset("ZX")  # a zombie counts as dead: a container's first process may never reap it


def live_pid(where: Places) -> int | None:
    """The process number of the running server of this cluster, or None.

    ``postmaster.pid`` survives a crash, and its number may belong to anybody by now.
    """
    pid = _written_pid(where.cluster / "postmaster.pid")
    if pid is None or is_dead(pid) or not is_server_of(where, pid):
        return None
    return pid


def clear_remains(where: Places) -> None:
    """Remove what a dead server left behind; PostgreSQL itself stops at a number that is in use again.

    Its own guard stays: a shared memory block with processes of the dead server attached still refuses
    the start, until the last of them is gone.
    """
    (where.cluster / "postmaster.pid").unlink(missing_ok=True)
    for name in (SOCKET, f"{SOCKET}.lock"):
        (where.socket_folder / name).unlink(missing_ok=True)


def is_dead(pid: int) -> bool:
    """Whether no process, or only a zombie, has this number."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return True
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] in DEAD_STATES


def is_server_of(where: Places, pid: int) -> bool:
    """Whether the process is a PostgreSQL of the server's account working in our cluster."""
    process = PROC / str(pid)
    try:
        if process.stat().st_uid != where.account.uid:
            return False
        # " (deleted)" follows when the environment was made again under a running server
        program = (process / "exe").readlink().name.removesuffix(" (deleted)")
        return program == "postgres" and (process / "cwd").readlink() == where.cluster
    except PermissionError:
        # root in a container without CAP_SYS_PTRACE may not follow the links of another account's process
        return _says_it_is(where, process)
    except OSError:
        return False


def _says_it_is(where: Places, process: Path) -> bool:
    """The same question answered from the command line, which everybody may read."""
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return Path(os.fsdecode(words[0])).name == "postgres" and os.fsencode(where.cluster) in words


def _written_pid(file: Path) -> int | None:
    """The number in the lock file; half-written ones count as none."""
    try:
        pid = int(file.read_text(encoding="utf-8", errors="replace").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if pid > 1 else None
