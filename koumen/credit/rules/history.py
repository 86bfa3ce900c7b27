"""The history of an account as another system tells it: opening balance, then month by month."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from koumen.credit.rules.buying import Category

if TYPE_CHECKING:
    from koumen.people.rules.details import PersonalDetails


@dataclass(frozen=True, kw_only=True)
class HistoricPurchase:
    """Something bought, or given back (negative)."""

    amount_minor: int
    description: str
    purchased_at: datetime
    category: Category = Category.SHOP


@dataclass(frozen=True, kw_only=True)
class HistoricMonth:
    """What happened since the statement before, and the statement that closed the month.

    ``balance_minor`` is the bill as issued: balance before - payment + purchases, exactly. Negative
    means that the lender owes the customer. Everything in the month lies before the statement's day.
    """

    issued_date: date
    due_date: date
    balance_minor: int
    payment_minor: int = 0
    paid_at: datetime | None = None
    purchases: tuple[HistoricPurchase, ...] = ()
    reported_lateness: int | None = None


@dataclass(frozen=True, kw_only=True)
class HistoricAccount:
    """One credit account with its customer, to be taken over; months in the order of their statements.

    ``purchases_since`` came after the last statement: they are not billed yet.
    """

    number: str
    details: "PersonalDetails"
    latitude: float
    longitude: float
    language: str
    limit_minor: int
    opened_date: date
    opening_minor: int
    opening_at: datetime
    months: tuple[HistoricMonth, ...]
    purchases_since: tuple[HistoricPurchase, ...] = ()
    elder_mode: bool = False
    reported_lateness: int | None = None
