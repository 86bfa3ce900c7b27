"""What an activity does to a position that stands at its day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.allocation import (
    RECEIVABLE,
    Bucket,
    Debt,
    Order,
    allocate_payment,
    allocate_refund,
    order_named,
)
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Happened, Position, RunningPlan, Standing
from koumen.credit.rules.settling import settlement
from koumen.credit.rules.turning import post_accrued, reduce, use_credit
from koumen.ledger.rules.chart import AccountKind

Debts = list[Debt[tuple[int, Bucket]]]


@dataclass(slots=True)
class Split:
    """Where the money of a repayment went; ``recovered`` paid a debt that was written off."""

    by_kind: dict[AccountKind, int] = field(default_factory=dict)
    credit_minor: int = 0
    recovered_minor: int = 0


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every activity works on."""

    position: Position
    parameters: Parameters
    activity: Activity
    happened: Happened

    @property
    def plan(self) -> RunningPlan | None:
        """The running plan that the activity names."""
        plans = (one for one in self.position.plans if one.plan_id == self.activity.plan_id)
        return next(plans, None)


def apply(position: Position, parameters: Parameters, activity: Activity, happened: Happened) -> Split | None:
    """Let an activity happen; the position has been advanced to its day. A repayment tells its split."""
    position.is_used = True
    return _DO[activity.kind](_Scene(position, parameters, activity, happened))


# --- buying and giving back -----------------------------------------------------------------------------


def _purchase(scene: _Scene) -> None:
    """A credit balance pays first."""
    position, amount = scene.position, scene.activity.amount_minor
    to = AccountKind.BANK if scene.activity.from_bank else AccountKind.MERCHANT
    from_credit = min(position.credit_minor, amount)
    position.credit_minor -= from_credit
    position.unbilled.add(Bucket.PRINCIPAL, amount - from_credit)
    scene.happened.post(AccountKind.CREDIT_BALANCE, to, from_credit)
    scene.happened.post(AccountKind.PRINCIPAL, to, amount - from_credit)


def _refund(scene: _Scene) -> None:
    """Off the plan of the purchase, where it has one; then what is not billed, then bills, then credit balance."""
    position, left = scene.position, scene.activity.amount_minor
    if plan := scene.plan:
        part = min(left, plan.future_minor)
        plan.cut_minor += part
        left -= part
        scene.happened.post(AccountKind.MERCHANT, AccountKind.PRINCIPAL, part)
        position.plans = [one for one in position.plans if not one.is_over]
    split = allocate_refund(position.debts(), left)
    for bucket, part in split.by_bucket.items():
        scene.happened.post(AccountKind.MERCHANT, RECEIVABLE[bucket], part)
    reduce(position, split.by_debt)
    position.credit_minor += split.surplus_minor
    scene.happened.post(AccountKind.MERCHANT, AccountKind.CREDIT_BALANCE, split.surplus_minor)


def _pay_out_credit(scene: _Scene) -> None:
    amount = min(scene.activity.amount_minor, scene.position.credit_minor)
    scene.position.credit_minor -= amount
    scene.happened.post(AccountKind.CREDIT_BALANCE, AccountKind.PAYOUT, amount)


# --- paying ---------------------------------------------------------------------------------------------


def _repay(scene: _Scene) -> Split:
    """First what was written off, then debts in the product's order, then it is the customer's."""
    position, split = scene.position, Split()
    split.recovered_minor = min(scene.activity.amount_minor, position.written_off_minor)
    position.written_off_minor -= split.recovered_minor
    scene.happened.post(None, AccountKind.RECOVERY_INCOME, split.recovered_minor)
    left = scene.activity.amount_minor - split.recovered_minor
    if not scene.activity.as_credit:
        left = _pay_plan(scene, left, split)
        if left > position.posted_minor:
            post_accrued(position, scene.parameters, scene.happened)
        left = _pay(scene, position.debts(), left, split)
    split.credit_minor = left
    position.credit_minor += left
    scene.happened.post(None, AccountKind.CREDIT_BALANCE, left)
    return split


def _pay_plan(scene: _Scene, left: int, split: Split) -> int:
    """By the customer's direction settle a plan, once nothing is overdue and as far as the money settles it."""
    if (plan := scene.plan) is None:
        return left
    left = _pay(scene, overdue_debts(scene.position), left, split)
    if left < settlement(plan, scene.parameters, scene.activity.on).pay_minor:
        return left
    _settle(scene)
    last, wanted = len(scene.position.bills), (Bucket.INSTALMENT, plan.charge)
    debts = [debt for debt in scene.position.debts() if debt.key[0] == last and debt.bucket in wanted]
    return _pay(scene, debts, left, split)


def _pay(scene: _Scene, debts: Debts, amount_minor: int, split: Split) -> int:
    """Spread an amount over debts; returns what is left."""
    order = payment_order(scene.position, scene.parameters, scene.activity.on)
    part = allocate_payment(debts, amount_minor, order)
    for bucket, paid in part.by_bucket.items():
        kind = RECEIVABLE[bucket]
        split.by_kind[kind] = split.by_kind.get(kind, 0) + paid
        scene.happened.post(None, kind, paid)
    reduce(scene.position, part.by_debt)
    return part.surplus_minor


def payment_order(position: Position, parameters: Parameters, on: date) -> Order:
    """The order of the product; another where a bill has been late for long."""
    late = [bill.due for bill in position.bills if bill.standing is Standing.LATE and bill.due]
    is_long = bool(late) and (on - min(late)).days > parameters.allocation_overdue_after_days
    return order_named(parameters.allocation_overdue if is_long else parameters.allocation)


def overdue_debts(position: Position) -> Debts:
    """What is unpaid of bills that are late."""
    late = {place for place, bill in enumerate(position.bills) if bill.standing is Standing.LATE}
    return [debt for debt in position.debts() if debt.key[0] in late]


# --- plans ----------------------------------------------------------------------------------------------


def _disburse(scene: _Scene) -> None:
    """A loan is paid out: all of it is principal, due by its schedule."""
    terms = scene.activity.plan
    assert terms is not None  # noqa: S101  (a disbursement has its plan)
    scene.position.plans.append(RunningPlan(terms.plan_id, terms.schedule, terms.charge))
    scene.happened.post(AccountKind.PRINCIPAL, AccountKind.PAYOUT, scene.activity.amount_minor)


def _start_plan(scene: _Scene) -> None:
    """Principal leaves what is not billed (or the newest bill) and comes back by instalments; the books stand still.

    Where less is there than was agreed (something came later that lies before), the plan ends sooner.
    """
    terms, position = scene.activity.plan, scene.position
    assert terms is not None  # noqa: S101  (a plan that starts has its terms)
    source = position.newest if terms.from_bill else position.unbilled
    there = source.unpaid.get(Bucket.PRINCIPAL, 0) if source else 0
    amount = min(scene.activity.amount_minor, there)
    if source is None or not amount:
        return
    source.take(Bucket.PRINCIPAL, amount)
    billed = 0
    for bill in position.bills:
        billed += bill.unpaid_minor
        bill.minimum_minor = min(bill.minimum_minor, billed)
    cut = scene.activity.amount_minor - amount
    position.plans.append(RunningPlan(terms.plan_id, terms.schedule, terms.charge, cut_minor=cut))


def _settle(scene: _Scene) -> None:
    """All instalments to come are owed now; what of the charges falls away is the product's rule."""
    if (plan := scene.plan) is None:
        return
    now = settlement(plan, scene.parameters, scene.activity.on)
    scene.position.plans.remove(plan)
    scene.position.unbilled.add(Bucket.INSTALMENT, now.principal_minor)
    scene.position.unbilled.add(plan.charge, now.charge_minor)
    scene.position.plan_charges_since_bill_minor += now.charge_minor
    income = AccountKind.INTEREST_INCOME if plan.charge is Bucket.INTEREST else AccountKind.FEE_INCOME
    scene.happened.post(RECEIVABLE[plan.charge], income, now.charge_minor)


# --- care and endings -----------------------------------------------------------------------------------


def _waive(scene: _Scene) -> None:
    """Let a charge go, from the oldest bill on; never more than is still owed of it.

    ``as_credit``: what of it was paid already is the customer's, and pays what is still owed.
    """
    position, bucket = scene.position, scene.activity.bucket
    if scene.activity.as_credit:
        post_accrued(position, scene.parameters, scene.happened)
    debts = [debt for debt in position.debts() if debt.bucket is bucket]
    part = allocate_payment(debts, scene.activity.amount_minor)
    for waived, amount in part.by_bucket.items():
        scene.happened.post(AccountKind.WAIVER_EXPENSE, RECEIVABLE[waived], amount)
    reduce(position, part.by_debt)
    if scene.activity.as_credit:
        position.credit_minor += part.surplus_minor
        scene.happened.post(AccountKind.WAIVER_EXPENSE, AccountKind.CREDIT_BALANCE, part.surplus_minor)
        use_credit(position, scene.parameters, scene.happened)


def _change_due_day(scene: _Scene) -> None:
    """From the next bill on."""
    assert scene.activity.due_day is not None  # noqa: S101  (a change names its day)
    scene.position.due_day = scene.activity.due_day


def _pause_late(scene: _Scene) -> None:
    scene.position.late_paused_until = scene.activity.until


def _write_off(scene: _Scene) -> None:
    """Every debt becomes an expense; what comes in later is a recovery."""
    position = scene.position
    owed = position.receivables()
    owed.pop(AccountKind.CREDIT_BALANCE, None)
    for kind, amount in owed.items():
        scene.happened.post(AccountKind.WRITE_OFF_EXPENSE, kind, amount)
    position.written_off_minor += sum(owed.values())
    position.bills, position.plans = [], []
    position.unbilled.unpaid.clear()
    position.unbilled.forget_days()


_DO: Mapping[ActivityKind, Callable[[_Scene], Split | None]] = {
    ActivityKind.DISBURSEMENT: _disburse,
    ActivityKind.PURCHASE: _purchase,
    ActivityKind.PLAN_START: _start_plan,
    ActivityKind.PLAN_SETTLE: _settle,
    ActivityKind.REFUND: _refund,
    ActivityKind.REPAYMENT: _repay,
    ActivityKind.WAIVER: _waive,
    ActivityKind.CREDIT_REFUND: _pay_out_credit,
    ActivityKind.DUE_DAY: _change_due_day,
    ActivityKind.HARDSHIP: _pause_late,
    ActivityKind.WRITE_OFF: _write_off,
}
