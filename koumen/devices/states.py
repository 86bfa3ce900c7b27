"""The life of an act that a device sent."""

from enum import StrEnum

from koumen.kit.states import StateMachine


class ActState(StrEnum):
    """What became of it."""

    RECEIVED = "received"  # kept; it waits for the act before it
    POSTED = "posted"  # done here as well
    QUARANTINED = "quarantined"  # a person decides
    DISMISSED = "dismissed"  # a person looked, and there is nothing to do


A = ActState

ACT = StateMachine(
    "act",
    ActState,
    {
        (None, "receive"): A.RECEIVED,
        (None, "set_aside"): A.QUARANTINED,
        (A.RECEIVED, "post"): A.POSTED,
        (A.RECEIVED, "set_aside"): A.QUARANTINED,
        (A.QUARANTINED, "post"): A.POSTED,
        (A.QUARANTINED, "dismiss"): A.DISMISSED,
    },
)
