"""What an account statement says: a bill as it was made, how it came about, and what lies behind it."""

from dataclasses import dataclass
from datetime import date

from koumen.documents.rules.receipt import Language, LenderLines, Paper
from koumen.kit.errors import Invalid
from koumen.kit.money import Money, total


@dataclass(frozen=True)
class StatementLine:
    """One line between the bill before and this one; the code has its words in statement_wording.py."""

    code: str
    amount: Money


@dataclass(frozen=True)
class StatementItem:
    """One thing behind the lines: its day, what it is (a code), where, and what it adds to the debt."""

    on: date
    code: str
    place: str
    amount: Money
    is_late: bool = False


@dataclass(frozen=True, kw_only=True)
class StatementContent:
    """Everything on one account statement; ``future`` are instalments to come, no part of the balance."""

    number: str
    language: Language
    lender: LenderLines
    debtor: str
    issued: date
    due: date
    balance: Money
    minimum: Money
    future: Money
    lines: tuple[StatementLine, ...]
    items: tuple[StatementItem, ...]
    paper: Paper = Paper.A4

    def __post_init__(self) -> None:
        """Refuse lines that do not add up: Invalid("statement-lines-differ")."""
        summed = total((line.amount for line in self.lines), self.balance.currency)
        if summed != self.balance:
            raise Invalid("statement-lines-differ", field="lines", sum=str(summed), balance=str(self.balance))
