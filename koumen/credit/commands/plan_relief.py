"""What a repayment plan lets go, entry by entry: as agreed, again and again, and owed again when the plan is broken."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command
from koumen.credit.commands.keeping import Change
from koumen.credit.commands.mending import Waiver, reverse_activity, waive_charge
from koumen.credit.commands.plan_keeping import HeldPlan, hold_plan
from koumen.credit.models import RepaymentPlan
from koumen.credit.queries.plan_relief import let_go_so_far, relief_agreed, waivers_of
from koumen.credit.queries.repayment_plans import AGREED_STATES, plan_now
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.parameters import Parameters, PlanBroken
from koumen.credit.rules.plan_relief import to_let_go
from koumen.kit.actor import SYSTEM, Actor
from koumen.ledger.rules.chart import AccountKind

REASON = "repayment_plan"  # of what a plan lets go
BROKEN = "plan_broken"  # of what is owed again


@command
def let_go_by_plan(*, plan_id: UUID, actor: Actor, at: datetime) -> None:
    """Bring what a plan lets go to what was agreed; done twice it changes nothing.

    Records ChargeWaived for each charge. Raises what hold_plan does.
    """
    one = hold_plan(actor, plan_id, at=at)
    for bucket, (amount, is_kept) in _wanted(one).items():
        waiver = Waiver(
            account_id=one.held.account_id,
            bucket=bucket,
            amount_minor=amount,
            reason=REASON,
            plan_id=plan_id,
            as_credit=is_kept,
        )
        waive_charge(waiver=waiver, actor=SYSTEM, at=at)


def _wanted(one: HeldPlan) -> dict[Bucket, tuple[int, bool]]:
    """What is to be let go today, and whether that is because the plan is kept."""
    if one.plan.state not in AGREED_STATES:
        return {}
    now = plan_now(one.plan, at=one.change.at)
    assert now is not None  # noqa: S101  (it was agreed)
    relief = relief_agreed(now, one.held.parameters)
    if not relief or now.standing.is_missed(one.today, one.held.parameters.plan_grace_days):
        return {}
    so_far = let_go_so_far(now, being_posted_minor=_being_posted(one.change))
    is_kept = not now.standing.left_minor
    wanted = to_let_go(relief, so_far, one.held.position, one.held.parameters, is_kept=is_kept)
    return {bucket: (amount, is_kept) for bucket, amount in wanted.items()}


def _being_posted(change: Change) -> int:
    """The interest that time has brought and that the next change of the account posts."""
    return sum(
        amount
        for entry in change.entries
        for credit, amount in zip(entry["credits"], entry["amounts"], strict=True)
        if credit == AccountKind.INTEREST_INCOME
    )


def owe_again(plan: RepaymentPlan, parameters: Parameters, *, at: datetime) -> None:
    """Take back what a broken plan let go, where the product says so; part of the command that ends it."""
    if parameters.plan_broken != PlanBroken.OWED_AGAIN:
        return
    for activity_id in waivers_of(plan.id).values_list("id", flat=True):
        reverse_activity(activity_id=activity_id, reason=BROKEN, actor=SYSTEM, at=at)
