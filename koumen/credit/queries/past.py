"""What happened on an account: for folding it again, and for the lines of a bill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from koumen.branch.queries import this_branch
from koumen.credit.models import Activity, CreditAccount, InstalmentPlan, Purchase, Statement
from koumen.credit.queries.reading import read_account
from koumen.credit.rules import activity as rules
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import ActivityKind, PlanTerms
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.folding import fold
from koumen.credit.rules.position import Position
from koumen.credit.rules.stored import StoredActivity, activity_of, baseline_of, schedule_of
from koumen.kit.clock import local_date

REVERSAL = "reversal"  # the kind of a row that takes another back
PLAN_STARTERS = (ActivityKind.PLAN_START, ActivityKind.DISBURSEMENT)


def baseline(held: HeldAccount) -> Position:
    """Where the fold of an account begins; one query."""
    plain = CreditAccount.objects.filter(id=held.account_id).values_list("baseline", flat=True).get()
    return baseline_of(plain, opened=held.opened_date, due_day=held.parameters.due_day)


def plan_rows(account_id: UUID) -> dict[UUID, Mapping[str, Any]]:
    """Every plan that an account ever had, by id; one query."""
    fields = ("id", "schedule", "charge_bucket", "next_no", "cut_minor", "is_over")
    return {row["id"]: row for row in InstalmentPlan.objects.filter(account_id=account_id).values(*fields)}


def activities_of(account_id: UUID, plans: Mapping[UUID, Mapping[str, Any]]) -> list[rules.Activity]:
    """What happened on an account and was not taken back, oldest first; one query."""
    zone = this_branch().zone
    rows = Activity.objects.filter(account_id=account_id, reversed_by=None).exclude(kind=REVERSAL)
    return [
        activity_of(
            StoredActivity(
                id=row.id,
                kind=row.kind,
                amount_minor=row.amount_minor,
                details=row.details,
                effective_at=row.effective_at,
                on=local_date(row.effective_at, zone),
                plan=_terms(row, plans) if row.kind in PLAN_STARTERS else None,
            )
        )
        for row in rows.order_by("effective_at", "id")
    ]


def _terms(row: Activity, plans: Mapping[UUID, Mapping[str, Any]]) -> PlanTerms:
    plan_id = UUID(row.details["plan_id"])
    plan = plans[plan_id]
    return PlanTerms(
        plan_id=plan_id,
        schedule=schedule_of(plan["schedule"]),
        charge=Bucket(plan["charge_bucket"]),
        from_bill=row.details.get("from_bill", False),
    )


def stands_as_folded(account_id: UUID) -> bool:
    """Whether the rows of an account say what all that happened on it makes of it; four queries."""
    held = read_account(account_id)
    if held is None:
        return False
    activities = activities_of(account_id, plan_rows(account_id))
    return (
        fold(baseline(held), activities, held.parameters, held.position.counted_to).position == held.position
    )


@dataclass(frozen=True)
class Before:
    """The bill before, or where the account began: its day and all that was owed, instalments to come too."""

    issued: date
    total_minor: int


def last_total(held: HeldAccount) -> Before:
    """What the lines of the next bill begin with; one or two queries."""
    bill = Statement.objects.filter(account_id=held.account_id).order_by("-issued_date").first()
    if bill:
        return Before(bill.issued_date, bill.balance_minor + bill.future_minor)
    began = baseline(held)
    return Before(began.counted_to, began.balance_minor)


@dataclass(frozen=True, kw_only=True)
class CycleSums:
    """What happened between two bills; ``others`` is what came without being bought or paid, less what was let go."""

    purchases_minor: int
    refunds_minor: int
    payments_minor: int
    others_minor: int


def cycle_sums(account_id: UUID, *, since: date, until: date) -> CycleSums:
    """The sums of the activities of days from ``since`` to before ``until``; two queries.

    What was bought before a takeover is no activity; the first bill after it names it all the same.
    """
    begin, end = (datetime.combine(day, time(0), this_branch().zone) for day in (since, until))
    rows = Activity.objects.filter(
        account_id=account_id, effective_at__gte=begin, effective_at__lt=end, reversed_by=None
    )
    done = rows.aggregate(**{kind: Sum("amount_minor", filter=Q(kind=kind)) for kind in _SUMMED})
    sums = {kind: int(done[kind] or 0) for kind in _SUMMED}
    before = Purchase.objects.filter(
        account_id=account_id, purchased_at__gte=begin, purchased_at__lt=end
    ).exclude(id__in=Activity.objects.filter(account_id=account_id).values("id"))
    taken_over = before.aggregate(
        bought=Sum("amount_minor", filter=Q(amount_minor__gt=0)),
        returned=Sum("amount_minor", filter=Q(amount_minor__lt=0)),
    )
    return CycleSums(
        purchases_minor=sums[ActivityKind.PURCHASE]
        + sums[ActivityKind.DISBURSEMENT]
        + int(taken_over["bought"] or 0),
        refunds_minor=sums[ActivityKind.REFUND] - int(taken_over["returned"] or 0),
        payments_minor=sums[ActivityKind.REPAYMENT],
        others_minor=sums[ActivityKind.CREDIT_REFUND]
        - sums[ActivityKind.WAIVER]
        - sums[ActivityKind.WRITE_OFF],
    )


_SUMMED = (
    *(ActivityKind.PURCHASE, ActivityKind.DISBURSEMENT, ActivityKind.REFUND, ActivityKind.REPAYMENT),
    *(ActivityKind.CREDIT_REFUND, ActivityKind.WAIVER, ActivityKind.WRITE_OFF),
)
