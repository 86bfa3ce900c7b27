"""Questions about money that an agent cannot answer at a door: noted for somebody who can, and never sold upon."""

from enum import StrEnum

LONGEST_WORDS = 500


class Question(StrEnum):
    """What the customer wants to know."""

    REPAYMENT_PLAN = "repayment_plan"
    DUE_DAY = "due_day"
    BILL = "bill"
    COSTS = "costs"
    OTHER = "other"
