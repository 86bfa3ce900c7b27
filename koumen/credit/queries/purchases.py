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
from koumen.credit.rules.interest_free import InterestFree, Running, interest_free
from koumen.credit.rules.plan import PlanKind, there_minor
from koumen.credit.states import AccountState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date


@dataclass(frozen=True, kw_only=True)
class BoughtRow:
    """A purchase, or something given back (negative, with the purchase it belongs to).

    ``free`` is None for what was given back, taken back or put into instalments: no bill asks for it as a purchase.
    ``plan`` is its own (``has_own_plan``), or that of a part of its bill. ``may_split``: it may be put into instalments now.
    """

    purchase: Purchase
    returned_minor: int
    is_taken_back: bool
    plan: InstalmentPlan | None
    has_own_plan: bool
    free: InterestFree | None
    may_split: bool


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
    seen = _Seen.of(account, local_date(at, zone))
    return Bought(
        account=account,
        rows=tuple(seen.row(one) for one in found),
        has_earlier=found[0].has_earlier if found else earlier.exists(),
    )


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What is needed to say of a purchase how it is paid: the bills there are, and the plans."""

    account: HeldAccount
    today: date
    bills: list[tuple[date, date]]
    by_purchase: dict[UUID, InstalmentPlan]
    by_bill: dict[date, InstalmentPlan]

    @classmethod
    def of(cls, account: HeldAccount, today: date) -> "_Seen":
        """Two queries, or three."""
        rows = Statement.objects.filter(account_id=account.account_id).order_by("issued_date")
        bills = list(rows.values_list("issued_date", "due_date"))
        plans = list(InstalmentPlan.objects.filter(account_id=account.account_id).prefetch_related("chosen"))
        zone = this_branch().zone
        by_purchase: dict[UUID, InstalmentPlan] = {}
        by_bill: dict[date, InstalmentPlan] = {}
        for plan in plans:
            began = local_date(plan.started_at, zone)
            issued = [day for day, _ in bills if day <= began]
            chosen = [one.purchase_id for one in plan.chosen.all()]
            by_purchase |= dict.fromkeys([plan.purchase_id] if plan.purchase_id else chosen, plan)
            if plan.kind == PlanKind.BILL and issued and not chosen:
                by_bill[issued[-1]] = plan
        return cls(
            account=account,
            today=today,
            bills=bills,
            by_purchase=by_purchase,
            by_bill=by_bill,
        )

    def row(self, row: Any) -> BoughtRow:
        free = interest_free(
            local_date(row.counts_from, this_branch().zone),
            bills=self.bills,
            position=self.account.position,
            bill_day=self.account.parameters.bill_day,
            today=self.today,
        )
        left = row.amount_minor + row.returned
        own, of_bill = self.by_purchase.get(row.id), self.by_bill.get(free.billed)
        is_split = own is not None or (of_bill is not None and free.running is Running.PAID)
        is_asked_for = left > 0 and row.taken_back_at is None and not is_split
        return BoughtRow(
            purchase=row,
            returned_minor=-row.returned,
            is_taken_back=row.taken_back_at is not None,
            plan=(own or of_bill) if row.amount_minor > 0 else None,
            has_own_plan=own is not None,
            free=free if is_asked_for else None,
            may_split=is_asked_for and free.billed > self.today and self._has_room(left),
        )

    def _has_room(self, amount_minor: int) -> bool:
        """Whether so much can be split of what is not billed yet."""
        held = self.account
        return (
            held.state == AccountState.ACTIVE
            and bool(held.parameters.terms)
            and held.parameters.instalment_minimum_minor
            <= amount_minor
            <= there_minor(PlanKind.PURCHASE, held.position)
        )
