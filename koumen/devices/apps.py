"""The room devices."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Phones, their enrolment, their signed acts."""

    name = "koumen.devices"
    label = "devices"
