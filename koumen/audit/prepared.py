"""Asking what the database plans once for a connection: for what every payment asks.

Django writes the values into the text of a statement, so that each time it is parsed and planned anew: a tenth of
what a repayment costs the database.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def ask(text: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """The only row of a statement; values go apart from the text, which is prepared when it comes again."""
    connection.ensure_connection()
    bare: Any = ServerBindingCursor
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(bare(connection.connection)) as cursor:
        cursor.execute(text, values)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
