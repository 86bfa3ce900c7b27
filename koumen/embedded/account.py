"""The operating-system account that the server runs as."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from koumen.embedded.faults import CannotRun

# PostgreSQL refuses to run as root. These exist on the usual distributions; we never create one.
UNPRIVILEGED = ("koumen", "postgres", "nobody")


class RunAs(TypedDict, total=False):
    """How ``subprocess`` is told to become the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """Who the server is; ``dropped`` says that we are root and it is not."""

    name: str
    uid: int
    gid: int
    dropped: bool

    @property
    def run_as(self) -> RunAs:
        """The arguments that make a child process this account."""
        if not self.dropped:
            return RunAs()
        return RunAs(user=self.uid, group=self.gid, extra_groups=[])

    def may_pass(self, path: Path) -> bool:
        """Whether the account can walk down to ``path``, as far as the path exists yet."""
        if not self.dropped:
            return True
        resolved = path.resolve()
        return all(self._may_enter(step) for step in (resolved, *resolved.parents) if step.exists())

    def _may_enter(self, step: Path) -> bool:
        """Whether the account has the search bit on a folder, or the read bit on a file."""
        found = step.stat()
        wanted = stat.S_IXOTH if stat.S_ISDIR(found.st_mode) else stat.S_IROTH
        if found.st_uid == self.uid:
            wanted <<= 6
        elif found.st_gid == self.gid:
            wanted <<= 3
        return bool(found.st_mode & wanted)


def server_account() -> Account:
    """Ourselves, or as root the first unprivileged account that exists."""
    uid = os.geteuid()
    if uid != 0:
        return Account(name=_name_of(uid), uid=uid, gid=os.getegid(), dropped=False)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid, dropped=True)
    raise CannotRun(
        "PostgreSQL does not run as root, and there is no account named "
        f"{', '.join(UNPRIVILEGED)} to run it as: start as a normal user"
    )


def _name_of(uid: int) -> str:
    """The account's name; containers often run under a number without one."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
