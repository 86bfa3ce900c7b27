"""Who may ask for slots, take them, and see routes."""

from uuid import UUID

from django.db.models import QuerySet

from koumen.dispatch.models import Standing, Waiting
from koumen.kit.actor import Actor, Role


def may_ask_for_slots(actor: Actor) -> bool:
    """Whoever may book: customers, those who ask for them, the phone desk."""
    return actor.has(Role.CUSTOMER, Role.RELATIVE, Role.DISPATCHER, Role.SYSTEM)


def may_take_slot(actor: Actor, customer_id: UUID) -> bool:
    """A customer for themselves; whether a relative may ask for this customer is judged by ``visits``."""
    if actor.role is Role.CUSTOMER:
        return actor.customer_id == customer_id
    return may_ask_for_slots(actor)


def may_make_wish(actor: Actor, customer_id: UUID) -> bool:
    """Whoever may take a slot for this customer."""
    return may_take_slot(actor, customer_id)


def may_wait(actor: Actor, customer_id: UUID) -> bool:
    """The customer, and the desk for a caller; a relative's wish is only counted."""
    if actor.role is Role.CUSTOMER:
        return actor.customer_id == customer_id
    return actor.has(Role.DISPATCHER)


def waiting_visible_to(actor: Actor) -> QuerySet[Waiting]:
    """A customer their own; staff and the system all."""
    if actor.is_staff or actor.role is Role.SYSTEM:
        return Waiting.objects.all()
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return Waiting.objects.filter(customer_id=actor.customer_id)
    return Waiting.objects.none()


def may_say_yes(actor: Actor, customer_id: UUID) -> bool:
    """Only the customer: yes is a promise."""
    return actor.role is Role.CUSTOMER and actor.customer_id == customer_id


def may_ask_for_customer(actor: Actor) -> bool:
    """The phone desk, for a caller; a second person of it says that the customer agreed (T1: not alone)."""
    return actor.person_id is not None and actor.has(Role.DISPATCHER)


def may_keep_standing(actor: Actor, customer_id: UUID) -> bool:
    """The customer, and the desk that reads back to a caller."""
    return may_wait(actor, customer_id)


def standing_visible_to(actor: Actor) -> QuerySet[Standing]:
    """A customer their own; staff and the system all."""
    if actor.is_staff or actor.role is Role.SYSTEM:
        return Standing.objects.all()
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return Standing.objects.filter(customer_id=actor.customer_id)
    return Standing.objects.none()


def may_see_board(actor: Actor) -> bool:
    """Staff at the console."""
    return actor.is_staff or actor.role is Role.SYSTEM


def may_see_route(actor: Actor, agent_id: UUID) -> bool:
    """The agent whose route it is, and staff."""
    return may_see_board(actor) or (actor.role is Role.AGENT and actor.agent_id == agent_id)


def may_set_travel(actor: Actor) -> bool:
    """Import roads, set speeds, let trips correct them: who plans, the administrator, and jobs."""
    return actor.has(Role.DISPATCHER, Role.ADMINISTRATOR, Role.SYSTEM)


def may_plan(actor: Actor) -> bool:
    """Plan a day, pin, swap and refuse: dispatch, and jobs."""
    return actor.has(Role.DISPATCHER, Role.SYSTEM)
