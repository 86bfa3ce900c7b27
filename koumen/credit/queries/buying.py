"""Reading what was bought, and what of the limit is held."""

from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from koumen.credit.models import Purchase, Reservation
from koumen.credit.permissions import visible_to
from koumen.credit.states import ReservationState
from koumen.kit.actor import Actor


def reserved_minor(account_id: UUID) -> int:
    """What of the limit is held for purchases to come; one query."""
    rows = Reservation.objects.filter(account_id=account_id, state=ReservationState.HELD)
    return int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def reservations_of(*, actor: Actor, account_id: UUID) -> list[Reservation]:
    """What of the limit of an account is held, newest first; one query."""
    rows = Reservation.objects.filter(
        account_id=account_id, account__in=visible_to(actor), state=ReservationState.HELD
    )
    return list(rows.order_by("-made_at", "id"))


def returned_minor(purchase_id: UUID) -> int:
    """What of a purchase was given back already; one query."""
    rows = Purchase.objects.filter(refund_of_id=purchase_id)
    return -int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def reservations_past(*, at: datetime) -> list[UUID]:
    """Reservations that nobody confirmed in their time, oldest first; one query. For the job that lets them go."""
    rows = Reservation.objects.filter(state=ReservationState.HELD, expires_at__lte=at)
    return list(rows.order_by("expires_at", "id").values_list("id", flat=True))
