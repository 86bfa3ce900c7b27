"""From all that happened on an account to its position: the one definition of what is owed.

The commands go forward from the position that is stored, which is the same as folding everything; where
something arrives late, or is taken back, everything is folded again and the books take the difference.
"""

from collections.abc import Iterable
from copy import deepcopy
from datetime import date

from koumen.credit.rules.activity import Activity
from koumen.credit.rules.applying import apply
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Happened, Move, Position
from koumen.credit.rules.turning import advance
from koumen.ledger.rules.chart import AccountKind


def fold(
    baseline: Position, activities: Iterable[Activity], parameters: Parameters, until: date
) -> tuple[Position, Happened]:
    """The position at the beginning of ``until`` or after its last activity, and all that happened on the way.

    What lies before the baseline counts from its day.
    """
    position, happened = deepcopy(baseline), Happened()
    for activity in sorted(activities, key=lambda one: one.order):
        _add(happened, advance(position, parameters, max(activity.on, position.counted_to)))
        apply(position, parameters, activity, happened)
    _add(happened, advance(position, parameters, max(until, position.counted_to)))
    return position, happened


def _add(happened: Happened, more: Happened) -> None:
    happened.moves += more.moves
    happened.bills += more.bills


# Where the difference of a receivable goes when the past turns out otherwise.
_OTHER_SIDE = {
    AccountKind.INTEREST: AccountKind.INTEREST_INCOME,
    AccountKind.LATE: AccountKind.LATE_INCOME,
    AccountKind.FEE: AccountKind.FEE_INCOME,
}


def net_by_account(moves: Iterable[Move]) -> dict[AccountKind | None, int]:
    """Debit minus credit of every place; places that come out even are left out."""
    sums: dict[AccountKind | None, int] = {}
    for move in moves:
        sums[move.debit] = sums.get(move.debit, 0) + move.amount_minor
        sums[move.credit] = sums.get(move.credit, 0) - move.amount_minor
    return {place: amount for place, amount in sums.items() if amount}


def difference(wanted: dict[AccountKind | None, int], booked: dict[AccountKind | None, int]) -> list[Move]:
    """Moves that bring what is booked to what is wanted: from what is too low to what is too high, in chart order."""
    places = [*AccountKind, None]
    delta = {place: wanted.get(place, 0) - booked.get(place, 0) for place in places}
    assert not sum(delta.values()), "both sides balance"  # noqa: S101  (an invariant)
    debits = [[place, amount] for place, amount in delta.items() if amount > 0]
    credits_ = [[place, -amount] for place, amount in delta.items() if amount < 0]
    moves = []
    while debits:
        (debit, due), (credit, there) = debits[0], credits_[0]
        amount = min(due, there)
        moves.append(Move(debit, credit, amount))
        debits[0][1] -= amount
        credits_[0][1] -= amount
        debits = [one for one in debits if one[1]]
        credits_ = [one for one in credits_ if one[1]]
    return moves
