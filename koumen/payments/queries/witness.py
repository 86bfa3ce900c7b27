"""The cash of visits at which two agents were, as booked and as the second one said."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, Sum

from koumen.payments.models import CashWitness
from koumen.payments.rules.witness import TwoCounts
from koumen.payments.states import PaymentState
from koumen.visits.models import Visit

# A phone may come back after a weekend; about what is older somebody was alarmed then.
LOOKS_BACK = timedelta(days=4)


def counts_of_two(*, at: datetime) -> Mapping[UUID, tuple[str, TwoCounts]]:
    """The recent visits of teams at which cash was told by either, with its currency; two queries. Shown to nobody."""
    paid = Q(payments__tender="cash", payments__state=PaymentState.PAID)
    visits = Visit.objects.filter(shift__partner__isnull=False, date__gte=(at - LOOKS_BACK).date()).annotate(
        booked=Sum("payments__amount_minor", filter=paid), paid_at=Max("payments__paid_at", filter=paid)
    )
    said = {
        one.visit_id: one for one in CashWitness.objects.filter(visit__in=visits.values("id")).order_by("id")
    }
    return {
        visit.id: (visit.currency, _counts(visit, said.get(visit.id)))
        for visit in visits
        if visit.booked or visit.id in said
    }


def _counts(visit: Visit, word: CashWitness | None) -> TwoCounts:
    moments = [visit.paid_at, word.said_at if word else None]  # type: ignore[attr-defined]  # annotated
    return TwoCounts(
        booked_minor=visit.booked or 0,  # type: ignore[attr-defined]  # annotated
        witnessed_minor=word.amount_minor if word else None,
        counted_at=max(moment for moment in moments if moment),
        is_over=visit.ended_at is not None,
    )
