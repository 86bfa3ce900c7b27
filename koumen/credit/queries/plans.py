"""Reading plans: what may be split and what it costs, what runs, what settling it now costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from koumen.branch.queries import this_branch
from koumen.credit.models import InstalmentPlan, Purchase, Statement
from koumen.credit.permissions import visible_to
from koumen.credit.queries.accounts import position_at
from koumen.credit.queries.buying import returned_minor
from koumen.credit.queries.purchases import counted
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.coming import ComingInstalment, coming_instalments
from koumen.credit.rules.cost_sheet import Sheet
from koumen.credit.rules.plan import (
    PlanKind,
    PlanRequest,
    may_split_bill,
    require_splittable,
    sheet_for,
    there_minor,
)
from koumen.credit.rules.schedule import Instalment
from koumen.credit.rules.settling import Settlement, settlement
from koumen.credit.rules.stored import schedule_of
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Missing


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A number of instalments with all its costs; ``request`` is what is sent back to take it."""

    request: PlanRequest
    sheet: Sheet


def purchase_to_split(account_id: UUID, purchase_id: UUID | None) -> int:
    """What of a purchase may be split: all that was not given back; two or three queries.

    Raises Missing("purchase-not-found") or Conflict("purchase-already-split").
    """
    rows = Purchase.objects.filter(account_id=account_id, amount_minor__gt=0)
    bought = rows.filter(id=purchase_id).first() if purchase_id else None
    if bought is None:
        raise Missing("purchase-not-found")
    if _plans_for([bought.id]).exists():
        raise Conflict("purchase-already-split")
    return bought.amount_minor - returned_minor(bought.id)


def _plans_for(purchase_ids: Sequence[UUID]) -> QuerySet[InstalmentPlan]:
    return InstalmentPlan.objects.filter(
        Q(purchase_id__in=purchase_ids) | Q(chosen__purchase_id__in=purchase_ids)
    )


@dataclass(frozen=True, kw_only=True)
class SplitWish:
    """What somebody wants to split: a purchase; or of the newest bill an amount, some purchases, or all of it."""

    purchase_id: UUID | None = None
    amount_minor: int = 0
    chosen: tuple[UUID, ...] = ()


def instalment_offers(*, actor: Actor, account_id: UUID, wish: SplitWish, at: datetime) -> list[Offer]:
    """Every number of instalments for what somebody wants to split.

    One query, three more for a purchase, four for chosen ones. Raises Missing("account-not-found" |
    "purchase-not-found") and, when nothing can be split, Conflict as rules.plan.require_splittable or
    "purchase-already-split".
    """
    account = position_at(actor=actor, account_id=account_id, at=at)
    if wish.purchase_id is not None:
        kind, amount = PlanKind.PURCHASE, purchase_to_split(account_id, wish.purchase_id)
    elif wish.chosen:
        kind, amount = PlanKind.BILL, chosen_minor(account, wish.chosen)
    else:
        kind, amount = PlanKind.BILL, wish.amount_minor or there_minor(PlanKind.BILL, account.position)
    requests = [
        PlanRequest(
            account_id=account_id,
            kind=kind,
            terms=terms,
            amount_minor=amount,
            purchase_id=wish.purchase_id,
            chosen=wish.chosen,
        )
        for terms in account.parameters.terms
    ]
    today = local_date(at, this_branch().zone)
    for request in requests:
        require_splittable(
            request, account.position, account.parameters, currency=account.currency, today=today
        )
    return [
        Offer(request=one, sheet=sheet_for(one, account.parameters, account.currency)) for one in requests
    ]


@dataclass(frozen=True, kw_only=True)
class BillPurchase:
    """A purchase of the newest bill that can be put into instalments; ``left_minor`` was not given back."""

    purchase_id: UUID
    description: str
    purchased_at: datetime
    left_minor: int


def purchases_of_bill(held: HeldAccount) -> list[BillPurchase]:
    """The purchases of the newest bill that no plan has taken yet, oldest first; three queries."""
    issued = held.position.newest.issued if held.position.newest else None
    bills = Statement.objects.filter(account_id=held.account_id).order_by("-issued_date")
    days = list(bills.values_list("issued_date", flat=True)[:2])
    if issued is None or days[:1] != [issued]:
        return []
    zone = this_branch().zone
    begins = [datetime.combine(day, time(0), zone) for day in days]
    returned = Purchase.objects.filter(refund_of=OuterRef("id")).order_by().values("refund_of")
    rows = (
        counted(held.account_id)
        .filter(amount_minor__gt=0, counts_from__lt=begins[0], taken_back_at=None)
        .filter(plans=None, chosen_for=None)
        .annotate(returned=Coalesce(Subquery(returned.annotate(sum=Sum("amount_minor")).values("sum")), 0))
    )
    if begins[1:]:
        rows = rows.filter(counts_from__gte=begins[1])
    found = (
        BillPurchase(
            purchase_id=row.id,
            description=row.description,
            purchased_at=row.purchased_at,
            left_minor=row.amount_minor + row.returned,
        )
        for row in rows.order_by("purchased_at", "id")
    )
    return [one for one in found if one.left_minor > 0]


def chosen_minor(held: HeldAccount, chosen: Sequence[UUID]) -> int:
    """What some purchases of the newest bill come to, as far as it is unpaid; four queries.

    Raises Missing("purchase-not-found") or Conflict("purchase-already-split").
    """
    if _plans_for(chosen).exists():
        raise Conflict("purchase-already-split")
    found = {one.purchase_id: one.left_minor for one in purchases_of_bill(held)}
    if len(set(chosen)) != len(chosen) or not found.keys() >= set(chosen):
        raise Missing("purchase-not-found")
    return min(sum(found[one] for one in chosen), there_minor(PlanKind.BILL, held.position))


def is_bill_splittable(account: HeldAccount, today: date) -> bool:
    """Whether the newest bill can be split today (``account`` stands at today); no query."""
    amount = there_minor(PlanKind.BILL, account.position)
    return (
        bool(account.parameters.terms)
        and amount >= account.parameters.instalment_minimum_minor
        and may_split_bill(account.position, today)
    )


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """A plan as its pages show it; ``next_no`` is the first instalment that is not billed yet."""

    plan_id: UUID
    account_id: UUID
    kind: PlanKind
    currency: str
    principal_minor: int
    started_at: datetime
    schedule: tuple[Instalment, ...]
    next_no: int
    future_minor: int
    is_over: bool
    purchase_id: UUID | None
    sheet_id: UUID

    @property
    def charge_minor(self) -> int:
        """All its charges."""
        return sum(one.charge_minor for one in self.schedule)


def plans_of(*, actor: Actor, account_id: UUID) -> list[PlanView]:
    """The plans of an account, newest first; one query."""
    rows = InstalmentPlan.objects.filter(account_id=account_id, account__in=visible_to(actor))
    return [_view(row) for row in rows.select_related("account__product").order_by("-started_at", "id")]


def plan(*, actor: Actor, plan_id: UUID) -> PlanView:
    """One plan; one query. Raises Missing("plan-not-found")."""
    rows = InstalmentPlan.objects.select_related("account__product")
    row = rows.filter(id=plan_id, account__in=visible_to(actor)).first()
    if row is None:
        raise Missing("plan-not-found")
    return _view(row)


@dataclass(frozen=True, kw_only=True)
class PlanToday:
    """A plan as it stands today: what is still to come, when, and what ending it now would cost."""

    view: PlanView
    coming: tuple[ComingInstalment, ...]
    settlement: Settlement | None

    @property
    def left_minor(self) -> int:
        """All that is still to come, with its charges."""
        return sum(one.pay_minor for one in self.coming)


def plan_today(*, actor: Actor, plan_id: UUID, at: datetime) -> PlanToday:
    """One plan with its dates; two queries. Raises Missing("plan-not-found")."""
    view = plan(actor=actor, plan_id=plan_id)
    account = position_at(actor=actor, account_id=view.account_id, at=at)
    return _today(view, account, local_date(at, this_branch().zone))


def plans_today(*, actor: Actor, account_id: UUID, at: datetime) -> list[PlanToday]:
    """The plans of an account with their dates, newest first; two queries. Raises Missing("account-not-found")."""
    account = position_at(actor=actor, account_id=account_id, at=at)
    today = local_date(at, this_branch().zone)
    return [_today(view, account, today) for view in plans_of(actor=actor, account_id=account_id)]


def _today(view: PlanView, account: HeldAccount, today: date) -> PlanToday:
    running = next((one for one in account.position.plans if one.plan_id == view.plan_id), None)
    if running is None:
        return PlanToday(view=view, coming=(), settlement=None)
    return PlanToday(
        view=view,
        coming=coming_instalments(
            running,
            after=account.position.counted_to,
            bill_day=account.parameters.bill_day,
            due_day=account.position.due_day,
        ),
        settlement=settlement(running, account.parameters, today),
    )


def _view(row: InstalmentPlan) -> PlanView:
    schedule = schedule_of(row.schedule)
    future = sum(one.principal_minor for one in schedule[row.next_no - 1 :]) - row.cut_minor
    return PlanView(
        plan_id=row.id,
        account_id=row.account_id,
        kind=PlanKind(row.kind),
        currency=row.account.product.currency,
        principal_minor=row.principal_minor,
        started_at=row.started_at,
        schedule=schedule,
        next_no=row.next_no,
        future_minor=0 if row.is_over else future,
        is_over=row.is_over,
        purchase_id=row.purchase_id,
        sheet_id=row.sheet_id,
    )
