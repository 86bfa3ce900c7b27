"""The room credit."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """Products, credit accounts, purchases, statements, quotes and what is owed."""

    name = "koumen.credit"
    label = "credit"
