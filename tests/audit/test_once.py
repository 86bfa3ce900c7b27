"""The same key gives the same answer; the same key with another body is refused and nothing moves."""

import threading
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connections

from koumen.audit.command import command
from koumen.audit.commands import record, remember
from koumen.audit.models import Fact, Once
from koumen.conduct.events import PackStored
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id


@command
def store(*, amount: int, key: UUID, actor: Actor, at: datetime) -> UUID:
    memory = remember("store", actor=actor, key=key, inputs={"amount": amount}, at=at)
    if memory.answer is not None:
        return UUID(memory.answer["thing"])
    thing = new_id()
    record(PackStored(subject_id=thing, pack="x", version=amount), actor=actor, at=at)
    if amount < 0:
        raise Conflict("negative")
    memory.keep(thing=thing)
    return thing


@pytest.mark.django_db
def test_the_same_key_gives_the_first_answer_and_one_fact(at: datetime) -> None:
    key = new_id()
    first = store(amount=5, key=key, actor=SYSTEM, at=at)
    assert store(amount=5, key=key, actor=SYSTEM, at=at) == first
    assert Fact.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_amount_is_refused_and_nothing_moves(at: datetime) -> None:
    key = new_id()
    store(amount=5, key=key, actor=SYSTEM, at=at)
    with pytest.raises(Conflict, match="key-reused"):
        store(amount=6, key=key, actor=SYSTEM, at=at)
    assert Fact.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_command_leaves_no_key_and_no_fact(at: datetime) -> None:
    key = new_id()
    with pytest.raises(Conflict, match="negative"):
        store(amount=-1, key=key, actor=SYSTEM, at=at)
    assert Fact.objects.count() == Once.objects.count() == 0


@pytest.mark.django_db
def test_a_key_belongs_to_one_actor(at: datetime) -> None:
    key = new_id()
    mine = store(amount=5, key=key, actor=SYSTEM, at=at)
    theirs = store(amount=5, key=key, actor=Actor(Role.AGENT, new_id()), at=at)
    assert mine != theirs


@pytest.mark.usefixtures("committed")
def test_twenty_callers_with_one_key_get_one_answer(at: datetime) -> None:
    key, answers = new_id(), []

    def call() -> None:
        answers.append(store(amount=5, key=key, actor=SYSTEM, at=at))
        connections.close_all()

    callers = [threading.Thread(target=call) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(answers) == 20
    assert len(set(answers)) == 1
    assert Fact.objects.count() == 1
