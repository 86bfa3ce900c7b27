"""Counting days: each day's closing balance once, so that a payment of the day already counts."""

from datetime import date

from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.parameters import LateMode, Parameters, RevolvingBase
from koumen.credit.rules.position import Bill, Position, Standing
from koumen.kit.rate import half_up


def count(position: Position, parameters: Parameters, until: date) -> None:
    """Count the days from ``counted_to`` to ``until``, which is not counted; no bill is made or judged between."""
    cuts = {bill.due for bill in position.bills if bill.due} | {position.late_paused_until}
    marks = sorted(cut for cut in cuts if cut and position.counted_to < cut < until)
    for mark in (*marks, until):
        if mark > position.counted_to:
            _count_span(position, parameters, (mark - position.counted_to).days)
            position.counted_to = mark


def _count_span(position: Position, parameters: Parameters, days: int) -> None:
    """Count days over which nothing changes, not even which bills are past their due day."""
    since = position.counted_to
    from_posting = parameters.revolving_base == RevolvingBase.ALL_FROM_POSTING
    past_due = [bill for bill in position.bills if _is_past_due(bill, since)]
    for bill in position.every_bill:
        if _is_past_due(bill, since):
            bill.principal_days += days * bill.principal_minor
        elif from_posting:
            bill.principal_days += days * bill.unpaid.get(Bucket.PRINCIPAL, 0)
    if parameters.late_mode == LateMode.DAILY_ON_OVERDUE:
        _count_overdue(position, past_due, days)


def _count_overdue(position: Position, past_due: list[Bill], days: int) -> None:
    """The overdue part of the principal bears the late charge and no interest.

    It is what is unpaid of the newest minimum, which contains the earlier ones. A bill still in its grace is
    counted apart, since it may turn out not to be late.
    """
    charged = not is_late_paused(position, position.counted_to)
    judged = [bill for bill in past_due if bill.standing is not Standing.OPEN]
    overdue = min(judged[-1].minimum_minor, sum(bill.principal_minor for bill in judged)) if judged else 0
    if judged:
        _add_overdue(judged[-1], days * overdue, charged=charged)
    for bill in past_due:
        if bill.standing is Standing.OPEN:
            part = min(bill.principal_minor, max(0, bill.minimum_minor - overdue))
            _add_overdue(bill, days * part, charged=charged)


def _add_overdue(bill: Bill, money_days: int, *, charged: bool) -> None:
    bill.relieved_days += money_days
    bill.overdue_days += money_days if charged else 0


def is_late_paused(position: Position, on: date) -> bool:
    """Whether late charges rest (a hardship pause)."""
    return position.late_paused_until is not None and on < position.late_paused_until


def accrued_interest(position: Position, parameters: Parameters) -> int:
    """The interest of judged bills that is not posted yet; while a bill is in its grace it may still be free."""
    judged = [bill for bill in position.bills if bill.standing is not Standing.OPEN]
    return half_up(
        sum(bill.principal_days - bill.relieved_days for bill in judged) * parameters.daily_interest
    )


def accrued_late(position: Position, parameters: Parameters) -> int:
    """The daily late charges that are not posted yet, under the cap of one bill."""
    days = sum(bill.overdue_days for bill in position.bills if bill.standing is Standing.LATE)
    return under_cap(position, parameters, half_up(days * parameters.daily_late))


def under_cap(position: Position, parameters: Parameters, charge_minor: int) -> int:
    """A late charge as far as the cap of one bill leaves room (a cap of 0 is none)."""
    if not parameters.late_cap_minor:
        return charge_minor
    return min(charge_minor, max(0, parameters.late_cap_minor - position.late_since_bill_minor))


def _is_past_due(bill: Bill, on: date) -> bool:
    return bill.due is not None and bill.due <= on
