"""Who may see and move what of credit accounts."""

from uuid import UUID

from django.db.models import QuerySet

from koumen.credit.models import CostSheet, CreditAccount, Reservation
from koumen.credit.rules.cost_sheet import Purpose
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Denied

KEEPERS = (Role.FINANCE, Role.ADMINISTRATOR, Role.SYSTEM)
# A merchant finds the account that its customer named, and is told yes or no, never what is owed.
READERS = (*KEEPERS, Role.DISPATCHER, Role.COMPLIANCE, Role.AGENT, Role.MERCHANT)


def may_keep_accounts(actor: Actor) -> bool:
    """Opening accounts, issuing statements."""
    return actor.has(*KEEPERS)


def may_sell(actor: Actor) -> bool:
    """Entering purchases and refunds, holding a part of a limit: those who keep accounts, and merchants their own."""
    return actor.has(*KEEPERS, Role.MERCHANT)


def merchant_of(actor: Actor) -> UUID:
    """The merchant that acts. Raises Denied("credit-not-yours")."""
    if actor.role is not Role.MERCHANT or actor.person_id is None:
        raise Denied("credit-not-yours")
    return actor.person_id


def sold_by(actor: Actor, rows: QuerySet[Reservation]) -> QuerySet[Reservation]:
    """Reservations as far as an actor may take them or let them go: a merchant its own."""
    return rows.filter(merchant_id=merchant_of(actor)) if actor.role is Role.MERCHANT else rows


def may_keep_merchants(actor: Actor) -> bool:
    """Letting a merchant's program in, giving it another key."""
    return actor.has(Role.ADMINISTRATOR, Role.SYSTEM)


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


def may_turn_phone(actor: Actor, sheet: CostSheet) -> bool:
    """Handing over the agent's phone at a visit, on which the customer taps; for repayment plans only.

    That the visit is open and the customer's is seen where it is: this room does not know visits.
    """
    return _is_plan_shown_to(actor, sheet) and actor.has(Role.AGENT, Role.SYSTEM)


def may_read_back(actor: Actor, sheet: CostSheet) -> bool:
    """Reading all costs to a caller who says yes; for repayment plans only: nothing is lent by telephone."""
    return _is_plan_shown_to(actor, sheet) and actor.has(Role.DISPATCHER, Role.FINANCE, Role.SYSTEM)


def _is_plan_shown_to(actor: Actor, sheet: CostSheet) -> bool:
    return sheet.purpose == Purpose.REPAYMENT_PLAN and sheet.shown_to == actor.key


def may_make_plan(actor: Actor, customer_id: UUID) -> bool:
    """Proposing, agreeing, pausing, mending and ending a repayment plan.

    The customer; the desk and finance for a caller; an agent at a visit. Never a relative.
    """
    if actor.role is Role.CUSTOMER:
        return actor.customer_id == customer_id
    return actor.has(Role.DISPATCHER, Role.FINANCE, Role.AGENT, Role.SYSTEM)


def may_read_answers(actor: Actor, customer_id: UUID) -> bool:
    """What somebody earns and needs: shown again to nobody but themselves."""
    return actor.role is Role.CUSTOMER and actor.customer_id == customer_id


def may_review_plan(actor: Actor) -> bool:
    """Looking with a customer whether a plan still fits."""
    return actor.has(Role.DISPATCHER, Role.FINANCE, Role.SYSTEM)


def may_follow_accounts(actor: Actor) -> bool:
    """Everything that happened on an account and who did it: staff's; agents see what their visit needs."""
    return actor.has(*KEEPERS, Role.DISPATCHER, Role.COMPLIANCE)


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


def may_enter_bank_account(actor: Actor) -> bool:
    """Where money is paid out to: entered by staff after a call to the number on file, never by a page (T13)."""
    return actor.has(Role.DISPATCHER, Role.FINANCE, Role.ADMINISTRATOR, Role.SYSTEM)


def may_verify_bank_account(actor: Actor) -> bool:
    """Making sure that it is the customer's own: finance, and never who entered it."""
    return actor.has(Role.FINANCE, Role.SYSTEM)


def may_ask_loan(actor: Actor, customer_id: UUID) -> bool:
    """Only the customer, who has read all costs: nothing is lent by telephone or at a door."""
    return actor.has(Role.SYSTEM) or (actor.role is Role.CUSTOMER and actor.customer_id == customer_id)


def may_decide_loan(actor: Actor) -> bool:
    """Agreeing to a loan, or refusing it: finance's."""
    return actor.has(Role.FINANCE)


def may_tell_payout(actor: Actor) -> bool:
    """Only the system, on the bank's word."""
    return actor.role is Role.SYSTEM
