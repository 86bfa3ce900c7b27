"""Who may do what to agents, and who sees them."""

from uuid import UUID

from django.db.models import QuerySet

from koumen.agents.models import Agent
from koumen.kit.actor import Actor, Role


def may_manage_agents(actor: Actor) -> bool:
    """Engage, certify and plan: the dispatcher, the administrator, and the system for a demonstration."""
    return actor.has(Role.DISPATCHER, Role.ADMINISTRATOR, Role.SYSTEM)


def may_report_on_shift(actor: Actor, agent_id: UUID) -> bool:
    """Say that an agent is held up or cannot go on: the agent themselves, and dispatch whom they call."""
    return (actor.role is Role.AGENT and actor.agent_id == agent_id) or actor.has(Role.DISPATCHER)


def visible_to(actor: Actor) -> QuerySet[Agent]:
    """Staff see every agent, an agent themselves, nobody else a list."""
    if actor.is_staff or actor.role is Role.SYSTEM:
        return Agent.objects.all()
    if actor.role is Role.AGENT and actor.agent_id:
        return Agent.objects.filter(id=actor.agent_id)
    return Agent.objects.none()
