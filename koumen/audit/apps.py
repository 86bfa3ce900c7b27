"""The room audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Facts, seals, idempotency."""

    name = "koumen.audit"
    label = "audit"
