"""The life of a visit."""

from enum import StrEnum

from koumen.kit.states import StateMachine


class VisitState(StrEnum):
    """Where a visit is in its life."""

    REQUESTED = "requested"
    BOOKED = "booked"
    ON_THE_WAY = "on_the_way"
    AT_THE_DOOR = "at_the_door"
    PROVEN = "proven"
    AGREED = "agreed"
    PAID = "paid"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    BROKEN_OFF = "broken_off"


V = VisitState

VISIT = StateMachine(
    "visit",
    VisitState,
    {
        (None, "request"): V.REQUESTED,
        (None, "book"): V.BOOKED,
        (V.REQUESTED, "confirm"): V.BOOKED,
        (V.REQUESTED, "lapse"): V.CANCELLED,
        (V.REQUESTED, "cancel"): V.CANCELLED,
        (V.BOOKED, "set_out"): V.ON_THE_WAY,
        (V.BOOKED, "move"): V.BOOKED,
        (V.BOOKED, "cancel"): V.CANCELLED,
        (V.ON_THE_WAY, "arrive"): V.AT_THE_DOOR,
        (V.ON_THE_WAY, "turn_back"): V.BOOKED,
        (V.ON_THE_WAY, "rebook"): V.BOOKED,
        (V.ON_THE_WAY, "cancel"): V.CANCELLED,
        (V.AT_THE_DOOR, "prove"): V.PROVEN,
        (V.AT_THE_DOOR, "no_answer"): V.NO_SHOW,
        (V.AT_THE_DOOR, "break_off"): V.BROKEN_OFF,
        (V.PROVEN, "agree"): V.AGREED,
        (V.PROVEN, "leave"): V.CLOSED,
        (V.PROVEN, "break_off"): V.BROKEN_OFF,
        (V.AGREED, "agree"): V.AGREED,
        (V.AGREED, "pay"): V.PAID,
        (V.AGREED, "leave"): V.CLOSED,  # a transfer was shown: money comes, or not, when the visit is over
        (V.AGREED, "break_off"): V.BROKEN_OFF,
        (V.PAID, "pay"): V.PAID,
        (V.PAID, "leave"): V.CLOSED,
    },
)

OPEN_STATES = frozenset({V.REQUESTED, V.BOOKED, V.ON_THE_WAY, V.AT_THE_DOOR, V.PROVEN, V.AGREED, V.PAID})
BEFORE_THE_DOOR = frozenset({V.REQUESTED, V.BOOKED, V.ON_THE_WAY})
AT_DOOR_STATES = frozenset({V.AT_THE_DOOR, V.PROVEN, V.AGREED, V.PAID})
# Both sides are proven, and the agent is still there; before that nobody speaks about money or signs.
PROVEN_STATES = frozenset({V.PROVEN, V.AGREED, V.PAID})


class Proof(StrEnum):
    """Which sides have proven themselves."""

    NONE = "none"
    AGENT = "agent"
    BOTH = "both"
    UNCONFIRMED = "unconfirmed"
    UNPROVEN = "unproven"
