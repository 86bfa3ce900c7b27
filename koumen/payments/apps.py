"""The room payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payments and tenders, cash custody, receipts."""

    name = "koumen.payments"
    label = "payments"

    def ready(self) -> None:
        """Let the room's reactions register themselves."""
        from koumen.payments import jobs  # noqa: F401
