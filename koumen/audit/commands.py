"""Recording facts, remembering commands, sealing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from koumen.audit.command import command
from koumen.audit.models import AllowedMove, Once
from koumen.audit.prepared import ask, tell
from koumen.audit.reactions import jobs_after
from koumen.kit.actor import Actor
from koumen.kit.canonical import canonical, digest
from koumen.kit.errors import Conflict
from koumen.kit.events import Event, plain
from koumen.kit.ids import new_id
from koumen.kit.states import StateMachine

Plain = dict[str, Any]


def fact_row(event: Event, *, actor: Actor, at: datetime) -> Plain:
    """A fact with the jobs that follow it, as the database's function ``record_facts`` takes it.

    For a command that writes everything in one round trip; every other calls ``record``.
    """
    kind = event.kind()
    return {
        "fact_id": new_id(),
        "kind": kind,
        "subject_id": event.subject_id,
        "actor": actor.key,
        "at": at,
        "body": canonical(event.body()),
        "jobs": [{"queue": j.queue, "task": j.task, "priority": j.priority} for j in jobs_after(kind)],
    }


def record(event: Event, *, actor: Actor, at: datetime) -> None:
    """Write the fact and defer its reactions, in the command's transaction; no round trip of its own."""
    tell("select record_facts(%s)", [[fact_row(event, actor=actor, at=at)]])


@dataclass
class Memory:
    """What is remembered of one command: ``answer`` is None the first time."""

    once_id: int
    answer: Mapping[str, str] | None

    def keep(self, **ids: UUID | str) -> None:
        """Store which rows the command made; the ids are the answer of every later try."""
        answer = {name: str(value) for name, value in ids.items()}
        Once.objects.filter(id=self.once_id).update(answer=answer)

    def forget(self) -> None:
        """Give the key back: nothing was done, and the same form may ask again with other inputs."""
        Once.objects.filter(id=self.once_id).delete()


def remember(name: str, /, *, actor: Actor, key: UUID, inputs: Mapping[str, object], at: datetime) -> Memory:
    """Take the command's key, or find the answer given before.

    Callers with the same key wait for each other on the unique index. ``inputs`` are the submitted
    fields only. Raises Conflict("key-reused") when the same key comes with other inputs.
    """
    inputs_digest = digest_of(inputs)
    asked = once_arguments(name, actor, key, inputs_digest, at)
    (told,) = ask("select take_once(%s, %s, %s, %s, %s, %s)", asked)
    return memory_of(told, inputs_digest)


def once_arguments(
    name: str,
    actor: Actor,
    key: UUID,
    inputs_digest: bytes,
    at: datetime,
    answer: Mapping[str, str] | None = None,
) -> tuple[Any, ...]:
    """What the database's function ``take_once`` is asked; ``answer`` where it is known before."""
    return name, actor.key, key, inputs_digest, answer, at


def memory_of(told: Mapping[str, Any], inputs_digest: bytes) -> Memory:
    """What ``take_once`` told. Raises Conflict("key-reused")."""
    if taken := told.get("taken"):
        return Memory(taken, None)
    if told["digest"] != inputs_digest.hex():
        raise Conflict("key-reused")
    return Memory(told["known"], told["answer"] or {})


def digest_of(inputs: Mapping[str, object]) -> bytes:
    """SHA-256 of submitted fields."""
    return digest({field: plain(value) for field, value in inputs.items()})


def seal_facts() -> int:
    """Seal what was committed since the last block; returns how many facts (0: nothing, or another was faster).

    Must be the first thing in a transaction of its own: the database refuses otherwise.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("select seal_facts()")
        (sealed,) = cursor.fetchone()
    return int(sealed)


@command
def store_moves(machines: list[StateMachine]) -> None:  # type: ignore[type-arg]  # machines of any states
    """Write the allowed moves of every machine where the database's guard reads them."""
    AllowedMove.objects.all().delete()
    AllowedMove.objects.bulk_create(
        AllowedMove(machine=machine.name, from_state=before, to_state=after)
        for machine in machines
        for before, after in sorted(machine.pairs() | {("", state) for state in machine.first()})
    )
