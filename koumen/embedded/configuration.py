"""The settings of the embedded server, written anew at each start so that old clusters follow."""

import os
from pathlib import Path

# PostgreSQL puts parallel workers' memory into /dev/shm; Docker gives 64 MB of it, and a query fails.
SMALLEST_SHARED_MEMORY = 256 * 1024 * 1024
CONTAINER = Path("/sys/fs/cgroup/memory.max")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  (asked for its size only)

MEGABYTE = 1024 * 1024
LEAST_BUFFERS_MB, MOST_BUFFERS_MB = 128, 2048

INCLUDE = "include 'koumen.conf'"
SETTINGS = {
    "listen_addresses": "",  # the socket in a closed folder is the only door
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # fewer checkpoints: after each one whatever is touched first is written whole once more
    "max_wal_size": "4GB",
    # its own compressor (no other is built in) takes half of the CPU of whatever touches a page first after a
    # checkpoint; the disk writes more instead
    "wal_compression": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u ",
    "shared_preload_libraries": "pg_stat_statements",
    "idle_in_transaction_session_timeout": "60s",  # a forgotten transaction must not hold locks for ever
}


def settings() -> dict[str, str]:
    """What this machine needs."""
    chosen = dict(SETTINGS) | {"shared_buffers": f"{buffers_mb(memory_bytes())}MB"}
    if shared_memory_bytes() < SMALLEST_SHARED_MEMORY:
        chosen["dynamic_shared_memory_type"] = "mmap"
    return chosen


def buffers_mb(memory: int) -> int:
    """What the server keeps of its tables: a quarter of the memory, as its manual advises, within bounds.

    What does not fit is read anew for each account that is paid to.
    """
    return max(LEAST_BUFFERS_MB, min(memory // 4 // MEGABYTE, MOST_BUFFERS_MB))


def memory_bytes() -> int:
    """The memory of the machine, or what its container may have of it."""
    return min([os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *_limits()])


def _limits() -> list[int]:
    try:
        return [int(CONTAINER.read_text(encoding="ascii"))]
    except (OSError, ValueError):  # none, or "max"
        return []


def as_file(chosen: dict[str, str]) -> str:
    """The text of ``koumen.conf``."""
    lines = [f"{name} = '{value}'" for name, value in chosen.items()]
    return "\n".join(["# written at each start; change koumen/embedded/configuration.py instead", *lines, ""])


def shared_memory_bytes() -> int:
    """The size of /dev/shm; 0 where there is none."""
    try:
        found = os.statvfs(SHARED_MEMORY)
    except OSError:
        return 0
    return found.f_frsize * found.f_blocks
