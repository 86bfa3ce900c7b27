"""Who may see and move what of credit accounts."""

from uuid import UUID

from django.db.models import QuerySet

from koumen.credit.models import CostSheet, CreditAccount
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


def may_tap_cost_sheet(actor: Actor, sheet: CostSheet) -> bool:
    """Confirming by a tap: only for who was shown the sheet, and only the customer; nobody taps for another."""
    return actor.has(Role.SYSTEM) or (actor.role is Role.CUSTOMER and actor.key == sheet.shown_to)


def may_witness_signature(actor: Actor) -> bool:
    """Taking a signature in person; a customer alone with a telephone signs for nobody."""
    return actor.has(Role.AGENT, Role.SYSTEM) or actor.is_staff


def may_arrange_instalments(actor: Actor) -> bool:
    """Customers for themselves, staff and agents with them (a sheet of costs is confirmed first); never a relative."""
    return actor.role is not Role.RELATIVE


def may_pause_late_charges(actor: Actor) -> bool:
    """Staff who speak with customers, and the system for a repayment plan."""
    return actor.has(Role.DISPATCHER, Role.FINANCE, Role.COMPLIANCE, Role.ADMINISTRATOR, Role.SYSTEM)


def may_mend_accounts(actor: Actor) -> bool:
    """Taking back, letting go, giving up, closing: finance's (by two persons) and the system's."""
    return actor.has(Role.FINANCE, Role.SYSTEM)


def may_record_repayment(actor: Actor) -> bool:
    """Entering money that came by transfer, at a desk or in a file: finance's, and the system's."""
    return actor.has(Role.FINANCE, Role.SYSTEM)


def may_see_account(actor: Actor, customer_id: UUID) -> bool:
    """The rule of ``visible_to`` for one account that is known already."""
    return actor.has(*READERS) or (actor.role is Role.CUSTOMER and actor.customer_id == customer_id)


def visible_to(actor: Actor) -> QuerySet[CreditAccount]:
    """Staff and agents see every account (visits say which of them an agent is shown), customers their own.

    A relative sees none: who may ask for visits may not know of debts.
    """
    if actor.has(*READERS):
        return CreditAccount.objects.all()
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return CreditAccount.objects.filter(customer_id=actor.customer_id)
    return CreditAccount.objects.none()
