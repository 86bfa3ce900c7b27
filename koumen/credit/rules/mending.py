"""What one person proposes about an account and a second one decides, and for which reasons."""

from enum import StrEnum

from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import ActivityKind
from koumen.credit.rules.allocation import Bucket
from koumen.kit.errors import Conflict
from koumen.ledger.rules.posting import check_amount


class Act(StrEnum):
    """What is proposed."""

    REVERSAL = "reversal"
    WAIVER = "waiver"
    WRITE_OFF = "write_off"
    LIMIT = "limit"


# Reasons are codes: facts carry no free text.
REASONS: dict[Act, tuple[str, ...]] = {
    Act.REVERSAL: ("wrong_amount", "wrong_account", "money_did_not_come", "told_twice", "merchant_error"),
    Act.WAIVER: ("our_mistake", "hardship", "bereavement", "goodwill"),
    Act.WRITE_OFF: ("uncollectable", "deceased", "fraud", "settled_by_law"),
    Act.LIMIT: ("customer_asked", "income_checked", "risk", "our_mistake"),
}

# What can be let go: never what was bought.
WAIVABLE = (Bucket.INTEREST, Bucket.LATE, Bucket.FEE, Bucket.INSTALMENT_FEE)

# A write-off also ended the account; money for it comes in as a recovery. A due day is simply changed again.
FINAL = frozenset({ActivityKind.WRITE_OFF, ActivityKind.DUE_DAY})

# Why something was let go or taken back by itself: a repayment plan was kept, or broken; the bank gave money back.
BY_RULE_REASONS = ("repayment_plan", "plan_broken", "payout_returned")

PAUSE_REASONS = ("hardship", "illness", "bereavement", "calamity", "dispute")


def require_new_limit(account: HeldAccount, limit_minor: int) -> None:
    """A limit that an account can get: positive, another than it has, while it is in use.

    Raises Invalid("amount-not-positive" | "amount-too-large") or Conflict("account-not-active" | "limit-unchanged").
    """
    check_amount(limit_minor)
    if account.state != "active":  # states.AccountState
        raise Conflict("account-not-active")
    if limit_minor == account.limit_minor:
        raise Conflict("limit-unchanged")


def is_same_person(key: str, other: str) -> bool:
    """Whether two keys of actors name one person, in whatever roles: a second role is no second person."""
    return key.rpartition(":")[2] == other.rpartition(":")[2]
