"""The console site."""

from django.apps import AppConfig


class ConsoleSiteConfig(AppConfig):
    """The console site."""

    name = "koumen.web.console"
    label = "web_console"
