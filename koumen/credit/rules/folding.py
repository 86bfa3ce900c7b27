"""From all that happened on an account to its position: the one definition of what is owed.

The commands go forward from the position that is stored, which is the same as folding everything; where
something arrives late, or is taken back, everything is folded again and the books take the difference.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from koumen.credit.rules.activity import Activity
from koumen.credit.rules.applying import Split, apply
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Happened, Move, Position
from koumen.credit.rules.turning import advance
from koumen.ledger.rules.chart import AccountKind


@dataclass(slots=True)
class Folded:
    """Where an account stands, all that happened on the way, and what one activity did that was watched."""

    position: Position
    happened: Happened
    watched: Happened
    split: Split | None = None


def fold(
    baseline: Position,
    activities: Iterable[Activity],
    parameters: Parameters,
    until: date,
    *,
    watch: UUID | None = None,
) -> Folded:
    """The position at the beginning of ``until`` or after its last activity; what ``watch`` did stands apart.

    What lies before the baseline counts from its day.
    """
    position = deepcopy(baseline)
    folded = Folded(position, Happened(position.counted_to), Happened(position.counted_to))
    for activity in sorted(activities, key=lambda one: one.order):
        step(folded, parameters, activity, is_watched=activity.activity_id == watch)
    _add(folded.happened, advance(position, parameters, max(until, position.counted_to)))
    return folded


def step(folded: Folded, parameters: Parameters, activity: Activity, *, is_watched: bool) -> None:
    """Go forward to an activity and let it happen."""
    position = folded.position
    _add(folded.happened, advance(position, parameters, max(activity.on, position.counted_to)))
    did = Happened(position.counted_to)
    split = apply(position, parameters, activity, did)
    if is_watched:
        folded.watched, folded.split = did, split
    else:
        _add(folded.happened, did)


def _add(happened: Happened, more: Happened) -> None:
    happened.moves += more.moves
    happened.bills += more.bills


def net_by_account(moves: Iterable[Move]) -> dict[AccountKind | None, int]:
    """Debit minus credit of every place; places that come out even are left out."""
    sums: dict[AccountKind | None, int] = {}
    for move in moves:
        sums[move.debit] = sums.get(move.debit, 0) + move.amount_minor
        sums[move.credit] = sums.get(move.credit, 0) - move.amount_minor
    return {place: amount for place, amount in sums.items() if amount}


def corrections(delta: Mapping[AccountKind | None, int], on: date) -> list[Move]:
    """Moves that change each place by so much (debit positive; the sum is zero), in the order of the chart."""
    assert not sum(delta.values()), "both sides balance"  # noqa: S101  (an invariant)
    assert not delta.get(None), "no money moves by correcting"  # noqa: S101
    up = deque((kind, delta[kind]) for kind in AccountKind if delta.get(kind, 0) > 0)
    down = deque((kind, -delta[kind]) for kind in AccountKind if delta.get(kind, 0) < 0)
    moves = []
    while up:
        (debit, wanted), (credit, there) = up.popleft(), down.popleft()
        amount = min(wanted, there)
        moves.append(Move(debit, credit, amount, on))
        if wanted > amount:
            up.appendleft((debit, wanted - amount))
        if there > amount:
            down.appendleft((credit, there - amount))
    return moves
