"""The lines of a bill, in the order in which a person reads them: from the bill before to this one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Line(StrEnum):
    """What a line of a bill is about."""

    BEFORE = "before"
    BOUGHT = "bought"
    GIVEN_BACK = "given_back"
    PAID = "paid"
    INTEREST = "interest"
    LATE = "late"
    PLAN_CHARGES = "plan_charges"
    INSTALMENTS = "instalments"
    INTO_PLANS = "into_plans"
    OTHERS = "others"
    CORRECTIONS = "corrections"


@dataclass(frozen=True)
class BillLine:
    """One line: what is added (positive) or taken off."""

    line: Line
    amount_minor: int


def bill_lines(bill: Mapping[str, int], *, future_before_minor: int) -> tuple[BillLine, ...]:
    """The lines of a bill whose sum is its balance; ``bill`` has the columns of Statement by name.

    What was put into instalments leaves the bill and comes back month by month, so both are lines. Lines of zero are
    left out, except what was carried over.
    """
    moved = future_before_minor - bill["future_minor"]
    amounts = {
        Line.BOUGHT: bill["purchases_minor"],
        Line.GIVEN_BACK: -bill["refunds_minor"],
        Line.PAID: -bill["payments_minor"],
        Line.INTEREST: bill["interest_minor"],
        Line.LATE: bill["late_minor"],
        Line.PLAN_CHARGES: bill["plan_charges_minor"],
        Line.INSTALMENTS: bill["instalments_minor"],
        Line.INTO_PLANS: moved - bill["instalments_minor"],
        Line.OTHERS: bill["others_minor"],
        Line.CORRECTIONS: bill["corrections_minor"],
    }
    before = BillLine(Line.BEFORE, bill["balance_minor"] - sum(amounts.values()))
    return (before, *(BillLine(line, amount) for line, amount in amounts.items() if amount))


COLUMNS = (
    *("balance_minor", "minimum_minor", "future_minor", "purchases_minor", "refunds_minor", "payments_minor"),
    *("interest_minor", "late_minor", "plan_charges_minor", "instalments_minor", "others_minor"),
    "corrections_minor",
)
