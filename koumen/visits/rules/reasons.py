"""Why visits end, as codes; words live at the edges."""

from enum import StrEnum


class CancelReason(StrEnum):
    """Why a visit was called off before the door."""

    CHANGED_MIND = "changed_mind"
    ANOTHER_TIME = "another_time"
    PAID_ELSEWHERE = "paid_elsewhere"
    UNWELL = "unwell"
    NOT_MINE = "not_mine"  # somebody else asked for it and the customer does not want it
    LENDER = "lender"  # the lender cannot come
    NOT_CONFIRMED = "not_confirmed"  # the request lapsed


class TurnBackReason(StrEnum):
    """Why an agent had to turn back."""

    ROAD = "road"
    UNWELL = "unwell"
    CALLED_BACK = "called_back"


# Reasons that follow from the door protocol itself; a policy pack adds its own (``stop``).
PROTOCOL_STOPS = ("pictures_differ", "identity_not_proven", "changed_mind")
