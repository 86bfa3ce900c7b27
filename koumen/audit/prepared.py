"""Asking what the database plans once for a connection: for what every payment asks.

Django writes the values into the text of a statement, so that each time it is parsed and planned anew: a tenth of
what a repayment costs the database. Its cursors and those of the driver cost a payment as much again in Python, more
than all reckoning; so the driver's own libpq is called here, without a cursor.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg import errors, pq

Row = tuple[Any, ...]

_prepared: "WeakKeyDictionary[psycopg.Connection[Any], dict[str, bytes]]" = WeakKeyDictionary()


def ask(text: str, values: Sequence[object]) -> Row:
    """The only row of a statement whose columns are json (as Python has it) or nothing; values go apart from the text.

    Waits without listening for signals. Raises what a cursor of Django raises.
    """
    connection.ensure_connection()
    if connection.queries_logged or connection.execute_wrappers:
        return _ask_heard(text, values)
    with connection.wrap_database_errors:
        return _ask(connection.connection, text, [_as_text(value) for value in values])


def _ask_heard(text: str, values: Sequence[Any]) -> Row:
    """By a cursor, where somebody listens to statements."""
    bare: Any = ServerBindingCursor
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(bare(connection.connection)) as cursor:
        cursor.execute(text, values)
        row: Row = cursor.fetchone()
    return row


def _ask(own: "psycopg.Connection[Any]", text: str, values: list[Any]) -> Row:
    server = own.pgconn
    if not own.autocommit and server.transaction_status == pq.TransactionStatus.IDLE:
        _require(server, server.exec_(b"BEGIN"))
    names = _prepared.setdefault(own, {})
    name = names.get(text)
    if name is None:
        name = b"koumen_%d" % len(names)
        _require(server, server.prepare(name, _numbered(text)))
        names[text] = name
    result = _require(server, server.exec_prepared(name, values))
    return tuple(_loaded(result.get_value(0, column)) for column in range(result.nfields))


def _require(server: pq.abc.PGconn, result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
        return result
    if server.status != pq.ConnStatus.OK:
        raise psycopg.OperationalError(server.get_error_message())
    raise errors.error_from_result(result)


def _numbered(text: str) -> bytes:
    """$1, $2, … for the placeholders of Python's database interface."""
    first, *others = text.split("%s")
    return (first + "".join(f"${place}{other}" for place, other in enumerate(others, start=1))).encode()


def _as_text(value: object) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    if isinstance(value, datetime):
        return value.isoformat().encode()
    return str(value).encode()


def _loaded(value: bytes | None) -> Any:
    return json.loads(value) if value else None
