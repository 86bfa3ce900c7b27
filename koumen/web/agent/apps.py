"""The agent site."""

from django.apps import AppConfig


class AgentSiteConfig(AppConfig):
    """The agent site."""

    name = "koumen.web.agent"
    label = "web_agent"
