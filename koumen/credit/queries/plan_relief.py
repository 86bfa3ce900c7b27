"""What a repayment plan has let go so far."""

from uuid import UUID

from django.db.models import QuerySet, Sum

from koumen.credit.models import Activity
from koumen.credit.queries.repayment_plans import PlanNow
from koumen.credit.rules.activity import ActivityKind
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.plan_relief import LetGo, Relief
from koumen.ledger.queries import posted_to
from koumen.ledger.rules.chart import AccountKind


def relief_agreed(now: PlanNow, parameters: Parameters) -> Relief:
    """What was agreed to be let go; no query."""
    return Relief(
        interest_part=parameters.plan_part(now.plan.pace),
        accrued_minor=now.terms.accrued_minor,
        late_minor=now.terms.late_let_go_minor,
        when=parameters.plan_waiver,
    )


def let_go_so_far(now: PlanNow, *, being_posted_minor: int) -> LetGo:
    """What became of a relief since its terms count, with the interest that is being posted; three queries."""
    account_id, since = now.plan.account_id, now.terms.counts_from
    rows = waivers_of(now.plan.id).filter(recorded_at__gte=since)
    sums = rows.order_by().values_list("details__bucket").annotate(sum=Sum("amount_minor"))
    return LetGo(
        posted_minor=being_posted_minor
        + posted_to(kind=AccountKind.INTEREST_INCOME, owner_id=account_id, after=since),
        given={Bucket(bucket): int(amount) for bucket, amount in sums},
    )


def let_go_minor(plan_id: UUID) -> int:
    """All that a plan has let go and that is not owed again; one query."""
    return int(waivers_of(plan_id).aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def waivers_of(plan_id: UUID) -> QuerySet[Activity]:
    """The activities by which a plan let something go, those that were taken back left out; oldest first."""
    rows = Activity.objects.filter(
        kind=ActivityKind.WAIVER, account__repayment_plans=plan_id, details__plan_id=str(plan_id)
    )
    return rows.filter(reversed_by=None).order_by("recorded_at", "id")
