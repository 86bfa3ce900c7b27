"""Facts are sealed in blocks; whoever changes the past is found."""

import threading
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError

from koumen.audit.commands import record, seal_facts
from koumen.audit.models import Fact, Seal
from koumen.audit.queries import verify_chain
from koumen.conduct.events import PackStored
from koumen.embedded import supervisor
from koumen.kit.actor import SYSTEM
from koumen.kit.ids import new_id

pytestmark = pytest.mark.usefixtures("committed")


def happen(at: datetime, times: int = 1) -> list[UUID]:
    subjects = [new_id() for _ in range(times)]
    for number, subject in enumerate(subjects):
        record(PackStored(subject_id=subject, pack="base", version=number), actor=SYSTEM, at=at)
    return subjects


@pytest.fixture
def tamper() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """The database's superuser with the guards switched off: what an intruder with the server may do."""
    name = str(settings.DATABASES["default"]["NAME"])
    with psycopg.connect(supervisor.conninfo(settings.KOUMEN_DATA, name), autocommit=True) as intruder:
        intruder.execute("set search_path = test, public")
        intruder.execute("set session_replication_role = replica")
        yield intruder


def test_what_was_committed_is_sealed_once_and_the_chain_is_whole(at: datetime) -> None:
    happen(at, 3)
    assert seal_facts() == 3
    happen(at, 2)
    assert seal_facts() == 2
    assert seal_facts() == 0
    report = verify_chain()
    assert report.is_whole
    assert (report.blocks, report.facts, report.unsealed) == (2, 5, 0)


def test_a_fact_of_a_long_transaction_is_sealed_after_it_commits_and_none_is_left_out(at: datetime) -> None:
    happen(at)
    seal_facts()
    begun, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            happen(at)
            begun.set()
            finish.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(10)
    happen(at, 4)
    assert seal_facts() == 4
    finish.set()
    thread.join()
    assert seal_facts() == 1
    assert verify_chain().is_whole


def test_a_sealer_that_has_written_is_refused(at: datetime) -> None:

    def write_and_seal() -> None:
        with transaction.atomic():
            happen(at)
            seal_facts()

    with pytest.raises(RuntimeError, match="durable"):
        write_and_seal()


def test_the_database_too_refuses_to_seal_in_a_transaction_that_has_written(at: datetime) -> None:
    def write_and_seal() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            happen(at)
            cursor.execute("select seal_facts()")

    with pytest.raises(DatabaseError, match="transaction of its own"):
        write_and_seal()


def test_facts_and_seals_refuse_change_and_the_role_lacks_the_right(at: datetime) -> None:
    happen(at)
    seal_facts()
    for statement in (
        "update audit_fact set actor = 'nobody'",
        "delete from audit_fact",
        "truncate audit_fact",
        "delete from audit_seal",
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_changed_a_removed_and_a_swapped_fact_are_each_found(
    at: datetime, tamper: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    happen(at, 5)
    seal_facts()
    first, second, *_ = Fact.objects.order_by("id")
    tamper.execute("update audit_fact set body = %s where id = %s", [second.body, first.id])
    assert verify_chain().faults == ["block 1 does not match its facts"]
    tamper.execute("update audit_fact set body = %s where id = %s", [first.body, first.id])
    assert verify_chain().is_whole
    tamper.execute("delete from audit_fact where id = %s", [first.id])
    assert "block 1 names 5 facts, 4 are there" in verify_chain().faults


def test_a_missing_block_is_found(at: datetime, tamper: "psycopg.Connection[tuple[object, ...]]") -> None:
    for _ in range(3):
        happen(at)
        seal_facts()
    tamper.execute("delete from audit_seal where no = 2")
    assert verify_chain().faults[0] == "block 2 is missing before block 3"


def test_a_fact_forged_behind_the_chain_is_found(
    at: datetime, tamper: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    happen(at, 2)
    seal_facts()
    happen(at)
    seal_facts()
    old = Fact.objects.order_by("id").first()
    assert old is not None
    tamper.execute(
        "insert into audit_fact (fact_id, xid, kind, subject_id, actor, at, body)"
        " select %s, xid, kind, subject_id, actor, at, body from audit_fact where id = %s",
        [new_id(), old.id],
    )
    assert verify_chain().faults == ["fact 4 was inserted behind the chain"]


def test_a_fact_told_as_older_than_it_is_is_found(
    at: datetime, tamper: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    happen(at)
    seal_facts()
    tamper.execute(
        "insert into audit_fact (fact_id, xid, kind, subject_id, actor, at, recorded_at, body)"
        " values (%s, pg_current_xact_id(), 'X', %s, 'system', now(), now() - interval '3 days', '{}')",
        [new_id(), new_id()],
    )
    assert verify_chain().faults == ["fact 2 is told as older than it is"]


def test_two_sealers_at_once_never_seal_a_fact_twice(at: datetime) -> None:
    stop = threading.Event()
    sealed: list[int] = []

    def keep() -> None:
        while not stop.is_set():
            sealed.append(seal_facts())
        connections.close_all()

    sealers = [threading.Thread(target=keep) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    happen(at, 200)
    stop.set()
    for sealer in sealers:
        sealer.join()
    sealed.append(seal_facts())
    assert sum(sealed) == 200 == sum(Seal.objects.values_list("n", flat=True))
    assert verify_chain().is_whole
