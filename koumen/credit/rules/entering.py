"""What one more activity changes: forward where it is the newest, else by folding everything again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from koumen.credit.rules.activity import Activity
from koumen.credit.rules.applying import Split
from koumen.credit.rules.folding import Folded, corrections, fold, net_by_account, step
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Happened, IssuedBill, Move, Position


@dataclass(slots=True)
class Entered:
    """The position afterwards and what is to be posted: what days brought, what the activity did, what it mended."""

    position: Position
    by_days: list[Move] = field(default_factory=list)
    by_activity: list[Move] = field(default_factory=list)
    corrections: list[Move] = field(default_factory=list)
    bills: list[IssuedBill] = field(default_factory=list)
    split: Split | None = None


def is_newest(position: Position, last_effective_at: datetime | None, activity: Activity) -> bool:
    """Whether nothing that is in the position lies after the activity, or at its very moment."""
    return activity.on >= position.counted_to and (
        last_effective_at is None or activity.effective_at > last_effective_at
    )


def enter_forward(position: Position, activity: Activity, parameters: Parameters) -> Entered:
    """Let the newest activity happen on the position as it stands."""
    folded = Folded(position, Happened(position.counted_to), Happened(position.counted_to))
    step(folded, parameters, activity, is_watched=True)
    return Entered(
        position,
        by_days=folded.happened.moves,
        by_activity=folded.watched.moves,
        bills=folded.happened.bills,
        split=folded.split,
    )


@dataclass(frozen=True, kw_only=True)
class Past:
    """All that is known of an account: where it began, what happened, and the day up to which it was counted."""

    baseline: Position
    activities: Sequence[Activity]
    counted_to: date


def enter_late(past: Past, activity: Activity, parameters: Parameters) -> Entered:
    """Let something count from an earlier moment: as if it had been known then, the books taking the difference.

    Bills of days that are counted already keep what they said; the next one carries the correction.
    """
    before = fold(past.baseline, past.activities, parameters, past.counted_to)
    later = [*past.activities, activity]
    after = fold(past.baseline, later, parameters, past.counted_to, watch=activity.activity_id)
    return Entered(
        after.position,
        by_activity=after.watched.moves,
        corrections=_mended(after.happened.moves, before.happened.moves, past.counted_to),
        split=after.split,
    )


def take_back(past: Past, activity_id: UUID, entry: Sequence[Move], parameters: Parameters) -> Entered:
    """Let something never have happened, its own entry being turned round besides."""
    others = [one for one in past.activities if one.activity_id != activity_id]
    before = fold(past.baseline, past.activities, parameters, past.counted_to)
    after = fold(past.baseline, others, parameters, past.counted_to)
    wanted = [*after.happened.moves, *entry]
    return Entered(after.position, corrections=_mended(wanted, before.happened.moves, past.counted_to))


def _mended(wanted: Iterable[Move], booked: Iterable[Move], on: date) -> list[Move]:
    """The moves that lead from what is booked to what should be; both have the same money in and out."""
    want, have = net_by_account(wanted), net_by_account(booked)
    return corrections(
        {place: want.get(place, 0) - have.get(place, 0) for place in want.keys() | have.keys()}, on
    )
