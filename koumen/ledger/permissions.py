"""Who may see and move what in the books."""

from django.db.models import Q, QuerySet

from koumen.kit.actor import Actor, Role
from koumen.ledger.models import Account
from koumen.ledger.rules.chart import AccountKind

READERS = (Role.FINANCE, Role.COMPLIANCE, Role.ADMINISTRATOR, Role.SYSTEM)


def may_read_books(actor: Actor) -> bool:
    """Trial balance, entries and the proof of the books."""
    return actor.has(*READERS)


def may_reverse_entry(actor: Actor) -> bool:
    """Undoing what was posted is finance's; an agent never undoes."""
    return actor.has(Role.FINANCE, Role.SYSTEM)


def may_close_books(actor: Actor) -> bool:
    """Closing days for good is finance's."""
    return actor.has(Role.FINANCE, Role.SYSTEM)


def visible_to(actor: Actor) -> QuerySet[Account]:
    """Finance sees every account, an agent the cash in their own hands, anyone else none."""
    if may_read_books(actor):
        return Account.objects.all()
    if actor.role is Role.AGENT and actor.agent_id:
        return Account.objects.filter(Q(kind=AccountKind.AGENT_CASH, owner_id=actor.agent_id))
    return Account.objects.none()
