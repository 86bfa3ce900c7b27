"""Who may see payments and take money."""

from uuid import UUID

from django.db.models import QuerySet

from koumen.kit.actor import Actor, Role
from koumen.payments.models import CashFloat, CashReturn, HandIn, Payment, Receipt
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


def may_witness_cash(actor: Actor, visit: Visit) -> bool:
    """The other of the two who came: an agent who may see the visit and is not the one who takes the money."""
    return actor.role is Role.AGENT and actor.agent_id is not None and actor.agent_id != visit.agent_id


def may_tell_offline_money(actor: Actor) -> bool:
    """Only the system, which has checked the signature of the device; or finance, which has looked at the act."""
    return actor.role is Role.SYSTEM or (actor.is_staff and actor.has(Role.FINANCE))


def may_void_receipt(actor: Actor) -> bool:
    """Only the system, after two people have taken the payment back: a receipt is never void by itself."""
    return actor.role is Role.SYSTEM


def may_settle_payment(actor: Actor) -> bool:
    """Only the system, on the provider's word: an agent can never say that a wallet has paid."""
    return actor.role is Role.SYSTEM


def may_keep_cash(actor: Actor) -> bool:
    """The cash office: counts floats out and hand-ins in, sends cash to the bank; only a person counts."""
    return actor.person_id is not None and actor.has(Role.FINANCE, Role.ADMINISTRATOR)


def may_match_lines(actor: Actor) -> bool:
    """Say what a line of the bank's or the acquirer's file belongs to: finance, and the system where it is certain."""
    return actor.has(Role.FINANCE, Role.ADMINISTRATOR, Role.SYSTEM)


def may_see_cash(actor: Actor) -> bool:
    """Who holds how much: whoever answers for the money."""
    return actor.has(Role.FINANCE, Role.COMPLIANCE, Role.ADMINISTRATOR, Role.SYSTEM)


def may_raise_cash_alarm(actor: Actor) -> bool:
    """Only the system, by the clock."""
    return actor.role is Role.SYSTEM


def may_carry_cash(actor: Actor, agent_id: UUID) -> bool:
    """Only the agent themselves take and declare what they carry."""
    return actor.role is Role.AGENT and actor.person_id is not None and actor.agent_id == agent_id


def floats_visible_to(actor: Actor) -> QuerySet[CashFloat]:
    """Whoever answers for the money sees all change money, an agent their own."""
    if may_see_cash(actor):
        return CashFloat.objects.all()
    return CashFloat.objects.filter(agent_id=actor.agent_id) if actor.agent_id else CashFloat.objects.none()


def hand_ins_visible_to(actor: Actor) -> QuerySet[HandIn]:
    """Whoever answers for the money sees all hand-ins, an agent their own."""
    if may_see_cash(actor):
        return HandIn.objects.all()
    return HandIn.objects.filter(agent_id=actor.agent_id) if actor.agent_id else HandIn.objects.none()


def returns_visible_to(actor: Actor) -> QuerySet[CashReturn]:
    """Whoever answers for the money sees all notes to give back, an agent those of their own payments."""
    if may_see_cash(actor):
        return CashReturn.objects.all()
    if actor.agent_id is None:
        return CashReturn.objects.none()
    return CashReturn.objects.filter(payment__agent_id=actor.agent_id)
