"""The room ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Accounts, entries and one-row movements."""

    name = "koumen.ledger"
    label = "ledger"
