"""Statements that the database plans once, and what goes wrong with them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from koumen.audit.prepared import ask, tell

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


REMEMBERED = (
    "insert into audit_once (command, actor, key, inputs_digest, at) values ('told', 'a', %s, '', now())"
)


def _told() -> object:
    return ask("select to_json(count(*)) from audit_once where command = %s", ["told"])[0]


@pytest.mark.usefixtures("committed")
def test_what_was_told_is_there_for_whatever_is_asked_next_and_after_the_commit() -> None:
    with transaction.atomic():
        tell(REMEMBERED, [UUID(int=4)])
        assert _told() == 1
        tell(REMEMBERED, [UUID(int=5)])
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from audit_once where command = 'told'")
            assert cursor.fetchone() == (2,)
        tell(REMEMBERED, [UUID(int=6)])
    assert _told() == 3


@pytest.mark.usefixtures("committed")
def test_a_cursor_that_was_open_already_comes_after_what_was_told() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        tell(REMEMBERED, [UUID(int=11)])
        cursor.execute("select count(*) from audit_once where command = 'told'")
        assert cursor.fetchone() == (1,)
        tell(REMEMBERED, [UUID(int=12)])
        with cursor.copy("copy (select 1 from audit_once where command = 'told') to stdout") as rows:
            assert len([*rows.rows()]) == 2


@pytest.mark.usefixtures("committed")
def test_a_transaction_that_is_broken_off_forgets_what_was_told() -> None:
    def break_off() -> None:
        with transaction.atomic():
            tell(REMEMBERED, [UUID(int=7)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert _told() == 0


@pytest.mark.usefixtures("committed")
def test_what_is_wrong_with_the_last_statement_told_is_raised_at_the_commit_and_nothing_is_written() -> None:
    def twice() -> None:
        with transaction.atomic():
            tell(REMEMBERED, [UUID(int=8)])
            tell(REMEMBERED, [UUID(int=8)])

    with pytest.raises(IntegrityError):
        twice()
    assert _told() == 0
    with transaction.atomic():
        tell(REMEMBERED, [UUID(int=8)])
    assert _told() == 1, "the connection goes on"


@pytest.mark.usefixtures("committed")
def test_a_savepoint_keeps_what_was_told_before_it_and_drops_what_came_after() -> None:
    def break_off() -> None:
        with transaction.atomic():
            tell(REMEMBERED, [UUID(int=10)])
            raise RuntimeError

    with transaction.atomic():
        tell(REMEMBERED, [UUID(int=9)])
        with pytest.raises(RuntimeError):
            break_off()
    assert _told() == 1


@pytest.mark.usefixtures("committed")
def test_a_deferred_check_that_fails_at_the_commit_is_raised_there() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(
            "insert into ledger_movement (entry_id, debit_id, credit_id, amount_minor) values (%s, -1, -2, 1)",
            [-1],
        )
    assert ask("select to_json(count(*)) from ledger_movement where entry_id = %s", [-1]) == (0,)


@pytest.mark.usefixtures("committed")
def test_a_connection_lost_before_the_commit_is_told_as_such() -> None:
    with pytest.raises(OperationalError), transaction.atomic():
        tell("select pg_terminate_backend(pg_backend_pid())", [])
    connection.close()
    assert _told() == 0
