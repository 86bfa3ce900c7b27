"""The room visits."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Visits and their life, mutual proof at the door, the agreed amount."""

    name = "koumen.visits"
    label = "visits"

    def ready(self) -> None:
        """Let the room's reactions register themselves."""
        from koumen.visits import jobs  # noqa: F401
