"""What a receipt says: the fields of Japan's Money Lending Business Act, Article 18 (the strictest known), and ours."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from koumen.kit.errors import Invalid
from koumen.kit.money import Money, total

# Changes when a field is added or means something else; the attached record names it.
RECORD_VERSION = 1


class Language(StrEnum):
    """The languages documents are written in."""

    HANS = "zh-Hans"
    HANT = "zh-Hant"
    EN = "en"


def language_of(code: str) -> Language:
    """The language of documents for whoever reads pages in a language; English for one that is not written."""
    return next((one for one in Language if one.lower() == code.lower()), Language.EN)


class Paper(StrEnum):
    """How the receipt is laid out; LARGE is A4 with all text at 18 points, for whoever reads with difficulty."""

    A5 = "a5"
    A4 = "a4"
    LARGE = "large"


class Method(StrEnum):
    """How the money was handed over."""

    CASH = "cash"
    WALLET = "wallet"
    CARD = "card"
    TRANSFER = "transfer"


@dataclass(frozen=True, kw_only=True)
class LenderLines:
    """The lender as a receipt must name it; ``complaints`` says where to complain besides the telephone."""

    name: str
    address: str
    registration_number: str
    help_phone: str
    complaints: str


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The credit contract that was paid on, and who owes."""

    number: str
    signed_on: date
    credit_limit: Money
    debtor: str


@dataclass(frozen=True, kw_only=True)
class Split:
    """What the money paid for; what is more than the debt stays as the customer's credit balance."""

    interest: Money
    late: Money
    fees: Money
    principal: Money
    credit_balance: Money

    def parts(self) -> dict[str, Money]:
        """The parts by name, in the order they are printed."""
        return {
            "fees": self.fees,
            "late": self.late,
            "interest": self.interest,
            "principal": self.principal,
            "credit_balance": self.credit_balance,
        }


@dataclass(frozen=True, kw_only=True)
class CashCount:
    """Notes and coins as counted: (denomination in minor units, pieces), largest first; and the change given."""

    counted: tuple[tuple[int, int], ...]
    change: Money

    @property
    def handed_over(self) -> Money:
        """What the customer put down, before change."""
        return Money(sum(value * pieces for value, pieces in self.counted), self.change.currency)


@dataclass(frozen=True, kw_only=True)
class Tendered:
    """How it was paid: cash has a count, the others may have the provider's reference."""

    method: Method
    cash: CashCount | None = None
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Where anybody can ask whether this receipt is real."""

    verify_url: str
    short_code: str


@dataclass(frozen=True, kw_only=True)
class ReceiptContent:
    """Everything on one receipt; sums that do not agree are refused, spellings never are."""

    number: str
    language: Language
    zone: ZoneInfo
    lender: LenderLines
    contract: Contract
    amount: Money
    split: Split
    balance_after: Money
    received_at: datetime
    tendered: Tendered
    visit_number: str
    agent_number: str
    quote_id: str
    proof: Proof
    payer: str = ""  # only when somebody other than the debtor paid
    paper: Paper = Paper.A5

    def __post_init__(self) -> None:
        """Refuse sums that do not agree: Invalid("receipt-split-differs" | "receipt-cash-differs")."""
        parts = total(self.split.parts().values(), self.amount.currency)
        if parts != self.amount or self.amount.minor <= 0:
            raise Invalid("receipt-split-differs", field="split", parts=str(parts), amount=str(self.amount))
        cash = self.tendered.cash
        if (cash is not None) != (self.tendered.method is Method.CASH):
            raise Invalid("receipt-cash-differs", field="tendered")
        if cash and cash.handed_over - cash.change != self.amount:
            raise Invalid("receipt-cash-differs", field="tendered", counted=str(cash.handed_over))
        if self.received_at.tzinfo is None:
            raise Invalid("receipt-time-without-zone", field="received_at")
