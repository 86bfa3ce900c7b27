"""Taking over accounts with their history: one batch, set-based, one fact."""

from koumen.credit.importer.accounts import Outcome, Takeover, import_accounts
from koumen.credit.importer.faults import FileFault, LinesRefused
from koumen.credit.importer.history import Written, write_history
from koumen.credit.importer.places import Place, read_places
from koumen.credit.rules.history import HistoricAccount, HistoricMonth, HistoricPurchase

__all__ = [
    "FileFault",
    "HistoricAccount",
    "HistoricMonth",
    "HistoricPurchase",
    "LinesRefused",
    "Outcome",
    "Place",
    "Takeover",
    "Written",
    "import_accounts",
    "read_places",
    "write_history",
]
