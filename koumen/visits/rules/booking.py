"""What is written down when a visit is booked."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

COLLECTION = "collection"  # a visit's nature: the lender wants money that is overdue; never raised silently


class InitiatedBy(StrEnum):
    """Whose wish a visit was."""

    CUSTOMER = "customer"
    DELEGATE = "delegate"
    LENDER = "lender"


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A visit as asked for, with the place in an agent's shift that was found for it."""

    customer_id: UUID
    account_id: UUID
    shift_id: UUID
    agent_id: UUID
    date: date
    window_from: datetime
    window_to: datetime
    service_s: int
    latitude: float
    longitude: float
    wanted_minor: int
    currency: str
    wants_cash: bool = False
    purpose: str = "repayment"
    staff: int = 1
    equipment: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    note: str = ""
    initiated_by: InitiatedBy = InitiatedBy.CUSTOMER
    is_agreed: bool = False  # the customer said yes before: a standing visit, booked by the system
