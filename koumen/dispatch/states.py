"""The lives of a repair that was proposed, of somebody on the waiting list, of a place offered to them, of a standing visit."""

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


class WaitingState(StrEnum):
    """Where somebody who waits stands."""

    WAITING = "waiting"
    OFFERED = "offered"  # a place came free and is theirs to answer for
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    OVER = "over"  # the day came without a place


_W = WaitingState

WAITING = StateMachine(
    "waiting",
    WaitingState,
    {
        (None, "join"): _W.WAITING,
        (_W.WAITING, "offer"): _W.OFFERED,
        (_W.WAITING, "withdraw"): _W.WITHDRAWN,
        (_W.WAITING, "run_out"): _W.OVER,
        (_W.OFFERED, "accept"): _W.GRANTED,
        (_W.OFFERED, "go_on"): _W.WAITING,  # declined, not answered in time, or gone
        (_W.OFFERED, "withdraw"): _W.WITHDRAWN,
        (_W.OFFERED, "run_out"): _W.OVER,
    },
)

IN_LINE = frozenset({_W.WAITING, _W.OFFERED})


class OfferState(StrEnum):
    """What became of a place that was offered."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"  # no answer in time
    GONE = "gone"  # somebody else was faster


_O = OfferState

PLACE_OFFER = StateMachine(
    "place_offer",
    OfferState,
    {
        (None, "offer"): _O.OPEN,
        (_O.OPEN, "accept"): _O.ACCEPTED,
        (_O.OPEN, "decline"): _O.DECLINED,
        (_O.OPEN, "lapse"): _O.LAPSED,
        (_O.OPEN, "lose"): _O.GONE,
    },
)


class StandingState(StrEnum):
    """Where an agreement about standing visits stands."""

    ASKED = "asked"  # written down by the desk; the customer has not said yes to anybody else
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


_S = StandingState

STANDING = StateMachine(
    "standing",
    StandingState,
    {
        (None, "agree"): _S.ACTIVE,
        (None, "ask"): _S.ASKED,
        (_S.ASKED, "agree"): _S.ACTIVE,
        (_S.ASKED, "end"): _S.ENDED,
        (_S.ACTIVE, "pause"): _S.PAUSED,
        (_S.PAUSED, "pause"): _S.PAUSED,
        (_S.PAUSED, "resume"): _S.ACTIVE,
        (_S.ACTIVE, "end"): _S.ENDED,
        (_S.PAUSED, "end"): _S.ENDED,
    },
)

OPEN_STANDING = frozenset({_S.ASKED, _S.ACTIVE, _S.PAUSED})
STANDS = frozenset({_S.ACTIVE, _S.PAUSED})
