"""An urgent request: how soon, and from when on a promise that is kept is called tight."""

from datetime import timedelta

# The agent must hear of it and turn round; sooner than this nobody prepares a visit.
URGENT_LEAD = timedelta(minutes=20)
# Ten minutes are what a lift that does not come takes; the customer is told from ten minutes late on.
TIGHT_S = 10 * 60
# Farther shifts than these are no way to somebody who is in a hurry; each costs a few milliseconds.
NEAREST_SHIFTS = 8
# More than a dispatcher reads while somebody waits on the telephone.
MOST_WAYS = 12
