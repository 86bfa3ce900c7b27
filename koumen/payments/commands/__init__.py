"""Taking money: cash, wallet, and the receipt of each; cash from the bank to the agent and back."""

from koumen.payments.commands.alarms import raise_cash_alarm
from koumen.payments.commands.card import Slip, pay_card
from koumen.payments.commands.cash import pay_cash
from koumen.payments.commands.deposits import (
    prepare_deposit,
    receive_deposit,
    send_deposit,
    withdraw_deposit,
)
from koumen.payments.commands.floats import fetch_cash, offer_float, take_float, withdraw_float
from koumen.payments.commands.forged import SeenNote, write_forged_note
from koumen.payments.commands.hand_ins import count_hand_in, declare_hand_in, withdraw_hand_in
from koumen.payments.commands.matching import import_settlement, match_deposit, match_payment, match_payout
from koumen.payments.commands.offline import OfflineTender, post_offline_card, post_offline_cash
from koumen.payments.commands.receipts import keep_receipt_pdf, receipt_content, receipt_pdf
from koumen.payments.commands.returning import claim_notes, decide_claim, owe_cash_return, return_cash
from koumen.payments.commands.slips import deposit_slip_pdf
from koumen.payments.commands.transfer import drop_transfer, settle_transfer, show_transfer
from koumen.payments.commands.voiding import void_receipt
from koumen.payments.commands.wallet import close_wallet, lose_sight, open_wallet, settle_wallet, show_wallet
from koumen.payments.commands.witness import witness_cash

__all__ = [
    "OfflineTender",
    "SeenNote",
    "Slip",
    "claim_notes",
    "close_wallet",
    "count_hand_in",
    "decide_claim",
    "declare_hand_in",
    "deposit_slip_pdf",
    "drop_transfer",
    "fetch_cash",
    "import_settlement",
    "keep_receipt_pdf",
    "lose_sight",
    "match_deposit",
    "match_payment",
    "match_payout",
    "offer_float",
    "open_wallet",
    "owe_cash_return",
    "pay_card",
    "pay_cash",
    "post_offline_card",
    "post_offline_cash",
    "prepare_deposit",
    "raise_cash_alarm",
    "receipt_content",
    "receipt_pdf",
    "receive_deposit",
    "return_cash",
    "send_deposit",
    "settle_transfer",
    "settle_wallet",
    "show_transfer",
    "show_wallet",
    "take_float",
    "void_receipt",
    "withdraw_deposit",
    "withdraw_float",
    "withdraw_hand_in",
    "witness_cash",
    "write_forged_note",
]
