"""A size to measure at: the databases with so many accounts, and the parts that pay to them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django.db import connections

from koumen.branch.queries import this_branch
from koumen.credit.commands import store_product_version
from koumen.credit.rules.parameters import Parameters
from koumen.embedded import supervisor
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.clock import local_date
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.simulation.bench_ledger.accounts import CURRENCY, Town, owe_again, settle
from koumen.simulation.bench_ledger.clients import PROJECT, Spurt, clients
from koumen.simulation.bench_ledger.floor import Floor, Statement, script
from koumen.simulation.bench_ledger.server import Server
from koumen.simulation.settling import Moment, open_the_branch

CLIENTS = 8  # processes, or connections of pgbench
CASH_ACCOUNTS = (
    200  # of as many agents: one account for all money would make all payments wait for each other
)
MOST_LINES = 100_000  # of a file: what a bank brings in a day for a million accounts

DJANGO, PGBENCH, HORDAK, BULK = "django", "pgbench", "hordak", "bulk"
HERE = "koumen.simulation.bench_ledger"
PAYER, HORDAK_PAYER, BULK_PAYER = f"{HERE}.payer", f"{HERE}.hordak", f"{HERE}.bulk"


def has_hordak() -> bool:
    """Whether the peer is installed here."""
    return find_spec("hordak") is not None


def _nothing() -> None:
    """Nothing to put right."""


@dataclass(frozen=True)
class Part:
    """What takes turns: ``pay`` for so many seconds; ``put_right`` goes after it and is not timed."""

    pay: Callable[[float], Spurt]
    put_right: Callable[[], None] = _nothing


@dataclass(frozen=True, kw_only=True)
class Place:
    """One size: a branch's database with so many accounts, and one with as many of django-hordak."""

    server: Server
    town: Town
    database: str
    hordak_database: str  # empty where django-hordak is not installed
    money_ids: range

    def fill(self) -> None:
        """Make the accounts of both."""
        with self.server.connect(self.database) as connection:
            settle(connection, self.town)
        if self.hordak_database:
            task = json.dumps({"accounts": self.town.accounts})
            subprocess.run(  # noqa: S603  (a module of our own)
                [sys.executable, "-m", HORDAK_PAYER, task], cwd=PROJECT, env=self._hordak, check=True
            )

    @contextmanager
    def parts(self, payment: Sequence[Statement], folder: Path) -> Iterator[dict[str, Part]]:
        """What takes turns here; ``payment`` are the statements of one."""
        size = self.town.accounts
        tasks = [
            {"place": place, "count": CLIENTS, "accounts": size, "money_ids": [*self.money_ids]}
            for place in range(CLIENTS)
        ]
        floor = Floor(
            folder=folder,
            database=self.database,
            role=self.server.role,
            socket=self.server.socket,
            script=script(payment, accounts=size, money_ids=self.money_ids),
            clients=CLIENTS,
        )
        file = {"accounts": size, "lines": min(size, MOST_LINES)}
        branch = {"KOUMEN_DATABASE": self.database}
        with (
            clients(PAYER, tasks, branch) as django,
            clients(BULK_PAYER, [file], branch) as bulk,
            clients(HORDAK_PAYER, tasks if self.hordak_database else [], self._hordak) as hordak,
        ):
            yield {
                f"{DJANGO}_{size}": Part(django.pay, self._owe_again),
                f"{PGBENCH}_{size}": Part(floor.pay, self._owe_again),
                f"{BULK}_{size}": Part(bulk.pay, self._owe_again),
                **({f"{HORDAK}_{size}": Part(hordak.pay)} if self.hordak_database else {}),
            }

    def _owe_again(self) -> None:
        """Let every account owe what it owed before."""
        with self.server.connect(self.database) as connection:
            owe_again(connection, self.town)

    @property
    def _hordak(self) -> dict[str, str]:
        return {
            **os.environ,
            "KOUMEN_BENCH_DATABASE": self.hordak_database,
            "KOUMEN_BENCH_HOST": str(self.server.socket),
            "KOUMEN_BENCH_USER": supervisor.BOOT_ROLE,
        }


def places(server: Server, sizes: tuple[int, int]) -> list[Place]:
    """Branch, product and money, made by the commands in the smaller database, of which the larger is a copy."""
    at = clock.now()
    open_the_branch(Moment(at=at, today=at.date()))
    today, parameters = local_date(at, this_branch().zone), Parameters()
    product = store_product_version(
        product="bench", currency=CURRENCY, parameters=parameters, actor=SYSTEM, at=at
    )
    cash = [
        account_for(kind=AccountKind.AGENT_CASH, owner_id=new_id(), currency=CURRENCY).id
        for _ in range(CASH_ACCOUNTS)
    ]
    connections.close_all()
    databases = [server.database, server.make("large", like=server.database)]
    return [
        Place(
            server=server,
            town=Town(accounts=size, product_id=product.id, parameters=parameters, today=today, at=at),
            database=database,
            hordak_database=server.make(f"hordak_{size}") if has_hordak() else "",
            money_ids=range(cash[0], cash[-1] + 1),
        )
        for size, database in zip(sizes, databases, strict=True)
    ]
