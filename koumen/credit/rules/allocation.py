"""Which debt is paid first: an order is a named, versioned table, and a payment keeps the order it was spread by.

``default-1``: the oldest bill first, and within it the instalments that are due, interest, late charge, other
fees, then what was bought; then what is not billed yet; the surplus is the customer's.
``principal-first-1``: principal of all bills, then interest, then charges (Chinese rule for personal loans that
are more than 90 days overdue).
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from koumen.kit.errors import Invalid
from koumen.ledger.rules.chart import AccountKind

K = TypeVar("K", bound=Hashable)


class Bucket(StrEnum):
    """The kinds of debt on a bill."""

    INSTALMENT = "instalment"  # principal of instalments that are due
    INSTALMENT_FEE = "instalment_fee"
    INTEREST = "interest"
    LATE = "late"
    FEE = "fee"
    PRINCIPAL = "principal"  # what was bought and is paid by the minimum or carried over


RECEIVABLE = {
    Bucket.INSTALMENT: AccountKind.PRINCIPAL,
    Bucket.INSTALMENT_FEE: AccountKind.FEE,
    Bucket.INTEREST: AccountKind.INTEREST,
    Bucket.LATE: AccountKind.LATE,
    Bucket.FEE: AccountKind.FEE,
    Bucket.PRINCIPAL: AccountKind.PRINCIPAL,
}


@dataclass(frozen=True)
class Order:
    """Buckets from first to last; by bill (all of the oldest, then the next) or by bucket across the bills."""

    buckets: tuple[Bucket, ...]
    is_by_bill: bool

    def place(self, bucket: Bucket) -> int:
        """Where a bucket stands."""
        return self.buckets.index(bucket)


ORDERS = {
    "default-1": Order(tuple(Bucket), is_by_bill=True),
    "principal-first-1": Order(
        (
            *(Bucket.INSTALMENT, Bucket.PRINCIPAL, Bucket.INTEREST),
            *(Bucket.LATE, Bucket.FEE, Bucket.INSTALMENT_FEE),
        ),
        is_by_bill=False,
    ),
}


@dataclass(frozen=True)
class Debt(Generic[K]):
    """What is unpaid of one bucket of one bill; ``issued`` is None when not yet billed."""

    key: K
    issued: date | None
    bucket: Bucket
    unpaid_minor: int


@dataclass(frozen=True, kw_only=True)
class Allocation(Generic[K]):
    """Where an amount went: by debt, by bucket, and what was left over."""

    by_debt: dict[K, int]
    by_bucket: dict[Bucket, int]
    surplus_minor: int


def order_named(name: str) -> Order:
    """A payment order by its version. Raises Invalid("allocation-unknown")."""
    if name not in ORDERS:
        raise Invalid("allocation-unknown", field="allocation", value=name[:40])
    return ORDERS[name]


def allocate_payment(
    debts: Sequence[Debt[K]], amount_minor: int, order: Order = ORDERS["default-1"]
) -> Allocation[K]:
    """Spread a payment over debts in an order; what is not billed yet comes last in every order."""

    def key(debt: Debt[K]) -> tuple[bool, object, object]:
        issued, place = debt.issued or date.max, order.place(debt.bucket)
        return debt.issued is None, *((issued, place) if order.is_by_bill else (place, issued))

    return _spread(debts, amount_minor, key)


def allocate_refund(debts: Sequence[Debt[K]], amount_minor: int) -> Allocation[K]:
    """Spread something given back: what is not billed first, then bills from the oldest; principal before the rest."""

    def key(debt: Debt[K]) -> tuple[bool, date, int]:
        return debt.issued is not None, debt.issued or date.max, -ORDERS["default-1"].place(debt.bucket)

    return _spread(debts, amount_minor, key)


def _spread(debts: Sequence[Debt[K]], amount_minor: int, order: Callable[[Debt[K]], object]) -> Allocation[K]:
    left = amount_minor
    by_debt: dict[K, int] = {}
    by_bucket: dict[Bucket, int] = {}
    for debt in sorted(debts, key=order):  # type: ignore[arg-type]  # every key is a tuple of comparable things
        part = min(left, debt.unpaid_minor)
        if part <= 0:
            continue
        by_debt[debt.key] = by_debt.get(debt.key, 0) + part
        by_bucket[debt.bucket] = by_bucket.get(debt.bucket, 0) + part
        left -= part
    return Allocation(by_debt=by_debt, by_bucket=by_bucket, surplus_minor=left)
