"""When something may happen at a visit; one number each, with its reason."""

from datetime import datetime, timedelta

# Nobody knows two hours ahead how the road will be, and an agent on the way is a promise that is watched.
SET_OUT_BEFORE = timedelta(hours=2)
# An agent who comes earlier would find a customer who has not been told (domain: earliest arrival without warning).
ARRIVE_BEFORE = timedelta(minutes=20)
ARRIVE_UNTIL = timedelta(minutes=60)
# An old customer needs time to reach the door.
WAIT_AT_THE_DOOR = timedelta(minutes=5)
# The release code: long enough to find glasses and purse, short enough to be useless tomorrow.
CODE_LIVES = timedelta(minutes=60)
# A request that the customer has not confirmed by now cannot be kept: somebody would travel for nothing.
LAPSE_BEFORE = timedelta(hours=2)
# Who asks in a hurry for today is still given this long for the customer's yes.
YES_WITHIN = timedelta(minutes=30)


def may_set_out(at: datetime, window_from: datetime) -> bool:
    """Whether it is not too early to set out."""
    return at >= window_from - SET_OUT_BEFORE


def lapses_at(window_from: datetime, requested_at: datetime | None) -> datetime:
    """When a request that nobody confirmed is let go."""
    latest = window_from - LAPSE_BEFORE
    return max(latest, requested_at + YES_WITHIN) if requested_at else latest


def earliest_no_answer(window_from: datetime, arrived_at: datetime) -> datetime:
    """From when nobody answering counts: the window is open, and somebody has waited at the door."""
    return max(window_from, arrived_at) + WAIT_AT_THE_DOOR
