"""The room credit."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """Products, credit accounts, purchases, statements, quotes and what is owed."""

    name = "koumen.credit"
    label = "credit"

    def ready(self) -> None:
        """Let the room's jobs register themselves."""
        from koumen.credit import jobs  # noqa: F401
