"""Which jobs follow which event: the outbox is procrastinate's table, written in the fact's transaction."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from koumen.kit.events import Event

Queue = Literal["now", "normal", "heavy"]

# What somebody waits for goes first, however many receipts are to be printed or days to be planned before it.
PRIORITY: dict[Queue, int] = {"now": 0, "normal": -1, "heavy": -2}

# Five tries with growing pauses; a reaction that still fails stays visible as failed.
RETRY = RetryStrategy(max_attempts=5, exponential_wait=3)


@dataclass(frozen=True)
class Job:
    """A job that follows a fact."""

    queue: Queue
    task: str
    priority: int  # the highest is done first


_reactions: dict[str, list[Job]] = defaultdict(list)


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
            _reactions[event.kind()].append(Job(queue, name, PRIORITY[queue]))
        return function

    return register


def jobs_after(kind: str) -> tuple[Job, ...]:
    """The jobs that follow an event."""
    return tuple(_reactions.get(kind, ()))


def reactions_of(kind: str) -> tuple[str, ...]:
    """The names of the jobs that follow an event (for the reference pages)."""
    return tuple(job.task for job in jobs_after(kind))
