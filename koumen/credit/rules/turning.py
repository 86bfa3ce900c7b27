"""What a day brings by itself: a grace ends, a bill is made."""

from collections.abc import Mapping
from datetime import date, timedelta

from koumen.credit.rules.allocation import RECEIVABLE, Bucket, allocate_payment, order_named
from koumen.credit.rules.calendar import due_on, next_day
from koumen.credit.rules.counting import (
    accrued_interest,
    accrued_late,
    count,
    is_late_paused,
    under_cap,
)
from koumen.credit.rules.minimum import minimum_payment
from koumen.credit.rules.parameters import LateMode, Parameters
from koumen.credit.rules.position import Bill, Happened, IssuedBill, Position, RunningPlan, Standing
from koumen.kit.rate import share
from koumen.ledger.rules.chart import AccountKind


def advance(position: Position, parameters: Parameters, until: date) -> Happened:
    """Let time pass to the beginning of a day: count, judge and bill whatever lies between."""
    happened = Happened(position.counted_to)
    while (turn := next_turn(position, parameters)) <= until:
        count(position, parameters, turn)
        happened.today = turn
        _judge(position, parameters, happened)
        if turn.day == parameters.bill_day:
            issue(position, parameters, happened)
    count(position, parameters, until)
    return happened


def next_turn(position: Position, parameters: Parameters) -> date:
    """The next day on which something happens by itself: a bill day, or the end of a grace."""
    graces = [bill.judged_on for bill in position.bills if bill.standing is Standing.OPEN and bill.judged_on]
    return min([next_day(position.counted_to, parameters.bill_day), *graces])


def reduce(position: Position, parts: Mapping[tuple[int, Bucket], int]) -> None:
    """Take amounts off debts; what comes off a bill counts for its minimum and for that of every later bill."""
    bills = list(position.every_bill)
    for (place, bucket), part in parts.items():
        bills[place].take(bucket, part)
        for later in position.bills[place:]:
            later.minimum_minor = max(0, later.minimum_minor - part)


def use_credit(position: Position, parameters: Parameters, happened: Happened) -> None:
    """Pay debts from the credit balance."""
    if not position.credit_minor or not position.posted_minor:
        return
    split = allocate_payment(position.debts(), position.credit_minor, order_named(parameters.allocation))
    for bucket, part in split.by_bucket.items():
        happened.post(AccountKind.CREDIT_BALANCE, RECEIVABLE[bucket], part)
    reduce(position, split.by_debt)
    position.credit_minor = split.surplus_minor


def post_accrued(position: Position, parameters: Parameters, happened: Happened) -> None:
    """Post the interest and daily late charges of judged bills as debts not billed yet; rounded here, once."""
    interest, late = accrued_interest(position, parameters), accrued_late(position, parameters)
    for bill in position.bills:
        if bill.standing is not Standing.OPEN:
            bill.forget_days()
    _charge(position, Bucket.INTEREST, interest, happened)
    _charge(position, Bucket.LATE, late, happened)
    position.interest_since_bill_minor += interest
    position.late_since_bill_minor += late
    position.bills = [bill for bill in position.bills if not _is_done(bill)]


def _judge(position: Position, parameters: Parameters, happened: Happened) -> None:
    """A grace has ended: paid in full costs nothing, paid the minimum bears interest, less is late."""
    opened = (bill for bill in position.bills if bill.standing is Standing.OPEN)
    due = [bill for bill in opened if bill.judged_on and bill.judged_on <= happened.today]
    if due:
        use_credit(position, parameters, happened)
    for bill in due:
        if not bill.unpaid_minor:
            bill.forget_days()
            bill.standing = Standing.REVOLVING
        elif bill.minimum_minor:
            bill.standing = Standing.LATE
            _charge_once(position, parameters, bill, happened)
        else:
            bill.standing = Standing.REVOLVING
            bill.relieved_days = bill.overdue_days = 0
    position.bills = [bill for bill in position.bills if not _is_done(bill)]


def _charge_once(position: Position, parameters: Parameters, bill: Bill, happened: Happened) -> None:
    """The late charge that is a part of the unpaid minimum, where the product has that mode."""
    assert bill.judged_on is not None  # noqa: S101  (a bill that is judged has its day)
    if parameters.late_mode != LateMode.PCT_OF_UNPAID_MIN or is_late_paused(position, bill.judged_on):
        return
    late = under_cap(position, parameters, share(bill.minimum_minor, parameters.late_share))
    _charge(position, Bucket.LATE, late, happened)
    position.late_since_bill_minor += late


def _is_done(bill: Bill) -> bool:
    """Nothing unpaid, judged, and no day left to post."""
    return (
        not bill.unpaid_minor
        and bill.standing is not Standing.OPEN
        and not (bill.principal_days or bill.relieved_days or bill.overdue_days)
    )


_INCOME = {Bucket.INTEREST: AccountKind.INTEREST_INCOME, Bucket.LATE: AccountKind.LATE_INCOME}


def _charge(position: Position, bucket: Bucket, amount_minor: int, happened: Happened) -> None:
    position.unbilled.add(bucket, amount_minor)
    happened.post(RECEIVABLE[bucket], _INCOME.get(bucket, AccountKind.FEE_INCOME), amount_minor)


def issue(position: Position, parameters: Parameters, happened: Happened) -> None:
    """Make the bill of a day: interest and late charges are posted, instalments fall due, a minimum is set.

    An account without debt, credit, plan or anything that happened gets none.
    """
    post_accrued(position, parameters, happened)
    interest, late = position.interest_since_bill_minor, position.late_since_bill_minor
    settled = position.plan_charges_since_bill_minor
    position.interest_since_bill_minor = position.late_since_bill_minor = 0
    position.plan_charges_since_bill_minor = 0
    if not (position.posted_minor or position.credit_minor or position.plans or position.is_used):
        return
    older = list(position.bills)
    instalments, charges = _bill_plans(position, happened)
    use_credit(position, parameters, happened)
    bill = position.unbilled
    bill.issued, bill.due = happened.today, due_on(happened.today, position.due_day)
    bill.judged_on = bill.due + timedelta(days=parameters.grace_days + 1)
    bill.minimum_minor = _minimum(parameters, older, bill)
    position.unbilled = Bill()
    position.bills.append(bill)
    position.is_used = False
    happened.bills.append(
        IssuedBill(
            issued=bill.issued,
            due=bill.due,
            balance_minor=position.posted_minor - position.credit_minor,
            minimum_minor=bill.minimum_minor,
            interest_minor=interest,
            late_minor=late,
            plan_charges_minor=charges + settled,
            instalments_minor=instalments,
            future_minor=position.future_minor,
        )
    )


def _bill_plans(position: Position, happened: Happened) -> tuple[int, int]:
    """The next instalment of each plan falls due; returns principal and charges."""
    principal = charges = 0
    for plan in position.plans:
        part, charge = _next_instalment(plan)
        position.unbilled.add(Bucket.INSTALMENT, part)
        _charge(position, plan.charge, charge, happened)
        principal, charges = principal + part, charges + charge
    position.plans = [plan for plan in position.plans if not plan.is_over]
    return principal, charges


def _next_instalment(plan: RunningPlan) -> tuple[int, int]:
    """Principal and charge of the next instalment; a plan shortened from its end asks no more than is left."""
    one = plan.schedule[plan.next_no - 1]
    left = plan.future_minor
    part = min(one.principal_minor, left)
    plan.next_no += 1
    plan.cut_minor -= one.principal_minor - part
    return part, one.charge_minor


def _minimum(parameters: Parameters, older: list[Bill], bill: Bill) -> int:
    """A share of what was bought, all of the rest; an earlier minimum still unpaid is due in full.

    What an earlier minimum still asks beyond interest and charges is principal that is due in full too.
    """
    principal = sum(one.unpaid.get(Bucket.PRINCIPAL, 0) for one in (*older, bill))
    others = sum(one.unpaid_minor for one in (*older, bill)) - principal
    before = sum(one.unpaid_minor - one.unpaid.get(Bucket.PRINCIPAL, 0) for one in older)
    carried = min(max(0, (older[-1].minimum_minor if older else 0) - before), principal)
    return minimum_payment(parameters, ordinary_minor=principal - carried, rest_minor=others + carried)
