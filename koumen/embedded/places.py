"""Where the cluster, its socket and its log lie."""

import hashlib
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from koumen.embedded.account import Account, server_account
from koumen.embedded.faults import CannotRun

# Used only by root whose data folder the server's account cannot reach.
SHARED = Path("/var/lib/koumen")
# Not tempfile.gettempdir(): two processes with different TMPDIR must find the same socket.
TEMPORARY = Path("/tmp")  # noqa: S108  (the folder made in it is checked by own_folder)
SOCKET = ".s.PGSQL.5432"
# sockaddr_un holds 108 bytes, the last of them zero.
LONGEST_SOCKET_PATH = 107
# libpq and PostgreSQL read commas, quotes and a leading @ in a socket folder as syntax.
PLAIN_PATH = re.compile(r"/[A-Za-z0-9/_.+=@~-]*")
POINTER = "postgres.where"


@dataclass(frozen=True)
class Places:
    """The folders of one embedded cluster."""

    data: Path
    home: Path
    account: Account

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "pg"

    @property
    def unfinished(self) -> Path:
        """Where initdb works until it is done."""
        return self.home / "pg.tmp"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "pg.log"

    @property
    def moved(self) -> bool:
        """Whether the cluster could not stay in the data folder."""
        return self.home.parent != self.data

    @property
    def socket_folder(self) -> Path:
        """The closed folder of the socket: beside the cluster, or under /tmp where that path is too long."""
        beside = self.home / "s"
        fits = len(os.fsencode(beside / SOCKET)) <= LONGEST_SOCKET_PATH
        if fits and PLAIN_PATH.fullmatch(str(beside)):
            return beside
        return TEMPORARY / f"koumen-{self.account.uid}-{_short_name(self.home)}"


def places(data: Path) -> Places:
    """Work out, or read back, where the cluster of a data folder is. Changes nothing."""
    data = Path(data).resolve()
    account = server_account()
    home = data / "postgres"
    pointer = data / POINTER
    if pointer.is_file():
        home = Path(pointer.read_text(encoding="utf-8").strip())
    elif not home.exists() and not account.may_pass(data):
        home = SHARED / _short_name(data)
    return Places(data=data, home=home, account=account)


def prepare(where: Places) -> None:
    """Make the folders, and refuse those that somebody else could have prepared for us."""
    if not where.data.exists():
        where.data.mkdir(parents=True, mode=0o711, exist_ok=True)
        # Searchable, so that the account reaches its own closed folder below; nobody can list it.
        where.data.chmod(0o711)
    if where.moved:
        shared_folder()
    own_folder(where.home, where.account)
    own_folder(where.socket_folder, where.account)
    pointer = where.data / POINTER
    if where.moved and not pointer.exists():
        # so that it is found again even if the folder above is opened one day
        pointer.write_text(f"{where.home}\n", encoding="utf-8")


def shared_folder() -> Path:
    """Make /var/lib/koumen, or refuse it when it is not root's own."""
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = SHARED.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise CannotRun(
            f"{SHARED} is a link, or others may write in it: remove it or set DATA to another folder"
        )
    return SHARED


def _hand_over(folder: Path, account: Account) -> None:
    """Give an empty folder of root's to the account: made a moment ago, by us or by a start beside us.

    Also one that a start left behind when it was killed between making and giving. What root keeps something in
    is not ours to give away.
    """
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not any(folder.iterdir()):
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)


def own_folder(folder: Path, account: Account) -> None:
    """Make a folder that only the account may enter, or refuse the one that is there.

    A folder prepared by somebody else, or a link, would let them read every row or pose as the server.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if account.dropped:
        _hand_over(folder, account)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise CannotRun(f"{folder} is not a folder (a link?): remove it")
    if found.st_uid != account.uid:
        raise CannotRun(
            f"{folder} belongs to another account (number {found.st_uid}), not to {account.name}: "
            "start as the one who made it, or set DATA to another folder"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise CannotRun(f"{folder} is open to others: chmod 700 it, or remove it")


def _short_name(path: Path) -> str:
    """A name of twelve characters for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
