"""Until when a purchase costs nothing, and what has come of it since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.calendar import billed_on, due_on
from koumen.credit.rules.position import Bill, Position, Standing


class Running(StrEnum):
    """What a purchase costs today."""

    FREE = "free"  # nothing, if its bill is paid in full by the due day
    GRACE = "grace"  # the due day has passed, the grace not yet
    BEARING = "bearing"  # interest runs, or a late charge
    PAID = "paid"


@dataclass(frozen=True, kw_only=True)
class InterestFree:
    """The bill of a purchase, its due day, the last day on which paying costs nothing, and the days left of it."""

    running: Running
    billed: date
    due: date
    until: date
    days: int
    days_left: int


def interest_free(
    on: date, *, bills: Sequence[tuple[date, date]], position: Position, bill_day: int, today: date
) -> InterestFree:
    """How long a purchase that counts from a day is free; ``bills`` are (issued, due), oldest first.

    Payments are spread over bills, not over purchases: it is paid when its bill is.
    """
    made = next(((issued, due) for issued, due in bills if issued > on), None)
    issued = made[0] if made else billed_on(on, bill_day)
    due = made[1] if made else due_on(issued, position.due_day)
    bill = _bill(position, issued) if made else position.unbilled
    running = _running(bill, due, today)
    until = (
        bill.judged_on - timedelta(days=1) if bill and bill.judged_on and running is Running.GRACE else due
    )
    return InterestFree(
        running=running,
        billed=issued,
        due=due,
        until=until,
        days=(due - on).days,
        days_left=max(0, (until - today).days) if running in {Running.FREE, Running.GRACE} else 0,
    )


def _bill(position: Position, issued: date) -> Bill | None:
    return next((bill for bill in position.bills if bill.issued == issued), None)


def _running(bill: Bill | None, due: date, today: date) -> Running:
    if bill is None or not bill.unpaid.get(Bucket.PRINCIPAL, 0):
        return Running.PAID
    if bill.standing is not Standing.OPEN:
        return Running.BEARING
    return Running.FREE if today <= due else Running.GRACE
