"""What comes of paying an amount: reckoned by the engine itself, on a copy that nobody keeps.

Nothing is assumed to be bought, given back or paid besides; the instalments of running plans are billed as agreed.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.allocation import Bucket, allocate_payment
from koumen.credit.rules.applying import apply, payment_order
from koumen.credit.rules.calendar import next_day
from koumen.credit.rules.counting import accrued_interest, accrued_late
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Happened, IssuedBill, Position, Standing
from koumen.credit.rules.turning import advance, post_accrued


@dataclass(frozen=True)
class Part:
    """What of a payment goes to one kind of debt of one bill; ``issued`` None: not billed yet."""

    issued: date | None
    bucket: Bucket
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Where an amount would go if it were paid now: parts in the order in which they are paid.

    ``recovered`` pays a debt that was written off, ``credit`` is more than is owed and stays the customer's.
    """

    parts: tuple[Part, ...]
    recovered_minor: int
    credit_minor: int


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What follows from paying on a day (None: not at all) up to the bill that names its cost.

    ``left`` and ``credit`` are of the moment after the payment, ``interest`` and ``late`` what is billed until then.
    ``bill`` is that bill; None when there will be none, since nothing is owed.
    """

    paid_on: date | None
    left_minor: int
    credit_minor: int
    interest_minor: int
    late_minor: int
    bill: IssuedBill | None

    @property
    def cost_minor(self) -> int:
        """Interest and late charges."""
        return self.interest_minor + self.late_minor


def preview(position: Position, parameters: Parameters, amount_minor: int, today: date) -> Preview:
    """Which debts an amount pays today, in the order of the account; the position stands at today."""
    copy = deepcopy(position)
    recovered = min(amount_minor, copy.written_off_minor)
    left = amount_minor - recovered
    if left > copy.posted_minor:
        post_accrued(copy, parameters, Happened(today))
    split = allocate_payment(copy.debts(), left, payment_order(copy, parameters, today))
    bills = list(copy.every_bill)
    return Preview(
        parts=tuple(
            Part(bills[place].issued, bucket, part) for (place, bucket), part in split.by_debt.items()
        ),
        recovered_minor=recovered,
        credit_minor=split.surplus_minor,
    )


def outlook(
    account: HeldAccount, amount_minor: int, *, today: date, paid_on: date | None, until: date
) -> Outlook:
    """Pay an amount on a day, or nothing, and let time pass up to a bill day; the account stands at today."""
    position, parameters = deepcopy(account.position), account.parameters
    happened = advance(position, parameters, paid_on or today)
    if paid_on:
        apply(position, parameters, _payment(amount_minor, paid_on), happened)
    left = position.posted_minor + accrued_interest(position, parameters) + accrued_late(position, parameters)
    credit = position.credit_minor
    happened.bills += advance(position, parameters, max(until, position.counted_to)).bills
    return Outlook(
        paid_on=paid_on,
        left_minor=left,
        credit_minor=credit,
        interest_minor=sum(bill.interest_minor for bill in happened.bills),
        late_minor=sum(bill.late_minor for bill in happened.bills),
        bill=happened.bills[-1] if happened.bills else None,
    )


def outlooks(account: HeldAccount, amount_minor: int, *, today: date) -> tuple[Outlook, ...]:
    """What follows from paying today, on the due day while it lies ahead, and not at all."""
    newest = account.position.newest
    due = newest.due if newest and newest.unpaid_minor and newest.standing is Standing.OPEN else None
    days = [today, *([due] if due and due > today else []), None]
    until = cost_is_billed_on(account.position, account.parameters)
    return tuple(outlook(account, amount_minor, today=today, paid_on=day, until=until) for day in days)


def cost_is_billed_on(position: Position, parameters: Parameters) -> date:
    """The next bill day; where a grace ends only after it, the first bill day on which its cost is known."""
    graces = [bill.judged_on for bill in position.bills if bill.standing is Standing.OPEN and bill.judged_on]
    following = next_day(position.counted_to, parameters.bill_day)
    last = max(graces, default=following)
    while following < last:
        following = next_day(following, parameters.bill_day)
    return following


def _payment(amount_minor: int, on: date) -> Activity:
    """Of the moment only the day counts here."""
    return Activity(
        activity_id=UUID(int=0),
        kind=ActivityKind.REPAYMENT,
        effective_at=datetime.combine(on, time(12)),
        on=on,
        amount_minor=amount_minor,
    )
