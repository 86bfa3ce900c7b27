"""Statements that the database plans once, and what goes wrong with them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from koumen.audit.prepared import ask

VALUES = "select json_build_object('text', %s::text, 'bytes', encode(%s::bytea, 'hex'), 'at', %s::timestamptz, 'no', %s::int)"


@pytest.mark.django_db
def test_values_arrive_as_they_are_and_quotes_say_nothing() -> None:
    at = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    for _ in range(3):
        (told,) = ask(VALUES, ["it's ); drop table x; --", b"\x00\xff", at, None])
        assert told["text"] == "it's ); drop table x; --"
        assert told["bytes"] == "00ff"
        assert datetime.fromisoformat(told["at"]) == at
        assert told["no"] is None


@pytest.mark.django_db
def test_whoever_listens_hears_the_statement_and_the_answer_is_the_same() -> None:
    asked = "select to_json(%s::uuid)"
    one = UUID(int=7)
    with CaptureQueriesContext(connection) as heard:
        listened = ask(asked, [one])
    assert len(heard) == 1
    assert listened == ask(asked, [one]) == (str(one),)


@pytest.mark.django_db
def test_a_refusal_of_the_database_is_the_error_that_a_cursor_raises() -> None:
    with pytest.raises(DataError), transaction.atomic():
        ask("select to_json(%s::int)", ["no number"])
    with pytest.raises(IntegrityError), transaction.atomic():
        ask("insert into audit_once (command, actor, key, inputs_digest, at) values (null, '', %s, '', now())"
            " returning to_json(id)", [UUID(int=1)])  # fmt: skip
    assert ask("select to_json(%s::int)", [1]) == (1,), "the transaction goes on"


@pytest.mark.usefixtures("committed")
def test_a_transaction_begins_with_the_first_question_and_is_rolled_back_as_any() -> None:
    made = (
        "insert into audit_once (command, actor, key, inputs_digest, at) values ('asked', 'a', %s, '', now())"
        " returning to_json(id)"
    )

    def break_off() -> None:
        with transaction.atomic():
            ask(made, [UUID(int=3)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert ask("select to_json(count(*)) from audit_once where command = %s", ["asked"]) == (0,)


@pytest.mark.usefixtures("committed")
def test_a_connection_that_was_lost_is_told_as_such_and_the_next_one_prepares_anew() -> None:
    ask("select to_json(%s::int)", [1])
    with pytest.raises(OperationalError):
        ask("select to_json(pg_terminate_backend(pg_backend_pid()))", [])
    connection.close()
    assert ask("select to_json(%s::int)", [2]) == (2,)
