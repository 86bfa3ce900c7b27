"""Asking what the database plans once for a connection: for what every payment asks.

Django writes the values into the text of a statement, so that each time it is parsed and planned anew: a tenth of
what a repayment costs the database. Its cursors and those of the driver cost a payment as much again in Python, more
than all reckoning; so the driver's own libpq is called here, without a cursor. BEGIN goes with the first statement and
the last one with COMMIT: two round trips instead of four (ADR 21).
"""

import select
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import orjson
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg import errors, pq

Row = tuple[Any, ...]
Statement = tuple[bytes, Sequence[bytes | None]]  # its name on the connection, and the values

_prepared: "WeakKeyDictionary[psycopg.Connection[Any], dict[str, bytes]]" = WeakKeyDictionary()


def ask(text: str, values: Sequence[object]) -> Row:
    """The only row of a statement whose columns are json (as Python has it) or nothing; values go apart from the text.

    A mapping or a list goes as json. Waits without listening for signals. Raises what a cursor of Django raises.
    """
    own: Any = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    if _is_heard(own):
        return _ask_heard(own, text, values)
    with own.wrap_database_errors:
        told = _send(own, _statement(own.connection, text, values))
        return tuple(_loaded(told.get_value(0, column)) for column in range(told.nfields))


def tell(text: str, values: Sequence[object]) -> None:
    """A statement whose answer nobody needs: in a transaction it goes with what follows, at the latest with COMMIT.

    What is wrong with it is raised there, and the transaction is rolled back as if it were raised here.
    """
    own: Any = connections[DEFAULT_DB_ALIAS]
    if _is_heard(own) or not own.in_atomic_block:
        ask(text, values)
        return
    send_told(own)
    own.ensure_connection()
    with own.wrap_database_errors:
        own.told = _statement(own.connection, text, values)


def send_told(own: Any) -> None:
    """Send what was told, before anything else is asked by ``own``, Django's connection."""
    if own.told:
        with own.wrap_database_errors:
            _send(own)


def commit_with_told(own: Any) -> None:
    """Commit with what was told, in one round trip."""
    with own.wrap_database_errors:
        _send(own, _statement(own.connection, "commit", ()))


def _is_heard(own: Any) -> bool:
    """Whether somebody listens to statements."""
    return bool(own.queries_logged or own.execute_wrappers)


def _ask_heard(own: Any, text: str, values: Sequence[object]) -> Row:
    """By a cursor."""
    bare: Any = ServerBindingCursor
    wrap: Any = own.make_debug_cursor if own.queries_logged else own.make_cursor
    plain = [orjson.dumps(value).decode() if isinstance(value, dict | list) else value for value in values]
    with wrap(bare(own.connection)) as cursor:
        cursor.execute(text, plain)
        row: Row = cursor.fetchone()
    return row


def _statement(own: "psycopg.Connection[Any]", text: str, values: Sequence[object]) -> Statement:
    """It is planned when the connection meets it for the first time."""
    names = _prepared.setdefault(own, {})
    name = names.get(text)
    if name is None:
        name = b"koumen_%d" % len(names)
        _require(own.pgconn, own.pgconn.prepare(name, _numbered(text)))
        names[text] = name
    return name, [_as_text(value) for value in values]


def _send(own: Any, *statements: Statement) -> pq.abc.PGresult:
    """Run statements, with BEGIN and what was told before them; what the last one tells."""
    driver: psycopg.Connection[Any] = own.connection
    server = driver.pgconn
    if own.told:
        statements, own.told = (own.told, *statements), None
    if not driver.autocommit and server.transaction_status == pq.TransactionStatus.IDLE:
        statements = (_statement(driver, "begin", ()), *statements)
    if len(statements) == 1:
        name, values = statements[0]
        return _require(server, server.exec_prepared(name, values))  # type: ignore[arg-type]  # None is null
    return [_require(server, result) for result in _in_one_round_trip(server, statements)][-1]


def _in_one_round_trip(
    server: pq.abc.PGconn, statements: Sequence[Statement]
) -> list[pq.abc.PGresult | None]:
    """What comes back of each; after one that failed the others are not run."""
    server.enter_pipeline_mode()
    try:
        for name, values in statements:
            server.send_query_prepared(name, values)
        server.pipeline_sync()
        results = []
        for _ in statements:
            results.append(_next_result(server))
            _next_result(server)  # nothing more of this one
        _next_result(server)  # all have been answered
    finally:
        server.exit_pipeline_mode()
    return results


def _next_result(server: pq.abc.PGconn) -> pq.abc.PGresult | None:
    """Other threads go on while this one waits: libpq's own waiting would hold them all."""
    while server.is_busy():
        waiting = select.poll()
        waiting.register(server.socket, select.POLLIN)
        waiting.poll()
        server.consume_input()
    return server.get_result()


def _require(server: pq.abc.PGconn, result: pq.abc.PGresult | None) -> pq.abc.PGresult:
    if result and result.status in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
        return result
    if result is None or server.status != pq.ConnStatus.OK:
        raise psycopg.OperationalError(server.get_error_message())
    raise errors.error_from_result(result)


def _numbered(text: str) -> bytes:
    """$1, $2, … for the placeholders of Python's database interface."""
    first, *others = text.split("%s")
    return (first + "".join(f"${place}{other}" for place, other in enumerate(others, start=1))).encode()


def _as_text(value: object) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, dict | list):
        return orjson.dumps(value)
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    if isinstance(value, datetime):
        return value.isoformat().encode()
    return str(value).encode()


def _loaded(value: bytes | None) -> Any:
    return orjson.loads(value) if value else None
