"""Processes that pay as fast as they can for so many seconds, when they are told to.

Each is told ``{"seconds": 5}`` on a line of its input, and answers on a line of its output how many payments it
made, in which time and with how much CPU. They live through the whole run: connections, plans and caches stay warm.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Spurt:
    """What some processes did meanwhile: payments, the longest time and all CPU, without the server's."""

    done: int
    seconds: float
    cpu_s: float


@dataclass(frozen=True)
class Clients:
    """Some processes of one kind, waiting to be told."""

    processes: tuple["subprocess.Popen[str]", ...]

    def pay(self, seconds: float) -> Spurt:
        """Let all of them pay at once."""
        for process in self.processes:
            _tell(process, {"seconds": seconds})
        told = [_answer(process) for process in self.processes]
        return Spurt(
            done=sum(int(one["done"]) for one in told),
            seconds=max(one["seconds"] for one in told),
            cpu_s=sum(one["cpu_s"] for one in told),
        )


@contextmanager
def clients(
    module: str, tasks: Sequence[Mapping[str, object]], environment: Mapping[str, str]
) -> Iterator[Clients]:
    """Start a process of a module for each task; they end with the block."""
    started = tuple(
        subprocess.Popen(  # noqa: S603  (a module of our own)
            [sys.executable, "-m", module, json.dumps(task)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT, env={**os.environ, **environment},
        )
        for task in tasks
    )  # fmt: skip
    try:
        for process in started:
            _answer(process)  # it is ready
        yield Clients(started)
    finally:
        for process in started:
            process.communicate()  # closes its input, which ends it


def wait_and_pay(pay: Callable[[], int], *, most: int, prepare: Callable[[], None] = lambda: None) -> None:
    """In such a process: pay whenever told, at most so many at a time, until the input ends.

    ``pay`` says how many payments it made; ``prepare`` goes before and is not timed.
    """
    _say({"ready": 1})
    for line in sys.stdin:
        seconds = json.loads(line)["seconds"]
        prepare()
        cpu, begun, done = _cpu(), time.perf_counter(), 0
        while done < most and time.perf_counter() - begun < seconds:
            done += pay()
        _say({"done": done, "seconds": time.perf_counter() - begun, "cpu_s": _cpu() - cpu})


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _say(told: Mapping[str, float]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _tell(process: "subprocess.Popen[str]", order: Mapping[str, float]) -> None:
    assert process.stdin is not None  # noqa: S101  (it was opened above)
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()


def _answer(process: "subprocess.Popen[str]") -> dict[str, float]:
    assert process.stdout is not None  # noqa: S101  (it was opened above)
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a process of the measurement ended: {process.args!r}")
    answer: dict[str, float] = json.loads(line)
    return answer
