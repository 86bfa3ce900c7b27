"""Who may do what to agents, and who sees them."""

from uuid import UUID

from django.db.models import QuerySet

from koumen.agents.models import Agent, Loan, Portrait
from koumen.kit.actor import Actor, Role


def may_manage_agents(actor: Actor) -> bool:
    """Engage, certify and plan: the dispatcher, the administrator, and the system for a demonstration."""
    return actor.has(Role.DISPATCHER, Role.ADMINISTRATOR, Role.SYSTEM)


def may_report_on_shift(actor: Actor, agent_id: UUID) -> bool:
    """Say that an agent is held up or cannot go on: the agent themselves, and dispatch whom they call."""
    return (actor.role is Role.AGENT and actor.agent_id == agent_id) or actor.has(Role.DISPATCHER)


def may_keep_items(actor: Actor) -> bool:
    """Hand things out and take them back: the office, and the system for a demonstration."""
    return actor.has(Role.DISPATCHER, Role.FINANCE, Role.ADMINISTRATOR, Role.SYSTEM)


def may_keep_portraits(actor: Actor) -> bool:
    """The administrator: never whoever sends the agent (T12)."""
    return actor.has(Role.ADMINISTRATOR)


def may_approve_portrait(actor: Actor, portrait: Portrait) -> bool:
    """Another administrator than the one who put it in."""
    return may_keep_portraits(actor) and actor.person_id != portrait.uploaded_by_id


def may_open_shift(actor: Actor, agent_id: UUID) -> bool:
    """Only the agent begins their own day, and the system for a demonstration."""
    return actor.role is Role.SYSTEM or (actor.role is Role.AGENT and actor.agent_id == agent_id)


def loans_visible_to(actor: Actor) -> QuerySet[Loan]:
    """What is lent to the agents whom an actor may see."""
    return Loan.objects.filter(agent__in=visible_to(actor))


def visible_to(actor: Actor) -> QuerySet[Agent]:
    """Staff see every agent, an agent themselves, nobody else a list."""
    if actor.is_staff or actor.role is Role.SYSTEM:
        return Agent.objects.all()
    if actor.role is Role.AGENT and actor.agent_id:
        return Agent.objects.filter(id=actor.agent_id)
    return Agent.objects.none()
