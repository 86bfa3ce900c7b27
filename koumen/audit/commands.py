"""Recording facts, remembering commands, sealing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from koumen.audit.command import command
from koumen.audit.models import AllowedMove, Fact, Once
from koumen.audit.reactions import defer_reactions
from koumen.kit.actor import Actor
from koumen.kit.canonical import canonical, digest
from koumen.kit.errors import Conflict
from koumen.kit.events import Event, plain
from koumen.kit.ids import new_id
from koumen.kit.states import StateMachine


def record(event: Event, *, actor: Actor, at: datetime) -> Fact:
    """Write the fact and defer its reactions, in the command's transaction."""
    fact = Fact.objects.create(
        fact_id=new_id(),
        kind=event.kind(),
        subject_id=event.subject_id,
        actor=actor.key,
        at=at,
        body=canonical(event.body()),
    )
    defer_reactions(event.kind(), fact.fact_id)
    return fact


@dataclass
class Memory:
    """What is remembered of one command: ``answer`` is None the first time."""

    once: Once
    answer: Mapping[str, str] | None

    def keep(self, **ids: UUID | str) -> None:
        """Store which rows the command made; the ids are the answer of every later try."""
        self.once.answer = {name: str(value) for name, value in ids.items()}
        self.once.save(update_fields=["answer"])

    def forget(self) -> None:
        """Give the key back: nothing was done, and the same form may ask again with other inputs."""
        self.once.delete()


def remember(name: str, /, *, actor: Actor, key: UUID, inputs: Mapping[str, object], at: datetime) -> Memory:
    """Take the command's key, or find the answer given before.

    Callers with the same key wait for each other on the unique index. ``inputs`` are the submitted
    fields only. Raises Conflict("key-reused") when the same key comes with other inputs.
    """
    wanted = digest({field: plain(value) for field, value in inputs.items()})
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_once (command, actor, key, inputs_digest, at) values (%s, %s, %s, %s, %s)"
            " on conflict do nothing returning id",
            [name, actor.key, key, wanted, at],
        )
        created = cursor.fetchone()
    if created:
        return Memory(Once(id=created[0], command=name, actor=actor.key, key=key), None)
    once = Once.objects.get(command=name, actor=actor.key, key=key)
    if bytes(once.inputs_digest) != wanted:
        raise Conflict("key-reused")
    return Memory(once, once.answer or {})


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
