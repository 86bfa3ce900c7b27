"""Payments and receipts; cash from person to person; what the bank and the acquirer say of them."""

from koumen.payments.models.custody import (
    CashAlarm,
    CashFetch,
    CashFloat,
    CashReturn,
    Deposit,
    HandIn,
    Pile,
    PileNote,
)
from koumen.payments.models.paying import (
    CashWitness,
    NoteCount,
    Payment,
    Receipt,
    ReceiptSeries,
)
from koumen.payments.models.settling import (
    CardSlip,
    ForgedNote,
    SettlementFile,
    SettlementLine,
)

__all__ = [
    "CardSlip",
    "CashAlarm",
    "CashFetch",
    "CashFloat",
    "CashReturn",
    "CashWitness",
    "Deposit",
    "ForgedNote",
    "HandIn",
    "NoteCount",
    "Payment",
    "Pile",
    "PileNote",
    "Receipt",
    "ReceiptSeries",
    "SettlementFile",
    "SettlementLine",
]
