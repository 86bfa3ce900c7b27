"""Is this visit genuine? Nobody who asks is told anything; the lender calls the number on file."""

from datetime import timedelta
from enum import StrEnum

# What the public page promises; whoever stands before a closed door cannot wait longer.
CALL_WITHIN = timedelta(minutes=10)


class AskedBy(StrEnum):
    """How the question came."""

    PAGE = "page"
    PHONE = "phone"


class Answer(StrEnum):
    """What the desk told the customer on the number on file."""

    EXPECTED = "expected"  # yes: this visit
    NOBODY = "nobody"  # no visit now: do not open
    DANGER = "danger"  # no visit, and somebody stands at the door
    NOT_REACHED = "not_reached"
