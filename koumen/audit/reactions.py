"""Which jobs follow which event: the outbox is procrastinate's table, written in the fact's transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Literal
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from koumen.kit.events import Event

Queue = Literal["now", "normal", "heavy"]

# Five tries with growing pauses; a reaction that still fails stays visible as failed.
RETRY = RetryStrategy(max_attempts=5, exponential_wait=3)

_reactions: dict[str, list[str]] = defaultdict(list)


def reaction(
    *events: type[Event], queue: Queue = "now"
) -> Callable[[Callable[[UUID], None]], Callable[[UUID], None]]:
    """Run a function with the fact's id after each of the events; it must be safe to run twice."""

    def register(function: Callable[[UUID], None]) -> Callable[[UUID], None]:
        name = f"{function.__module__}.{function.__qualname__}"

        def task(fact_id: str) -> None:
            function(UUID(fact_id))

        app.task(name=name, queue=queue, retry=RETRY)(task)
        for event in events:
            _reactions[event.kind()].append(name)
        return function

    return register


def defer_reactions(kind: str, fact_id: UUID) -> None:
    """Defer one job for each reaction to an event, in the open transaction."""
    for name in _reactions.get(kind, ()):
        app.configure_task(name=name, allow_unknown=False).defer(fact_id=str(fact_id))


def reactions_of(kind: str) -> tuple[str, ...]:
    """The names of the jobs that follow an event (for the reference pages)."""
    return tuple(_reactions.get(kind, ()))
