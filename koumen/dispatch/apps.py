"""The room dispatch."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """Slots that can be kept, the stops of a shift, the board."""

    name = "koumen.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        """Let the room's reactions register themselves."""
        from koumen.dispatch import jobs  # noqa: F401
