"""What is owed at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from koumen.credit.rules.allocation import Debt
from koumen.credit.rules.calendar import billed_on, due_on
from koumen.credit.rules.minimum import unpaid_minimum
from koumen.credit.rules.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What a customer may choose to pay: the minimum, this bill, or all.

    ``bill`` is all that was billed and is unpaid; ``interest_free_until`` the last day on which paying
    the bill costs nothing, None when it has passed or nothing is owed.
    """

    account_id: UUID
    account_version: int
    currency: str
    minimum_minor: int
    bill_minor: int
    all_minor: int
    due_date: date | None
    interest_free_until: date | None
    statement_id: UUID | None
    credit_balance_minor: int
    reported_lateness: int | None


@dataclass(frozen=True, kw_only=True)
class LastBill:
    """The newest statement, as far as what is owed depends on it."""

    statement_id: UUID
    issued_date: date
    due_date: date
    balance_minor: int
    minimum_minor: int


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """The amounts and dates that follow from debts, the newest statement and the day."""

    minimum_minor: int
    bill_minor: int
    all_minor: int
    due_date: date | None
    interest_free_until: date | None


def reckon(debts: Sequence[Debt], bill: LastBill | None, parameters: Parameters, today: date) -> Reckoned:
    """Minimum, bill, all and their dates."""
    every = sum(debt.unpaid_minor for debt in debts)
    billed = sum(debt.unpaid_minor for debt in debts if debt.issued is not None)
    if bill is None or not billed:
        return Reckoned(
            minimum_minor=0,
            bill_minor=0,
            all_minor=every,
            due_date=None,
            interest_free_until=_next_due(parameters, today) if every else None,
        )
    minimum = unpaid_minimum(
        minimum_minor=bill.minimum_minor, balance_minor=bill.balance_minor, unpaid_minor=billed
    )
    older = any(
        debt.issued is not None and debt.issued < bill.issued_date and debt.unpaid_minor for debt in debts
    )
    return Reckoned(
        minimum_minor=minimum,
        bill_minor=billed,
        all_minor=every,
        due_date=bill.due_date,
        interest_free_until=None if older or today > bill.due_date else bill.due_date,
    )


def _next_due(parameters: Parameters, today: date) -> date:
    """When what is not billed yet will be due."""
    return due_on(billed_on(today, parameters.bill_day), parameters.due_day)
