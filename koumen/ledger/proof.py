"""Running one promise of the books over whole tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from koumen.ledger.rules.books import SHOWN, Check, check_of


@contextmanager
def whole_tables() -> Iterator[None]:
    """Let the planner join whole tables by hashing, in memory.

    Straight after an import the statistics still say that tables are empty, and a join row by row, right
    for ten rows, takes hours for a million.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off; set local work_mem = '64MB'")
        yield
        cursor.execute("set local enable_nestloop = on; set local work_mem to default")


def prove(name: str, counted: str, offenders: str, *values: str | list[str]) -> Check:
    """Count what was looked at, and what breaks the promise with its first offenders; two queries.

    ``offenders`` selects one row ``what`` for each that breaks it.
    """
    with connection.cursor() as cursor:
        cursor.execute(counted)
        (looked_at,) = cursor.fetchone()
        cursor.execute(
            f"select what, count(*) over () from ({offenders}) o order by 1 limit {SHOWN}",  # noqa: S608
            values,
        )
        rows = cursor.fetchall()
    return check_of(name, int(looked_at), [row[0] for row in rows], faults=int(rows[0][1]) if rows else 0)
