"""What is owed at a moment."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.calendar import billed_on, due_on
from koumen.credit.rules.counting import accrued_interest, accrued_late
from koumen.credit.rules.position import Position, Standing


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What a customer may choose to pay: the minimum, this bill, or all.

    ``bill`` is all that was billed and is unpaid; ``all`` adds what is not billed yet and ``accrued``, the interest
    and late charges up to today, but no instalment to come (``future``). ``interest_free_until`` is the last day on
    which paying the bill costs nothing, None when it has passed or nothing is owed. ``is_late``: of some bill not even
    the minimum was paid in time, and something of it is unpaid.
    """

    account_id: UUID
    account_version: int
    currency: str
    minimum_minor: int
    bill_minor: int
    all_minor: int
    accrued_minor: int
    future_minor: int
    due_date: date | None
    interest_free_until: date | None
    credit_balance_minor: int
    reported_lateness: int | None
    is_late: bool


def owed_by(account: HeldAccount, today: date) -> Owed:
    """What is owed by an account whose position stands at today."""
    position, parameters = account.position, account.parameters
    accrued = accrued_interest(position, parameters) + accrued_late(position, parameters)
    newest = position.newest
    billed = position.billed_minor
    return Owed(
        account_id=account.account_id,
        account_version=account.version,
        currency=account.currency,
        minimum_minor=newest.minimum_minor if newest else 0,
        bill_minor=billed,
        all_minor=position.posted_minor + accrued,
        accrued_minor=accrued,
        future_minor=position.future_minor,
        due_date=newest.due if newest and billed else None,
        interest_free_until=_free_until(position, parameters.bill_day, today),
        credit_balance_minor=position.credit_minor,
        reported_lateness=account.reported_lateness,
        is_late=any(bill.standing is Standing.LATE and bill.unpaid_minor for bill in position.bills),
    )


def _free_until(position: Position, bill_day: int, today: date) -> date | None:
    """The due day, then the end of the grace; of what is not billed yet the due day to come."""
    newest = position.newest
    if not newest or not position.billed_minor:
        return due_on(billed_on(today, bill_day), position.due_day) if position.posted_minor else None
    is_carried = any(bill.unpaid_minor and bill.standing is not Standing.OPEN for bill in position.bills)
    if is_carried or newest.due is None or newest.judged_on is None:
        return None
    return newest.due if today <= newest.due else newest.judged_on - timedelta(days=1)
