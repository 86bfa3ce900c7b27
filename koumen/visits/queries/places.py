"""Reading proofs of place: for the office alone."""

from datetime import datetime
from uuid import UUID

from koumen.conduct.queries import door_rules
from koumen.kit.actor import Actor
from koumen.visits.models import PointProof


def points_of(*, actor: Actor, visit_id: UUID) -> list[PointProof]:
    """Where the agent said they were at a visit, in order; one query. For staff."""
    return list(PointProof.objects.filter(visit_id=visit_id).order_by("at")) if actor.is_staff else []


def points_to_look_at(*, actor: Actor, limit: int = 50) -> list[PointProof]:
    """Points that a person should look at, newest first; one query. For staff."""
    if not actor.is_staff:
        return []
    odd = PointProof.objects.exclude(looks=[]).select_related("visit", "visit__agent")
    return list(odd.order_by("-at")[:limit])


def visits_with_old_places(*, at: datetime) -> list[UUID]:
    """Visits whose places are kept too long by the pack of today; two queries."""
    old = PointProof.objects.filter(at__lt=at - door_rules(at=at).location_kept)
    return list(old.order_by("visit_id").values_list("visit_id", flat=True).distinct())
