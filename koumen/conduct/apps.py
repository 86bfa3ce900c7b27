"""The room conduct."""

from django.apps import AppConfig


class ConductConfig(AppConfig):
    """What may be done to whom and when: policy packs and their stored rulings."""

    name = "koumen.conduct"
    label = "conduct"
