"""What is unpaid of a bill that was made, and what that means today."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from koumen.credit.rules.position import Position, Standing


class BillState(StrEnum):
    """What a person should know first about a bill."""

    NOTHING = "nothing"  # nothing was to be paid
    PAID = "paid"
    OPEN = "open"  # to be paid, and still free
    GRACE = "grace"  # past its due day, but paying in full still costs nothing
    CARRIED = "carried"  # the minimum was paid, the rest bears interest
    LATE = "late"  # not even the minimum was paid
    NEWER = "newer"  # what is unpaid of it stands on a newer bill


@dataclass(frozen=True, kw_only=True)
class BillStanding:
    """What is unpaid now of a bill, of its minimum, and until when paying all of it costs nothing (if it can)."""

    state: BillState
    unpaid_minor: int
    minimum_minor: int
    free_until: date | None


def bill_standing(
    position: Position, *, issued: date, balance_minor: int, is_newest: bool, today: date
) -> BillStanding:
    """How a bill stands: what it asked for includes what was unpaid of the bills before it."""
    asked = [bill for bill in position.bills if bill.issued and bill.issued <= issued and bill.unpaid_minor]
    unpaid = sum(bill.unpaid_minor for bill in asked)
    own = next((bill for bill in position.bills if bill.issued == issued), None)
    state, free_until = BillState.PAID if balance_minor > 0 else BillState.NOTHING, None
    if unpaid and not is_newest:
        state = BillState.NEWER
    elif any(bill.standing is Standing.LATE for bill in asked):
        state = BillState.LATE
    elif unpaid and own and own.due and own.judged_on and own.standing is Standing.OPEN:
        state = BillState.OPEN if today <= own.due else BillState.GRACE
        last = own.due if state is BillState.OPEN else own.judged_on - timedelta(days=1)
        free_until = last if asked == [own] else None
    elif unpaid:
        state = BillState.CARRIED
    minimum = own.minimum_minor if own and is_newest else 0
    return BillStanding(state=state, unpaid_minor=unpaid, minimum_minor=minimum, free_until=free_until)
