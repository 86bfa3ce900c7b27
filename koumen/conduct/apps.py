"""The room conduct."""

from django.apps import AppConfig


class ConductConfig(AppConfig):
    """What may be done to whom and when: policy packs and their stored rulings."""

    name = "koumen.conduct"
    label = "conduct"

    def ready(self) -> None:
        """Let the room's jobs register themselves."""
        from koumen.conduct import jobs  # noqa: F401
