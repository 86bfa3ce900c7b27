"""Posting many entries at once: staged by COPY, posted by one function."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from koumen.kit.money import CURRENCIES
from koumen.ledger.rules.chart import AccountKind

# Gone with the transaction; the function post_staged reads and empties them.
_TABLES = """
drop table if exists pg_temp.staged_entry, pg_temp.staged_movement;
create temporary table staged_entry (entry_id uuid, kind text, source_id uuid, effective_at timestamptz)
  on commit drop;
create temporary table staged_movement (entry_id uuid, debit_id bigint, credit_id bigint, amount_minor bigint)
  on commit drop;
"""

StagedEntry = tuple[UUID, str, UUID, datetime]
StagedMovement = tuple[UUID, int, int, int]


def open_staging() -> None:
    """Make the staging tables of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)


def open_accounts(
    *, owner_ids: Iterable[UUID], kinds: tuple[AccountKind, ...], currency: str
) -> dict[UUID, list[int]]:
    """Open accounts of these kinds for new owners; their ids in the order of ``kinds``. Two SQL statements."""
    if currency not in CURRENCIES:
        raise ValueError(currency)
    owners = list(owner_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('ledger_account', 'id')) from generate_series(1, %s)",
            [len(owners) * len(kinds)],
        )
        ids = iter([row[0] for row in cursor.fetchall()])
        opened = {owner: [next(ids) for _ in kinds] for owner in owners}
        with cursor.copy(
            "copy ledger_account (id, kind, owner_id, currency, debit_minor, credit_minor) from stdin"
        ) as copy:
            for owner, own in opened.items():
                for kind, account_id in zip(kinds, own, strict=True):
                    copy.write_row((account_id, kind.value, owner, currency, 0, 0))
    return opened


def post_many(*, entries: Iterable[StagedEntry], movements: Iterable[StagedMovement], at: datetime) -> int:
    """Post many entries in one go, under the promises of post_entry; returns how many movements.

    Raises the database's own error when a promise is broken: callers made the rows themselves.
    """
    with connection.cursor() as cursor:
        with cursor.copy("copy staged_entry (entry_id, kind, source_id, effective_at) from stdin") as copy:
            for entry in entries:
                copy.write_row(entry)
        with cursor.copy(
            "copy staged_movement (entry_id, debit_id, credit_id, amount_minor) from stdin"
        ) as copy:
            for movement in movements:
                copy.write_row(movement)
        cursor.execute("select post_staged(%s)", [at])
        (moved,) = cursor.fetchone()
    return int(moved)
