"""Who may see and move what of credit accounts."""

from django.db.models import QuerySet

from koumen.credit.models import CreditAccount
from koumen.kit.actor import Actor, Role

KEEPERS = (Role.FINANCE, Role.ADMINISTRATOR, Role.SYSTEM)
READERS = (*KEEPERS, Role.DISPATCHER, Role.COMPLIANCE, Role.AGENT)


def may_keep_accounts(actor: Actor) -> bool:
    """Opening accounts, entering purchases, issuing statements."""
    return actor.has(*KEEPERS)


def may_store_products(actor: Actor) -> bool:
    """Saying what a product costs."""
    return actor.has(Role.ADMINISTRATOR, Role.SYSTEM)


def may_read_products(actor: Actor) -> bool:
    """Seeing every version of every product."""
    return actor.has(*KEEPERS, Role.COMPLIANCE)


def may_import_accounts(actor: Actor) -> bool:
    """Taking over whole files."""
    return actor.has(Role.ADMINISTRATOR, Role.SYSTEM)


def may_take_payment(actor: Actor) -> bool:
    """Whoever brings money for an account they may see; a relative hands it to the agent or the customer."""
    return actor.role is not Role.RELATIVE


def visible_to(actor: Actor) -> QuerySet[CreditAccount]:
    """Staff and agents see every account (visits say which of them an agent is shown), customers their own.

    A relative sees none: who may ask for visits may not know of debts.
    """
    if actor.has(*READERS):
        return CreditAccount.objects.all()
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return CreditAccount.objects.filter(customer_id=actor.customer_id)
    return CreditAccount.objects.none()
