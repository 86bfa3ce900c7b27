"""Visits as the console looks them up: by number, by customer, with the windows they had before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.kit.actor import Actor
from koumen.visits.models import Visit, VisitMove
from koumen.visits.permissions import visible_to


@dataclass(frozen=True, kw_only=True)
class EarlierWindow:
    """A promise that was changed: what it was, whose, and when it was changed."""

    window_from: datetime
    window_to: datetime
    agent_id: UUID
    moved_at: datetime


def visit_by_number(*, actor: Actor, number: str) -> UUID | None:
    """The visit with the number that a caller says, if the actor may know of it; one query."""
    found = visible_to(actor).filter(number__iexact=number.strip())
    return found.values_list("id", flat=True).first()


def visits_of_customer(*, actor: Actor, customer_id: UUID, limit: int = 50) -> list[Visit]:
    """A customer's visits with their agents, newest first; one query."""
    visits = visible_to(actor).filter(customer_id=customer_id).select_related("agent")
    return list(visits.order_by("-window_from", "-id")[:limit])


def earlier_windows(*, actor: Actor, visit_id: UUID) -> list[EarlierWindow]:
    """The windows a visit had before it was moved, oldest first; one query."""
    moves = VisitMove.objects.filter(visit__in=visible_to(actor), visit_id=visit_id).order_by("id")
    return [
        EarlierWindow(
            window_from=move.window_from,
            window_to=move.window_to,
            agent_id=move.agent_id,
            moved_at=move.moved_at,
        )
        for move in moves
    ]
