"""Measuring parts against each other: in one run, taking turns, so that a noisy machine is noisy for all of them.

A time alone says more about the machine than about the code; what is worth keeping is the ratio of two
parts of one run.
"""

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

WARM_UP = 3  # rounds that are not counted: fonts are read, plans made, caches filled


@dataclass(frozen=True)
class Part:
    """What is measured: ``act`` is timed with what ``prepare`` made for this round, which is not."""

    act: Callable[[Any], object]
    prepare: Callable[[int], Any] = lambda turn: turn


@dataclass(frozen=True)
class Timing:
    """How long a part took; ``spread`` is the middle half over the median: above 0.3 distrust the run."""

    n: int
    p50_ms: float
    p95_ms: float
    spread: float


@dataclass(frozen=True)
class Measurement:
    """One run: where, how long each part took, and what it means."""

    name: str
    machine: str
    timings: Mapping[str, Timing]
    ratios: Mapping[str, float]
    rates: Mapping[str, float]

    def plain(self) -> dict[str, Any]:
        """The run as JSON holds it."""
        return asdict(self)


def take_turns(parts: Mapping[str, Part], *, rounds: int) -> dict[str, Timing]:
    """Time every part once a round; who begins changes from round to round."""
    names = list(parts)
    took: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(WARM_UP + rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            prepared = parts[name].prepare(turn)
            begun = time.perf_counter()
            parts[name].act(prepared)
            seconds = time.perf_counter() - begun
            if turn >= WARM_UP:
                took[name].append(seconds * 1000)
    return {name: timing_of(times) for name, times in took.items()}


def machine() -> str:
    """The machine in one line; without its name."""
    model = next((line for line in _cpu_lines() if line.startswith("model name")), "").partition(":")[2]
    cores = len(os.sched_getaffinity(0))
    return f"{model.strip() or platform.machine()}, {cores} cores, Linux, Python {platform.python_version()}"


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def timing_of(times: list[float]) -> Timing:
    """Of the milliseconds that something took, each time."""
    cuts = quantiles(times, n=20, method="inclusive")
    middle = median(times)
    return Timing(
        n=len(times),
        p50_ms=round(middle, 3),
        p95_ms=round(cuts[18], 3),
        spread=round((cuts[14] - cuts[4]) / middle, 3),
    )
