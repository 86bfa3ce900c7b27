"""Who did something, from an actor's key: the role, with the staff number of an agent and the name of a member of staff."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.kit.actor import STAFF_ROLES, Actor, Role
from koumen.people.commands import reveal
from koumen.web.console.pages.words import said_by


def told_who(keys: Iterable[str], *, purpose: str, actor: Actor, at: datetime) -> Mapping[str, str]:
    """Keys of actors as a page writes them; two queries besides the one reading of names, which is recorded.

    Customers and relatives are never named here.
    """
    wanted = {key: _person(key) for key in keys if key}
    staff = {person for key, person in wanted.items() if person and _role(key) in STAFF_ROLES}
    visitors = {person for key, person in wanted.items() if person and _role(key) == Role.AGENT}
    numbers = agents.staff_numbers(person_ids=visitors) if visitors else {}
    named = reveal(person_ids=sorted(staff), purpose=purpose, actor=actor, at=at)
    return {
        key: " ".join(
            part
            for part in (said_by(key), numbers.get(person), named[person].name if person in named else "")
            if part
        )
        if person
        else said_by(key)
        for key, person in wanted.items()
    }


def _role(key: str) -> str:
    return key.partition(":")[0]


def _person(key: str) -> UUID | None:
    person = key.partition(":")[2]
    return UUID(person) if person else None
