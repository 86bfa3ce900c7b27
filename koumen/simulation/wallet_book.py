"""The wallet simulator's own small book: charges in a file of its own, as a provider's would be elsewhere."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import randbelow

_TABLE = """
create table if not exists charge (
  merchant_reference text primary key,
  reference text not null unique,
  amount_minor integer not null,
  currency text not null,
  description text not null,
  expires_at text not null,
  state text not null check (state in ('pending', 'paid', 'closed')),
  paid_at text
)
"""


@dataclass(frozen=True, kw_only=True)
class StoredCharge:
    """One charge as the provider keeps it."""

    merchant_reference: str
    reference: str
    amount_minor: int
    currency: str
    description: str
    expires_at: str
    state: str
    paid_at: str | None

    def is_over(self, at: datetime) -> bool:
        """Whether its QR can no longer be paid."""
        return self.state == "closed" or (
            self.state == "pending" and at >= datetime.fromisoformat(self.expires_at)
        )


class WalletBook:
    """Charges in SQLite; each change is one immediate transaction, so a charge is paid or closed, never both."""

    def __init__(self, file: Path) -> None:
        """Open the book, making it if there is none."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        with self._change() as book:
            book.execute(_TABLE)

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=5, isolation_level=None)) as book:
            book.row_factory = sqlite3.Row
            book.execute("begin immediate")
            try:
                yield book
            except BaseException:
                book.execute("rollback")
                raise
            book.execute("commit")

    def find(self, merchant_reference: str) -> StoredCharge | None:
        """A charge, if there is one."""
        with self._change() as book:
            return _find(book, merchant_reference)

    def create(
        self, merchant_reference: str, *, amount_minor: int, currency: str, description: str, expires_at: str
    ) -> StoredCharge:
        """A new charge, or the one already made under this reference."""
        with self._change() as book:
            book.execute(
                "insert into charge values (?, ?, ?, ?, ?, ?, 'pending', null) on conflict do nothing",
                (merchant_reference, _number(), amount_minor, currency, description, expires_at),
            )
            return _known(book, merchant_reference)

    def close(self, merchant_reference: str, at: datetime) -> StoredCharge:
        """Close a charge unless it is paid; one never made is closed as well, so that it cannot come later."""
        with self._change() as book:
            book.execute(
                "insert into charge values (?, ?, 0, 'CNY', '', ?, 'closed', null) on conflict do nothing",
                (merchant_reference, _number(), at.isoformat()),
            )
            book.execute(
                "update charge set state = 'closed' where merchant_reference = ? and state = 'pending'",
                (merchant_reference,),
            )
            return _known(book, merchant_reference)

    def pay(self, merchant_reference: str, at: datetime, *, late: bool = False) -> StoredCharge | None:
        """Pay a charge that can be paid; ``late`` pays a closed one too, as slow providers do."""
        with self._change() as book:
            charge = _find(book, merchant_reference)
            if charge is None or (charge.is_over(at) and not late):
                return charge
            book.execute(
                "update charge set state = 'paid', paid_at = ? where merchant_reference = ? and state <> 'paid'",
                (at.isoformat(), merchant_reference),
            )
            return _known(book, merchant_reference)


def _find(book: sqlite3.Connection, merchant_reference: str) -> StoredCharge | None:
    row = book.execute("select * from charge where merchant_reference = ?", (merchant_reference,)).fetchone()
    return StoredCharge(**dict(row)) if row else None


def _known(book: sqlite3.Connection, merchant_reference: str) -> StoredCharge:
    charge = _find(book, merchant_reference)
    assert charge is not None  # noqa: S101  (written in this transaction)
    return charge


def _number() -> str:
    return f"W{randbelow(10**15):015d}"
