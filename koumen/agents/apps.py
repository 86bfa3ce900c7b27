"""The room agents."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    """Agents, their skills, certificates and shifts."""

    name = "koumen.agents"
    label = "agents"
