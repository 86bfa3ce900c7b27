"""What may be posted: amounts from one account to another, each above zero."""

from collections.abc import Sequence
from dataclasses import dataclass

from koumen.kit.errors import Invalid

# Ten thousand billion of the smallest unit; above it a number is a mistake, and sums stay far inside 64 bits.
MOST_MINOR = 10**15


@dataclass(frozen=True)
class Line:
    """One amount that goes from the credited to the debited account; ids of ledger accounts."""

    debit_id: int
    credit_id: int
    amount_minor: int


def check_amount(amount_minor: int) -> None:
    """Raises Invalid("amount-not-positive") or Invalid("amount-too-large")."""
    if amount_minor <= 0:
        raise Invalid("amount-not-positive", field="amount", value=str(amount_minor)[:40])
    if amount_minor > MOST_MINOR:
        raise Invalid("amount-too-large", field="amount", value=str(amount_minor)[:40])


def check_lines(lines: Sequence[Line]) -> None:
    """Raises Invalid("entry-empty"), Invalid("movement-one-sided") or what check_amount raises."""
    if not lines:
        raise Invalid("entry-empty", field="lines")
    for line in lines:
        check_amount(line.amount_minor)
        if line.debit_id == line.credit_id:
            raise Invalid("movement-one-sided", field="lines", account=line.debit_id)


def turned(lines: Sequence[Line]) -> list[Line]:
    """The same amounts the other way: what a reversal posts."""
    return [
        Line(debit_id=line.credit_id, credit_id=line.debit_id, amount_minor=line.amount_minor)
        for line in lines
    ]
