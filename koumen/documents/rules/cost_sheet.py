"""What a sheet of all costs says, as a paper: figures and codes, to be put into the reader's words.

The shape is that of the rule of 2026 (China, 个人贷款业务明示综合融资成本规定, in force since 1 August 2026).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from koumen.documents.rules.receipt import Language, LenderLines
from koumen.kit.money import Money


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """One cost: its name and how it is collected by their codes, rates as parts of one.

    ``most`` is the most it can be; ``annual`` what it is in a year.
    """

    name: str
    how: str
    rate: Decimal | None = None
    amount: Money | None = None
    most: Money | None = None
    annual: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """That the sheet was confirmed: by a tap or a signature, and when."""

    how: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CostSheetContent:
    """Everything on the sheet. It names an account by its number and no person.

    ``record`` is the sheet in canonical JSON, attached to the PDF: its SHA-256 is the number to check.
    """

    language: Language
    zone: ZoneInfo
    lender: LenderLines
    account_number: str
    purpose: str
    principal: Money
    payments: tuple[Money, ...]
    items: tuple[CostLine, ...]
    contingent: tuple[CostLine, ...]
    annual: Decimal
    effective: Decimal
    shown_at: datetime
    digest: str
    record: str
    confirmation: Confirmation | None = None
    is_large: bool = False

    @property
    def total(self) -> Money:
        """All that is paid back."""
        return Money(sum(one.minor for one in self.payments), self.principal.currency)

    @property
    def cost(self) -> Money:
        """What it costs when all goes well."""
        return self.total - self.principal
