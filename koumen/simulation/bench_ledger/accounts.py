"""Accounts to measure on: many, alike, with one bill each, made by SQL; and what a payment to one of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Bill, Position
from koumen.credit.rules.stored import account_row, due_row

HERE = Path(__file__).resolve().parent
PREFIX = "01900000-0000-7000-8000-"
FIRST = 100_000_000_000  # twelve digits, the last group of a UUID
CURRENCY = "CNY"
INTEREST_MINOR, PRINCIPAL_MINOR = 4_000, 300_000
# Pays the interest and a part of what was bought: three places of the books, two movements.
PAYMENT_MINOR = 50_000


@dataclass(frozen=True, kw_only=True)
class Town:
    """So many accounts of one product, at one moment, on the branch's day ``today``."""

    accounts: int
    product_id: UUID
    parameters: Parameters
    today: date
    at: datetime

    def arguments(self) -> dict[str, Any]:
        """What the SQL beside this file is told."""
        bill = Bill(
            issued=self.today - timedelta(days=9),
            due=self.today + timedelta(days=11),
            judged_on=self.today + timedelta(days=15),
            unpaid={Bucket.INTEREST: INTEREST_MINOR, Bucket.PRINCIPAL: PRINCIPAL_MINOR},
            minimum_minor=PRINCIPAL_MINOR // 10 + INTEREST_MINOR,
        )
        position = Position(counted_to=self.today, due_day=self.parameters.due_day, bills=[bill])
        return {
            "prefix": PREFIX,
            "first": FIRST,
            "accounts": self.accounts,
            "product": self.product_id,
            "limit_minor": 2 * PRINCIPAL_MINOR,
            "opened": self.today - timedelta(days=400),
            "account": Jsonb(account_row(position, self.parameters)),
            "dues": Jsonb([due_row(one) for one in position.every_bill]),
            "currency": CURRENCY,
            "interest_minor": INTEREST_MINOR,
            "principal_minor": PRINCIPAL_MINOR,
            "at": self.at,
            "today": self.today,
        }


def account_id(place: int) -> UUID:
    """The account at a place, from 1 on."""
    return UUID(f"{PREFIX}{FIRST + place}")


def scattered(places: Sequence[int]) -> list[int]:
    """The same in an order without locality, as customers pay."""
    return sorted(places, key=lambda place: place * 2_654_435_761 % 2**32)  # Knuth's multiplicative hash


def settle(connection: "psycopg.Connection[Any]", town: Town) -> None:
    """Make the accounts; ``connection`` is a superuser's."""
    _run(connection, "accounts.sql", town)
    connection.execute("vacuum analyze")


def owe_again(connection: "psycopg.Connection[Any]", town: Town) -> None:
    """Between two rounds: every account owes again what it owed before, and what that leaves behind is cleared away.

    Else the server would clear it in the turn of whoever comes next.
    """
    with connection.transaction():
        _run(connection, "owing_again.sql", town)
    connection.execute("vacuum analyze credit_creditaccount, credit_due, ledger_account")


def _run(connection: "psycopg.Connection[Any]", name: str, town: Town) -> None:
    text = (HERE / name).read_text(encoding="utf-8")  # a file of our own, several statements
    psycopg.ClientCursor(connection).execute(text, town.arguments())
