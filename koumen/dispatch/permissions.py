"""Who may ask for slots, take them, and see routes."""

from uuid import UUID

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
