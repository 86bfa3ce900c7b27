"""The books as text for Beancount, so that a program that is not ours can add them up.

Source: Beancount's language syntax, version 3 (beancount.github.io/docs). A name has parts of letters, digits and
dashes that begin with a capital or a digit; so an owner is named by the capitals of their id, which holds no number
of a customer.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from koumen.kit.money import CURRENCIES
from koumen.ledger.rules.chart import AccountKind

NAMES: dict[AccountKind, str] = {
    AccountKind.PRINCIPAL: "Assets:Receivable:Principal",
    AccountKind.INTEREST: "Assets:Receivable:Interest",
    AccountKind.LATE: "Assets:Receivable:LateCharges",
    AccountKind.FEE: "Assets:Receivable:Fees",
    AccountKind.AGENT_SHORT: "Assets:Receivable:CashMissing",
    AccountKind.AGENT_CASH: "Assets:Cash:Agents",
    AccountKind.SAFE: "Assets:Cash:Safe",
    AccountKind.CASH_IN_TRANSIT: "Assets:Cash:InTransit",
    AccountKind.WALLET: "Assets:Wallet",
    AccountKind.CARD: "Assets:Card",
    AccountKind.BANK: "Assets:Bank",
    AccountKind.PAYMENTS_IN: "Assets:PaymentsBeforeImport",
    AccountKind.CREDIT_BALANCE: "Liabilities:Customers",
    AccountKind.CASH_TO_RETURN: "Liabilities:CashToReturn",
    AccountKind.PAYOUT: "Liabilities:Payouts",
    AccountKind.MERCHANT: "Liabilities:Merchants",
    AccountKind.SUSPENSE: "Liabilities:Suspense",
    AccountKind.OPENING: "Equity:Opening",
    AccountKind.INTEREST_INCOME: "Income:Interest",
    AccountKind.LATE_INCOME: "Income:LateCharges",
    AccountKind.FEE_INCOME: "Income:Fees",
    AccountKind.RECOVERY_INCOME: "Income:Recoveries",
    AccountKind.CASH_OVER: "Income:CashOver",
    AccountKind.WAIVER_EXPENSE: "Expenses:Waivers",
    AccountKind.WRITE_OFF_EXPENSE: "Expenses:WriteOffs",
    AccountKind.CASH_SHORT: "Expenses:CashShort",
}

# (account, minor units to its debit, currency); a credit is negative
Posting = tuple[str, int, str]


def account_name(kind: AccountKind, owner_id: UUID | None = None) -> str:
    """An account's name; one below its kind's for each owner."""
    return f"{NAMES[kind]}:{str(owner_id).upper()}" if owner_id else NAMES[kind]


def heading(branch: str, currencies: Iterable[str]) -> str:
    """The options at the head of the file."""
    lines = [f'option "title" "Koumen {branch}"']
    lines += [f'option "operating_currency" "{currency}"' for currency in currencies]
    return "\n".join(lines) + "\n\n"


def opened(day: date, account: str) -> str:
    """An account may be used from this day on."""
    return f"{day} open {account}\n"


def transaction(
    day: date,
    narration: str,
    postings: Iterable[Posting],
    *,
    source_id: UUID | None = None,
    notes: Iterable[tuple[str, object]] = (),
) -> str:
    """One entry; entries of one source are linked."""
    link = f" ^{source_id}" if source_id else ""
    lines = [f'\n{day} * "{narration}"{link}']
    lines += [f'  {name}: "{value}"' for name, value in notes]
    lines += [f"  {account}  {_number(minor, currency)} {currency}" for account, minor, currency in postings]
    return "\n".join(lines) + "\n"


def balance(day: date, account: str, minor: int, currency: str) -> str:
    """What must stand on an account when a day begins, to the unit; Beancount refuses the file otherwise."""
    return f"{day} balance {account}  {_number(minor, currency)} ~ 0 {currency}\n"


def _number(minor: int, currency: str) -> str:
    units = CURRENCIES[currency].minor_units
    sign, digits = "-" if minor < 0 else "", f"{abs(minor):0{units + 1}d}"
    whole, part = (digits[:-units], f".{digits[-units:]}") if units else (digits, "")
    return f"{sign}{whole}{part}"
