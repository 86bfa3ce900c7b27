"""Which tables go where: the registry into public, everything else into the branch's schema."""

from typing import Any

from django.conf import settings


class RegistryRouter:
    """While public is migrated only the room branch runs; while a branch is migrated all others do."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:  # noqa: ARG002
        """Answer Django's question for one app."""
        in_registry = app_label == "branch"
        return in_registry if getattr(settings, "MIGRATING_REGISTRY", False) else not in_registry
