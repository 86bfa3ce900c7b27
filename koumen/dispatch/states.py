"""The life of a repair that was proposed."""

from enum import StrEnum

from koumen.kit.states import StateMachine


class RepairState(StrEnum):
    """What became of a repair."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"  # the day went on, or a better one was found


_R = RepairState

REPAIR = StateMachine(
    "repair",
    RepairState,
    {
        (None, "propose"): _R.PROPOSED,
        (_R.PROPOSED, "accept"): _R.ACCEPTED,
        (_R.PROPOSED, "refuse"): _R.REFUSED,
        (_R.PROPOSED, "overtake"): _R.OVERTAKEN,
    },
)
