"""Who may store packs and who sees rulings."""

from django.db.models import QuerySet

from koumen.conduct.models import Ruling
from koumen.kit.actor import Actor, Role


def may_store_packs(actor: Actor) -> bool:
    """Compliance, the administrator, and the system that sets a branch up."""
    return actor.has(Role.COMPLIANCE, Role.ADMINISTRATOR, Role.SYSTEM)


def visible_to(actor: Actor) -> QuerySet[Ruling]:
    """Staff see every ruling, others none: they see what follows from it."""
    return Ruling.objects.all() if actor.is_staff or actor.role is Role.SYSTEM else Ruling.objects.none()
