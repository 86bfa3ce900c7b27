"""Taking over accounts with their history: one batch, set-based, one fact."""

from koumen.credit.importer.history import Written, write_history
from koumen.credit.rules.history import HistoricAccount, HistoricMonth, HistoricPurchase

__all__ = ["HistoricAccount", "HistoricMonth", "HistoricPurchase", "Written", "write_history"]
