"""Who may store packs, who sees rulings, who complains and who answers."""

from uuid import UUID

from django.db.models import QuerySet

from koumen.conduct.models import Complaint, Ruling
from koumen.kit.actor import Actor, Role


def may_store_packs(actor: Actor) -> bool:
    """Compliance, the administrator, and the system that sets a branch up."""
    return actor.has(Role.COMPLIANCE, Role.ADMINISTRATOR, Role.SYSTEM)


def may_complain(actor: Actor, customer_id: UUID) -> bool:
    """The customer; the phone desk for whoever calls; the system for a link, or when answers do not fit."""
    return actor.customer_id == customer_id or actor.is_staff or actor.role is Role.SYSTEM


def may_answer_complaints(actor: Actor) -> bool:
    """Compliance and the administrator: never whoever sent the agent."""
    return actor.has(Role.COMPLIANCE, Role.ADMINISTRATOR)


def may_open_dispute(actor: Actor, customer_id: UUID) -> bool:
    """The customer, and whoever hears it at the office."""
    return actor.customer_id == customer_id or actor.is_staff


def complaints_visible_to(actor: Actor) -> QuerySet[Complaint]:
    """A customer sees their own, staff and the system all; an agent none: neither what was said nor by whom."""
    complaints = Complaint.objects.all()
    if actor.is_staff or actor.role is Role.SYSTEM:
        return complaints
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return complaints.filter(customer_id=actor.customer_id)
    return complaints.none()


def visible_to(actor: Actor) -> QuerySet[Ruling]:
    """Staff see every ruling, others none: they see what follows from it."""
    return Ruling.objects.all() if actor.is_staff or actor.role is Role.SYSTEM else Ruling.objects.none()
