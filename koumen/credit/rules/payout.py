"""What passes between us and the bank that pays out for us, and for which reasons loans are refused.

A payout is known to the bank by our id, so that asking twice pays once.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from koumen.kit.errors import Invalid

# Banks give transfers back within days; after a month nobody asks any more.
RETURNED_WITHIN = timedelta(days=30)
REASONS = ("account_closed", "name_differs", "account_unknown", "refused", "other")
REFUSED_FOR = ("income_too_low", "too_much_debt", "not_understood", "identity_unclear", "customer_asked")
REQUEST_LIVES = timedelta(days=14)  # a loan that nobody decided on by then is asked for anew


class PayoutPurpose(StrEnum):
    """What is paid out."""

    LOAN = "loan"
    CREDIT_BALANCE = "credit_balance"


class AtTheBank(StrEnum):
    """Where a payout stands at the bank."""

    PENDING = "pending"
    SENT = "sent"
    RETURNED = "returned"


@dataclass(frozen=True, kw_only=True)
class BankAnswer:
    """A payout as the bank tells it."""

    payout_id: UUID
    state: AtTheBank
    amount_minor: int
    currency: str
    reference: str
    reason: str = ""
    at: datetime | None = None


def read_answer(body: bytes | str) -> BankAnswer:
    """Read the bank's JSON; a reason that we do not know is "other". Raises Invalid("payout-unreadable")."""
    try:
        said = json.loads(body)
        moment = said.get("at")
        reason = str(said.get("reason") or "")
        return BankAnswer(
            payout_id=UUID(said["payout"]),
            state=AtTheBank(said["state"]),
            amount_minor=int(said["amount_minor"]),
            currency=str(said["currency"]),
            reference=str(said["reference"])[:60],
            reason=reason if reason in REASONS or not reason else "other",
            at=datetime.fromisoformat(moment).astimezone(UTC) if moment else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("payout-unreadable", field="body") from None
