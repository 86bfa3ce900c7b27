"""What a report of the books says: a trial balance, or the movements of one part of the books."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from koumen.documents.rules.receipt import Language
from koumen.kit.money import Money

# What is set on paper; somebody who wants more takes a shorter time, or a file.
MOST_ROWS = 5_000


@dataclass(frozen=True, kw_only=True)
class BookHead:
    """Whose books, of which days (both included, none: from the first on, up to now), and when it was made.

    ``open_from`` is the first day to which entries may still be added; none while no day is closed.
    """

    language: Language
    lender: str
    branch: str
    zone: ZoneInfo
    made_at: datetime
    from_date: date | None = None
    through: date | None = None
    open_from: date | None = None

    @property
    def is_final(self) -> bool:
        """Whether all its days are closed, so that it will say the same whenever it is made."""
        return bool(self.through and self.open_from and self.through < self.open_from)


@dataclass(frozen=True)
class TrialRow:
    """A kind of account: its name, and what moved on both sides."""

    account: str
    debit: Money
    credit: Money


@dataclass(frozen=True, kw_only=True)
class TrialContent:
    """A trial balance; rows of several currencies are kept apart."""

    head: BookHead
    rows: tuple[TrialRow, ...]


@dataclass(frozen=True)
class LedgerRow:
    """One movement: when it counts, what happened, the account on the other side, and what stands there after it."""

    day: date
    entry: str
    other: str
    debit: Money
    credit: Money
    balance: Money


@dataclass(frozen=True, kw_only=True)
class LedgerContent:
    """The movements of a kind of account, or of one account of an owner, in the order in which they count."""

    head: BookHead
    account: str
    owner: str
    opening: Money
    rows: tuple[LedgerRow, ...]
