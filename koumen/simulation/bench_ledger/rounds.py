"""Rounds in which the parts take turns at two sizes, and what they mean."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connections

from koumen.simulation.bench_ledger.accounts import account_id
from koumen.simulation.bench_ledger.floor import overhear
from koumen.simulation.bench_ledger.payer import payer
from koumen.simulation.bench_ledger.places import (
    BULK,
    CLIENTS,
    DJANGO,
    HORDAK,
    PGBENCH,
    Part,
    has_hordak,
    places,
)
from koumen.simulation.bench_ledger.server import Server
from koumen.simulation.measuring import machine

SIZES, QUICK_SIZES = (10_000, 1_000_000), (10_000, 50_000)
ROUNDS, QUICK_ROUNDS = 5, 2
SECONDS, QUICK_SECONDS = 5, 1
WARM_UP = 1  # rounds that are not counted


@dataclass(frozen=True)
class Turn:
    """What one part did in its turn."""

    tps: float
    cpu_ms: float
    done: int


@dataclass(frozen=True)
class Rate:
    """How fast a part was at one size; ``spread`` is the middle half of the rounds over their median.

    ``cpu_ms`` for each payment: the processes that pay, and the whole server.
    """

    tps: float
    spread: float
    cpu_ms: float
    n: int
    rounds: int


@dataclass(frozen=True, kw_only=True)
class LedgerMeasurement:
    """One run: where, how fast each part was at each size, and what it means."""

    name: str
    machine: str
    clients: int
    sizes: tuple[int, ...]
    parts: Mapping[str, Rate]
    ratios: Mapping[str, float]
    bulk_per_s: float
    left_out: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """The run as JSON holds it."""
        return asdict(self)


def measure(server: Server, say: Callable[[str], None], *, quick: bool = False) -> LedgerMeasurement:
    """Let the real command, its SQL alone, django-hordak and the import of files record payments in turns.

    At two sizes; who begins changes from round to round.
    """
    sizes = QUICK_SIZES if quick else SIZES
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (ROUNDS, SECONDS)
    all_places = places(server, sizes)
    for place in all_places:
        say(f"  {place.town.accounts:,} accounts")
        place.fill()
    payment = overhear(payer([account_id(2), account_id(1)], all_places[0].money_ids[:1]))
    connections.close_all()
    turns: dict[str, list[Turn]] = defaultdict(list)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="koumen-bench-")))
        parts: dict[str, Part] = {}
        for place in all_places:
            parts |= stack.enter_context(place.parts(payment, folder))
        for turn in range(WARM_UP + rounds):
            say(f"  round {turn} of {rounds}")
            first = turn % len(parts)
            for name in [*parts][first:] + [*parts][:first]:
                did = _timed(server, parts[name], seconds)
                say(f"    {name}: {did.tps:.0f} payments/s, {did.cpu_ms:.2f} ms of CPU each")
                if turn >= WARM_UP:
                    turns[name].append(did)
    rates = {name: _rate(did) for name, did in turns.items()}
    return LedgerMeasurement(
        name="ledger",
        machine=machine(),
        clients=CLIENTS,
        sizes=sizes,
        parts=rates,
        ratios=_ratios(turns, sizes),
        bulk_per_s=min(rates[f"{BULK}_{size}"].tps for size in sizes),
        left_out=() if has_hordak() else ("django-hordak is not installed: make bench-environment",),
    )


def _timed(server: Server, part: Part, seconds: float) -> Turn:
    before = server.cpu_s()
    did = part.pay(seconds)
    cpu_s = did.cpu_s + server.cpu_s() - before
    part.put_right()
    return Turn(did.done / did.seconds, 1000 * cpu_s / did.done, did.done)


def _rate(turns: list[Turn]) -> Rate:
    tps = [turn.tps for turn in turns]
    low, middle, high = quantiles(tps, n=4, method="inclusive")
    return Rate(
        tps=round(middle, 1),
        spread=round((high - low) / middle, 3),
        cpu_ms=round(median(turn.cpu_ms for turn in turns), 3),
        n=sum(turn.done for turn in turns),
        rounds=len(turns),
    )


def _ratios(turns: Mapping[str, list[Turn]], sizes: tuple[int, int]) -> dict[str, float]:
    """Medians of the ratios within a round; of two sizes the lower one."""

    def between(one: str, other: str) -> float:
        pairs = zip(turns[one], turns[other], strict=True)
        return round(median(own.tps / of.tps for own, of in pairs), 3)

    def lower(one: str, other: str) -> float:
        return min(between(f"{one}_{size}", f"{other}_{size}") for size in sizes)

    small, large = sizes
    ratios = {
        "django_to_pgbench": lower(DJANGO, PGBENCH),
        "bulk_to_single": lower(BULK, DJANGO),
        "growth_1m_to_10k": between(f"{DJANGO}_{large}", f"{DJANGO}_{small}"),
    }
    return ratios | ({"django_to_hordak": lower(DJANGO, HORDAK)} if has_hordak() else {})
