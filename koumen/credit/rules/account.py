"""An account with its position, as one reading of the database gives it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Position
from koumen.credit.rules.stored import Row, position_of


@dataclass(slots=True, kw_only=True)
class HeldAccount:
    """One account; while a command holds it, its position is the command's to move.

    ``due_rows`` are the rows as they were read, by issue date (None: not billed).
    """

    account_id: UUID
    number: str
    customer_id: UUID
    currency: str
    parameters: Parameters
    limit_minor: int
    state: str  # states.AccountState
    version: int
    opened_date: date
    reported_lateness: int | None
    position: Position
    last_effective_at: datetime | None
    due_rows: Mapping[str | None, Row]
    plan_rows: Mapping[UUID, Row]


@dataclass(frozen=True, slots=True)
class Terms:
    """What an account has of the version of its product, which never changes."""

    currency: str
    parameters: Parameters


def held_account(doc: Mapping[str, Any], terms: Terms) -> HeldAccount:
    """From what the database's function read_credit_account tells, and what its product says."""
    account = doc["account"]
    last = account["last_effective_at"]
    return HeldAccount(
        account_id=UUID(account["id"]),
        number=account["number"],
        customer_id=UUID(account["customer_id"]),
        currency=terms.currency,
        parameters=terms.parameters,
        limit_minor=account["limit_minor"],
        state=account["state"],
        version=account["version"],
        opened_date=date.fromisoformat(account["opened_date"]),
        reported_lateness=account["reported_lateness"],
        position=position_of(account, doc["dues"], doc["plans"], doc["credit_minor"]),
        last_effective_at=datetime.fromisoformat(last) if last else None,
        due_rows={row["issued_date"]: row for row in doc["dues"]},
        plan_rows={UUID(row["id"]): row for row in doc["plans"]},
    )
