"""The room messages."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """What people are told, by which channel, and that it was sent."""

    name = "koumen.messages"
    label = "messages"

    def ready(self) -> None:
        """Let the room's reactions register themselves."""
        from koumen.messages import jobs  # noqa: F401
