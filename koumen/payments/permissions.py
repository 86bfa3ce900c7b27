"""Who may see payments and take money."""

from django.db.models import QuerySet

from koumen.kit.actor import Actor, Role
from koumen.payments.models import Payment, Receipt
from koumen.visits.models import Visit


def visible_to(actor: Actor) -> QuerySet[Payment]:
    """A customer their own, an agent those they took, staff and the system all; a relative none."""
    payments = Payment.objects.all()
    if actor.is_staff or actor.role is Role.SYSTEM:
        return payments
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return payments.filter(visit__customer_id=actor.customer_id)
    if actor.role is Role.AGENT and actor.agent_id:
        return payments.filter(agent_id=actor.agent_id)
    return payments.none()


def receipts_visible_to(actor: Actor) -> QuerySet[Receipt]:
    """The receipts of the payments an actor may see."""
    return Receipt.objects.filter(payment__in=visible_to(actor))


def may_list_payments(actor: Actor) -> bool:
    """Whoever answers for the money; the others see the payments of the visits they look at."""
    return actor.has(Role.FINANCE, Role.COMPLIANCE, Role.ADMINISTRATOR)


def may_take_money(actor: Actor, visit: Visit) -> bool:
    """Only the agent of the visit."""
    return actor.role is Role.AGENT and actor.agent_id == visit.agent_id


def may_tell_offline_cash(actor: Actor) -> bool:
    """Only the system, which has checked the signature of the device; or finance, which has looked at the act."""
    return actor.role is Role.SYSTEM or (actor.is_staff and actor.has(Role.FINANCE))


def may_void_receipt(actor: Actor) -> bool:
    """Only the system, after two people have taken the payment back: a receipt is never void by itself."""
    return actor.role is Role.SYSTEM


def may_settle_payment(actor: Actor) -> bool:
    """Only the system, on the provider's word: an agent can never say that a wallet has paid."""
    return actor.role is Role.SYSTEM
