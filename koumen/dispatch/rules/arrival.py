"""When somebody is likely to be at the door, said as wide as we know it."""

# Twenty minutes for the next stop: what a customer can wait at the door for. Every stop before adds a visit that may
# take longer, so five minutes more each, until an hour says no more than the promise did.
NARROWEST_S = 20 * 60
A_STOP_S = 5 * 60
WIDEST_S = 60 * 60
# People read clocks in fives.
STEP_S = 5 * 60


def arrival_between(expected: int, *, before: int, earliest: int) -> tuple[int, int]:
    """The span [from, to), seconds, in which somebody comes who is expected at a moment with so many stops before.

    Nobody comes much earlier than expected (the way has its margin already), but many come later: a quarter of
    the span lies before, and none of it in the past or before the promised window: ``earliest`` is the later of both.
    """
    wide = min(NARROWEST_S + A_STOP_S * before, WIDEST_S)
    begins = max(expected - wide // 4, earliest)
    begins -= begins % STEP_S
    return begins, begins + wide
