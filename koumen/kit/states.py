"""State machines as tables: {(state, verb): next state}; None stands before the first state."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from koumen.kit.errors import Conflict

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class StateMachine(Generic[S]):
    """One table from which the command's check, the buttons and the database's guard all come."""

    name: str
    states: type[S]
    moves: dict[tuple[S | None, str], S]

    def move(self, state: S | None, verb: str) -> S:
        """The state after a verb; raises Conflict("<name>-cannot-<verb>")."""
        try:
            return self.moves[state, verb]
        except KeyError:
            raise Conflict(f"{self.name}-cannot-{verb}", state=str(state or "none")) from None

    def can(self, state: S | None, verb: str) -> bool:
        """Whether the verb is allowed now."""
        return (state, verb) in self.moves

    def verbs(self, state: S | None) -> tuple[str, ...]:
        """The verbs allowed in a state, in the table's order."""
        return tuple(verb for (at, verb) in self.moves if at == state)

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Every allowed (from, to) of rows that exist; what the database guard reads."""
        return frozenset((str(at), str(to)) for (at, _), to in self.moves.items() if at is not None)

    def first(self) -> frozenset[str]:
        """The states in which a row may be born."""
        return frozenset(str(to) for (at, _), to in self.moves.items() if at is None)
