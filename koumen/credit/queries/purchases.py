"""Reading what was bought: with what it costs today, what was given back of it, and the plan it is paid by."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from koumen.branch.queries import this_branch
from koumen.credit.models import Activity, InstalmentPlan, Purchase, Statement
from koumen.credit.queries.accounts import position_at
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.interest_free import InterestFree, interest_free
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date


@dataclass(frozen=True, kw_only=True)
class BoughtRow:
    """A purchase, or something given back (negative, with the purchase it belongs to).

    ``free`` is None for what was given back, taken back or put into instalments: no bill asks for it as a purchase.
    """

    purchase: Purchase
    returned_minor: int
    is_taken_back: bool
    plan: InstalmentPlan | None
    free: InterestFree | None


@dataclass(frozen=True, kw_only=True)
class Bought:
    """What was bought on an account in a time, newest first; ``has_earlier``: there is more before it."""

    account: HeldAccount
    rows: tuple[BoughtRow, ...]
    has_earlier: bool


def counted(account_id: UUID) -> QuerySet[Any]:
    """Purchases with the moment from which each counts, when it was told and when it was taken back.

    What was taken over from another system counts from when it was bought, and was told at no moment of ours.
    """
    own = Activity.objects.filter(id=OuterRef("id"))
    return Purchase.objects.filter(account_id=account_id).annotate(
        counts_from=Coalesce(Subquery(own.values("effective_at")), F("purchased_at")),
        told_at=Subquery(own.values("recorded_at")),
        taken_back_at=Subquery(Activity.objects.filter(reverses_id=OuterRef("id")).values("recorded_at")[:1]),
    )


def bought(*, actor: Actor, account_id: UUID, since: date, until: date, at: datetime) -> Bought:
    """What was bought from a day to before another; four queries. Raises Missing("account-not-found")."""
    account = position_at(actor=actor, account_id=account_id, at=at)
    zone = this_branch().zone
    begin, end = (datetime.combine(day, time(0), zone) for day in (since, until))
    earlier = Purchase.objects.filter(account_id=account_id, purchased_at__lt=begin)
    returned = Purchase.objects.filter(refund_of=OuterRef("id")).order_by().values("refund_of")
    rows = (
        counted(account_id)
        .filter(purchased_at__gte=begin, purchased_at__lt=end)
        .select_related("refund_of")
        .annotate(
            returned=Coalesce(Subquery(returned.annotate(sum=Sum("amount_minor")).values("sum")), 0),
            has_earlier=Exists(earlier),
        )
        .order_by("-purchased_at", "-id")
    )
    found = list(rows)
    plans = {
        plan.purchase_id: plan for plan in InstalmentPlan.objects.filter(purchase__in=[r.id for r in found])
    }
    bills = list(
        Statement.objects.filter(account_id=account_id)
        .order_by("issued_date")
        .values_list("issued_date", "due_date")
    )
    today = local_date(at, zone)
    return Bought(
        account=account,
        rows=tuple(_row(row, account, bills, plans.get(row.id), today) for row in found),
        has_earlier=found[0].has_earlier if found else earlier.exists(),
    )


def _row(
    row: Any, account: HeldAccount, bills: list[tuple[date, date]], plan: InstalmentPlan | None, today: date
) -> BoughtRow:
    is_asked_for = row.amount_minor > 0 and row.taken_back_at is None and plan is None
    is_left = row.amount_minor + row.returned > 0
    return BoughtRow(
        purchase=row,
        returned_minor=-row.returned,
        is_taken_back=row.taken_back_at is not None,
        plan=plan,
        free=interest_free(
            local_date(row.counts_from, this_branch().zone),
            bills=bills,
            position=account.position,
            bill_day=account.parameters.bill_day,
            today=today,
        )
        if is_asked_for and is_left
        else None,
    )
