"""How long a visit takes at the door: by its purpose, and by how long this customer's visits took so far."""

from collections.abc import Sequence
from statistics import median

from koumen.dispatch.rules.needs import Purpose

MINUTE_S = 60
# Door, proof, counting and a receipt; a plan for repaying has five questions and its costs read first.
USUAL_S = {Purpose.REPAYMENT: 20 * MINUTE_S, Purpose.CONSULTATION: 45 * MINUTE_S}
# Fewer visits than this say more about those days than about the customer.
FEWEST_VISITS = 3
# Older visits tell of another year of a life; the last ones of this.
LAST_VISITS = 5
# Nobody is hurried because earlier visits were short, nor is half a morning kept for one that was long.
LEAST_S, MOST_S = 15 * MINUTE_S, 90 * MINUTE_S
STEP_S = 5 * MINUTE_S


def service_s_for(purpose: Purpose, took_s: Sequence[int]) -> int:
    """The seconds to plan for a visit; ``took_s``: how long visits of this purpose took, newest first.

    The median of the last ones, up to whole five minutes; the usual time while there are too few.
    """
    last = took_s[:LAST_VISITS]
    if len(last) < FEWEST_VISITS:
        return USUAL_S[purpose]
    steps = -(-int(median(last)) // STEP_S)
    return min(max(steps * STEP_S, LEAST_S), MOST_S)
