"""The app of the shared look."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, static files and middleware of all four sites."""

    name = "koumen.web.ui"
    label = "ui"
