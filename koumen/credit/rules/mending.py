"""What one person proposes about an account and a second one decides, and for which reasons."""

from enum import StrEnum


class Act(StrEnum):
    """What is proposed."""

    REVERSAL = "reversal"
    WAIVER = "waiver"
    WRITE_OFF = "write_off"


# Reasons are codes: facts carry no free text.
REASONS: dict[Act, tuple[str, ...]] = {
    Act.REVERSAL: ("wrong_amount", "wrong_account", "money_did_not_come", "told_twice", "merchant_error"),
    Act.WAIVER: ("our_mistake", "hardship", "bereavement", "goodwill"),
    Act.WRITE_OFF: ("uncollectable", "deceased", "fraud", "settled_by_law"),
}

PAUSE_REASONS = ("hardship", "illness", "bereavement", "calamity", "dispute")
