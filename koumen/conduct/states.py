"""The life of a complaint."""

from enum import StrEnum

from koumen.kit.states import StateMachine


class ComplaintState(StrEnum):
    """Where a complaint is: its clock runs until it is answered."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"


C = ComplaintState

COMPLAINT = StateMachine(
    "complaint",
    ComplaintState,
    {
        (None, "open"): C.OPEN,
        (C.OPEN, "acknowledge"): C.ACKNOWLEDGED,
        (C.OPEN, "answer"): C.ANSWERED,
        (C.ACKNOWLEDGED, "answer"): C.ANSWERED,
    },
)
