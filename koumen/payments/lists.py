"""Payments as finance looks through them: filtered, counted, page by page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from koumen.audit.command import require
from koumen.kit.actor import Actor
from koumen.payments.models import Payment
from koumen.payments.permissions import may_list_payments


@dataclass(frozen=True, kw_only=True)
class PaymentSearch:
    """What is looked for; empty means any. Moments are [from, to)."""

    state: str = ""
    tender: str = ""
    staff_number: str = ""
    opened_from: datetime | None = None
    opened_to: datetime | None = None


@dataclass(frozen=True)
class PaymentPage:
    """Some payments, newest first, and how many match in all; ``older`` is where the next page begins."""

    count: int
    payments: list[Payment]
    older: UUID | None


def payments_found(
    *, actor: Actor, search: PaymentSearch, before: UUID | None = None, limit: int = 50
) -> PaymentPage:
    """A page of the payments that match, each with visit, agent and receipt; two queries (and one to page on).

    Raises Denied("payments-not-yours").
    """
    require(may_list_payments(actor), "payments-not-yours")
    matching = _matching(search)
    wanted = _older_than(matching, before) if before else matching
    rows = list(wanted.select_related("visit", "agent", "receipt").order_by("-opened_at", "-id")[: limit + 1])
    return PaymentPage(matching.count(), rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def _matching(search: PaymentSearch) -> QuerySet[Payment]:
    wanted = {
        "state": search.state,
        "tender": search.tender,
        "agent__staff_number__iexact": search.staff_number,
        "opened_at__gte": search.opened_from,
        "opened_at__lt": search.opened_to,
    }
    return Payment.objects.filter(**{name: value for name, value in wanted.items() if value})


def _older_than(payments: QuerySet[Payment], before: UUID) -> QuerySet[Payment]:
    last = Payment.objects.filter(id=before).values_list("opened_at", flat=True).first()
    if last is None:
        return payments
    return payments.filter(Q(opened_at__lt=last) | Q(opened_at=last, id__lt=before))
