"""What can happen on an account: each kind with its amount and what else it says. Pure values.

All activities of an account, in the order of their moments, give its position: whatever order they arrived in.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.schedule import Instalment


class ActivityKind(StrEnum):
    """Kinds of activity; at the same moment they count in this order."""

    DISBURSEMENT = "disbursement"  # a loan is paid out
    PURCHASE = "purchase"
    PLAN_START = "plan_start"  # debts become instalments
    PLAN_SETTLE = "plan_settle"  # instalments to come are owed now
    REFUND = "refund"
    REPAYMENT = "repayment"
    WAIVER = "waiver"
    CREDIT_REFUND = "credit_refund"  # a credit balance is paid out
    DUE_DAY = "due_day"
    HARDSHIP = "hardship"  # late charges rest until a day
    WRITE_OFF = "write_off"


@dataclass(frozen=True, kw_only=True)
class PlanTerms:
    """An instalment plan as agreed: its whole schedule; ``charge`` is the bucket of its fee, or of a loan's interest.

    ``from_bill``: out of the newest bill, not out of what is not billed yet.
    """

    plan_id: UUID
    schedule: tuple[Instalment, ...]
    charge: Bucket
    from_bill: bool = False


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One thing that happened on an account; ``on`` is the branch's date of ``effective_at``.

    ``plan_id``: the plan that is settled, refunded, paid by the customer's direction, or (a repayment plan) lets go. ``from_bank``: bought by a
    transfer of the lender (a card bill paid), not at a merchant. ``as_credit``: a payment
    that touches no debt; a waiver that also gives back what was paid.
    """

    activity_id: UUID
    kind: ActivityKind
    effective_at: datetime
    on: date
    amount_minor: int = 0
    as_credit: bool = False
    from_bank: bool = False
    plan: PlanTerms | None = None
    plan_id: UUID | None = None
    bucket: Bucket | None = None
    due_day: int | None = None
    until: date | None = None

    @property
    def order(self) -> tuple[datetime, int, UUID]:
        """Where it stands among the activities of its account; nothing in it depends on when it arrived."""
        return self.effective_at, _RANK[self.kind], self.activity_id


_RANK = {kind: place for place, kind in enumerate(ActivityKind)}
