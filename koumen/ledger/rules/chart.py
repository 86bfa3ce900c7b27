"""The chart of accounts: what each kind is, and on which side its balance stands."""

from enum import StrEnum


class AccountKind(StrEnum):
    """What an account stands for."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    LATE = "late"
    FEE = "fee"
    CREDIT_BALANCE = "credit_balance"
    CASH_TO_RETURN = "cash_to_return"
    PAYOUT = "payout"
    AGENT_CASH = "agent_cash"
    SAFE = "safe"
    CASH_IN_TRANSIT = "cash_in_transit"
    WALLET = "wallet"
    CARD = "card"
    BANK = "bank"
    MERCHANT = "merchant"
    PAYMENTS_IN = "payments_in"
    OPENING = "opening"
    INTEREST_INCOME = "interest_income"
    LATE_INCOME = "late_income"
    FEE_INCOME = "fee_income"
    RECOVERY_INCOME = "recovery_income"
    CASH_OVER = "cash_over"
    WAIVER_EXPENSE = "waiver_expense"
    WRITE_OFF_EXPENSE = "write_off_expense"
    AGENT_SHORT = "agent_short"
    CASH_SHORT = "cash_short"
    SUSPENSE = "suspense"


class Side(StrEnum):
    """On which side an account's balance stands; BOTH for accounts that only clear."""

    DEBIT = "debit"
    CREDIT = "credit"
    BOTH = "both"


CHART: dict[AccountKind, Side] = {
    AccountKind.PRINCIPAL: Side.DEBIT,
    AccountKind.INTEREST: Side.DEBIT,
    AccountKind.LATE: Side.DEBIT,
    AccountKind.FEE: Side.DEBIT,
    AccountKind.CREDIT_BALANCE: Side.CREDIT,  # what the lender owes a customer
    AccountKind.CASH_TO_RETURN: Side.CREDIT,  # notes that were taken, but whose payment was taken back
    AccountKind.PAYOUT: Side.CREDIT,  # to be paid to customers, not yet sent by the bank
    AccountKind.AGENT_CASH: Side.DEBIT,
    AccountKind.SAFE: Side.DEBIT,  # the cash office
    AccountKind.CASH_IN_TRANSIT: Side.DEBIT,  # given to the bank with a slip, not yet in its file
    AccountKind.WALLET: Side.DEBIT,  # what the wallet's provider owes the branch
    AccountKind.CARD: Side.DEBIT,  # what the acquirer of the card terminals owes the branch
    AccountKind.BANK: Side.BOTH,  # may be overdrawn
    AccountKind.MERCHANT: Side.BOTH,  # refunds may pass what was bought since the last settlement
    AccountKind.PAYMENTS_IN: Side.DEBIT,  # money that another system took before an import
    AccountKind.OPENING: Side.BOTH,
    AccountKind.INTEREST_INCOME: Side.CREDIT,
    AccountKind.LATE_INCOME: Side.CREDIT,
    AccountKind.FEE_INCOME: Side.CREDIT,
    AccountKind.RECOVERY_INCOME: Side.CREDIT,  # money that came in after its debt was written off
    AccountKind.CASH_OVER: Side.CREDIT,  # counted at a hand-in, but belonging to no receipt
    AccountKind.WAIVER_EXPENSE: Side.DEBIT,
    AccountKind.WRITE_OFF_EXPENSE: Side.DEBIT,
    AccountKind.AGENT_SHORT: Side.DEBIT,  # receipted by an agent, but missing at the hand-in
    AccountKind.CASH_SHORT: Side.DEBIT,  # sent to the bank, but not counted there
    AccountKind.SUSPENSE: Side.BOTH,  # money in and out of the bank that nobody has matched yet
}

# The debts of a customer, each a bucket of what is due.
RECEIVABLES = (AccountKind.PRINCIPAL, AccountKind.INTEREST, AccountKind.LATE, AccountKind.FEE)

# Where the money of a repayment can arrive.
MONEY = (
    *(AccountKind.AGENT_CASH, AccountKind.SAFE, AccountKind.WALLET, AccountKind.CARD),
    *(AccountKind.BANK, AccountKind.PAYMENTS_IN),
)

# Accounts that a customer, a credit account or an agent owns; all others are the branch's own.
OWNED = frozenset({*RECEIVABLES, AccountKind.CREDIT_BALANCE, AccountKind.AGENT_CASH, AccountKind.AGENT_SHORT})


def owed_minor(kind: AccountKind, *, debit_minor: int, credit_minor: int) -> int:
    """The balance of an account, positive on its own side (debit for accounts that only clear)."""
    balance = debit_minor - credit_minor
    return -balance if CHART[kind] is Side.CREDIT else balance
