"""Words of planning: why a person decided otherwise, and which shifts are planned together."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from koumen.kit.place import Place

T = TypeVar("T")

# PyVRP gains nearly all there is among neighbours, and its time grows faster than the number of agents.
MOST_TOGETHER = 40
# Less on the road is not worth another order, nor a second look at a proposal.
LEAST_GAIN_S = 60
# Who is asked to be at a door at a moment is in time until five minutes after it.
PIN_ROOM = timedelta(minutes=5)


class RefusalReason(StrEnum):
    """Why somebody does not go to a visit."""

    CUSTOMER_ASKED = "customer_asked"
    AGENT_ASKED = "agent_asked"
    KNOWN_PRIVATELY = "known_privately"
    UNSAFE = "unsafe"
    OTHER = "other"


class RepairRefusal(StrEnum):
    """Why a dispatcher refuses a repair."""

    LOCAL_KNOWLEDGE = "local_knowledge"  # the street, the house, the traffic of today
    AGENTS_CANNOT = "agents_cannot"
    CUSTOMERS_MIND = "customers_mind"
    SOLVED_OTHERWISE = "solved_otherwise"
    TOO_MANY_CHANGES = "too_many_changes"
    OTHER = "other"


class MoveReason(StrEnum):
    """Why a person sends somebody else, or at another place in the day, than the plan would."""

    CUSTOMER_ASKED = "customer_asked"
    AGENT_ASKED = "agent_asked"
    KNOWS_CUSTOMER = "knows_customer"
    ROAD = "road"
    SPREAD_WORK = "spread_work"
    OTHER = "other"


def clusters(homes: Sequence[tuple[T, Place]]) -> list[list[T]]:
    """Shifts that are planned together, at most MOST_TOGETHER: halved across the longer side until they fit."""
    if len(homes) <= MOST_TOGETHER:
        return [[name for name, _ in homes]] if homes else []
    north = [place.latitude for _, place in homes]
    east = [place.longitude for _, place in homes]
    if max(north) - min(north) >= max(east) - min(east):
        ordered = sorted(homes, key=lambda home: home[1].latitude)
    else:
        ordered = sorted(homes, key=lambda home: home[1].longitude)
    half = len(ordered) // 2
    return [*clusters(ordered[:half]), *clusters(ordered[half:])]
