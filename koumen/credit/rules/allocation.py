"""Which debt is paid first: the oldest statement, and within it interest, late charge, fee, principal.

Then what is not billed yet, then the surplus is the customer's. A lender's law may name another order;
the order is one table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Bucket(StrEnum):
    """The kinds of debt, named as the ledger's receivables."""

    INTEREST = "interest"
    LATE = "late"
    FEE = "fee"
    PRINCIPAL = "principal"


ORDER = {bucket: place for place, bucket in enumerate(Bucket)}


@dataclass(frozen=True)
class Debt:
    """What is unpaid of one bucket of one statement; ``issued`` is None when not yet billed."""

    key: int
    issued: date | None
    bucket: Bucket
    unpaid_minor: int


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """Where an amount went: by debt, by bucket, and what was left over."""

    by_debt: dict[int, int]
    by_bucket: dict[Bucket, int]
    surplus_minor: int


def allocate_payment(debts: Sequence[Debt], amount_minor: int) -> Allocation:
    """Spread a payment over debts in the order above."""
    return _spread(debts, amount_minor, _payment_order)


def allocate_refund(debts: Sequence[Debt], amount_minor: int) -> Allocation:
    """Spread something given back: what is not billed first, then bills from the oldest; principal before the rest."""
    return _spread(debts, amount_minor, _refund_order)


def _payment_order(debt: Debt) -> tuple[bool, date, int]:
    return debt.issued is None, debt.issued or date.max, ORDER[debt.bucket]


def _refund_order(debt: Debt) -> tuple[bool, date, int]:
    return debt.issued is not None, debt.issued or date.max, -ORDER[debt.bucket]


def _spread(
    debts: Sequence[Debt], amount_minor: int, order: Callable[[Debt], tuple[bool, date, int]]
) -> Allocation:
    left = amount_minor
    by_debt: dict[int, int] = {}
    by_bucket: dict[Bucket, int] = {}
    for debt in sorted(debts, key=order):
        part = min(left, debt.unpaid_minor)
        if part <= 0:
            continue
        by_debt[debt.key] = part
        by_bucket[debt.bucket] = by_bucket.get(debt.bucket, 0) + part
        left -= part
    return Allocation(by_debt=by_debt, by_bucket=by_bucket, surplus_minor=left)
