"""The kinds of entries: which business fact stands behind a group of movements."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What happened; an entry of any other kind is a fault of the program."""

    # The line is used.
    PURCHASE = "purchase"
    REFUND = "refund"  # something bought was given back
    DISBURSEMENT = "disbursement"  # a loan was paid out
    # Money comes in for a debt.
    CASH_TENDER = "cash_tender"
    WALLET_TENDER = "wallet_tender"
    CARD_TENDER = "card_tender"
    TRANSFER_IN = "transfer_in"
    REPAYMENT = "repayment"  # in any other way
    # What the debt grows by.
    INTEREST = "interest"
    LATE_CHARGE = "late_charge"
    FEE = "fee"
    PLAN_FEE = "plan_fee"
    # What it shrinks by without money, and money that comes after that.
    WAIVER = "waiver"
    WRITE_OFF = "write_off"
    RECOVERY = "recovery"
    # Money back to a customer, and mending.
    CREDIT_USED = "credit_used"  # a credit balance paid what fell due
    CREDIT_REFUND = "credit_refund"
    PAYOUT_SENT = "payout_sent"
    CORRECTION = "correction"
    REVERSAL = "reversal"
    # Cash on its way from the bank to the agent, and back to the bank.
    CASH_FETCHED = "cash_fetched"
    FLOAT = "float"
    HAND_IN = "hand_in"
    DEPOSIT = "deposit"
    DEPOSIT_ARRIVED = "deposit_arrived"
    CASH_DIFFERENCE = "cash_difference"
    # Notes of a payment that was taken back: owed to who gave them; given back, never there, or nobody's.
    RETURN_OWED = "return_owed"
    CASH_RETURNED = "cash_returned"
    NEVER_CAME = "never_came"
    NOTES_KEPT = "notes_kept"
    # The acquirer of the card terminals has paid.
    CARD_SETTLED = "card_settled"
    # Taken over from another system.
    OPENING = "opening"
    IMPORT_PAYMENT = "import_payment"
