"""Taking money: cash, wallet, and the receipt of each."""

from koumen.payments.commands.cash import pay_cash
from koumen.payments.commands.offline import OfflineTender, post_offline_cash
from koumen.payments.commands.receipts import keep_receipt_pdf, receipt_content, receipt_pdf
from koumen.payments.commands.voiding import void_receipt
from koumen.payments.commands.wallet import close_wallet, lose_sight, open_wallet, settle_wallet, show_wallet

__all__ = [
    "OfflineTender",
    "close_wallet",
    "keep_receipt_pdf",
    "lose_sight",
    "open_wallet",
    "pay_cash",
    "post_offline_cash",
    "receipt_content",
    "receipt_pdf",
    "settle_wallet",
    "show_wallet",
    "void_receipt",
]
