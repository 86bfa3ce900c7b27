"""The room devices."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Phones, their enrolment, their signed acts."""

    name = "koumen.devices"
    label = "devices"

    def ready(self) -> None:
        """Let the room's jobs register themselves."""
        from koumen.devices import jobs  # noqa: F401
