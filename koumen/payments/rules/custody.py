"""Cash in the hands of a person: how a count is settled, when it is much, and when it is old."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from koumen.kit.errors import Invalid
from koumen.kit.money import CURRENCIES

# A safe may hold many bundles of a hundred; a hundred thousand pieces of one kind is a typing error.
MOST_IN_A_PILE = 100_000


def count_pile(notes: Mapping[int, int], currency: str) -> dict[int, int]:
    """The kinds of which there are any, the largest first; an empty pile is a count too.

    Raises Invalid("note-unknown" | "pieces-unreadable").
    """
    kinds = CURRENCIES[currency].notes
    for value, pieces in notes.items():
        if value not in kinds:
            raise Invalid("note-unknown", field="notes", value=value)
        if isinstance(pieces, bool) or not 0 <= pieces <= MOST_IN_A_PILE:
            raise Invalid("pieces-unreadable", field="notes", value=value)
    return {value: notes[value] for value in sorted(notes, reverse=True) if notes[value]}


def pile_minor(notes: Mapping[int, int]) -> int:
    """What a pile is worth, in minor units."""
    return sum(value * pieces for value, pieces in notes.items())


@dataclass(frozen=True)
class Settled:
    """How a count changes custody, in minor units: first the difference, then the whole count goes to the safe."""

    counted_minor: int
    over_minor: int
    short_minor: int

    @property
    def difference_minor(self) -> int:
        """What was counted less what should have been there."""
        return self.over_minor - self.short_minor


def settle_count(*, in_hand_minor: int, counted_minor: int, is_final: bool) -> Settled:
    """Settle a hand-in against the books.

    More than the books say is over in any case; less is short only when everything was to be handed in: of a part
    nobody knows yet.
    """
    over = max(0, counted_minor - in_hand_minor)
    short = max(0, in_hand_minor - counted_minor) if is_final else 0
    return Settled(counted_minor, over, short)


# Why a payment of cash is taken back although the notes were there; for the other reasons there were none.
NOTES_WERE_TAKEN = frozenset({"wrong_amount", "wrong_account"})


class Absence(StrEnum):
    """Where notes are missing of which two people say that they never came."""

    BAG = "bag"  # nobody has counted everything since: the bag holds so much less than the books say
    SHORTAGE = "shortage"  # a last hand-in missed as much: this explains it
    CONTRADICTED = "contradicted"  # they were counted: whose they are, two people decide


def absence(*, amount_minor: int, in_hand_minor: int, missed_minor: int | None) -> Absence:
    """Where notes that never came are missing.

    A count is the truth: what it found cannot be said away. ``missed_minor``: what the last hand-in of that day found
    missing and nothing explains yet; None when there was none since the payment.
    """
    if missed_minor is None:
        return Absence.BAG if in_hand_minor >= amount_minor else Absence.CONTRADICTED
    return Absence.SHORTAGE if missed_minor >= amount_minor else Absence.CONTRADICTED


def known_notes(*flows: Mapping[int, int], in_hand_minor: int) -> dict[int, int] | None:
    """What somebody holds by denomination, from everything that was counted; None when it cannot be told.

    Whoever changed a note into smaller ones on the way holds others than were counted: then a kind is below zero,
    or an uncounted amount has moved, and nobody is told a figure that only may be right.
    """
    held: dict[int, int] = {}
    for flow in flows:
        for value, pieces in flow.items():
            held[value] = held.get(value, 0) + pieces
    if any(pieces < 0 for pieces in held.values()) or pile_minor(held) != in_hand_minor:
        return None
    return {value: held[value] for value in sorted(held, reverse=True) if held[value]}


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Cash with one person: how much, since when, and what the policy says to both."""

    in_hand_minor: int
    held_since: datetime | None
    in_hand_max_minor: int
    warn_percent: int
    too_old_after: timedelta

    @property
    def is_near_ceiling(self) -> bool:
        """Whether it is time to hand a part in, before the ceiling stops a tender."""
        return self.in_hand_minor * 100 >= self.in_hand_max_minor * self.warn_percent

    @property
    def share_percent(self) -> int:
        """How much of the ceiling is used."""
        return self.in_hand_minor * 100 // self.in_hand_max_minor

    def is_too_old(self, at: datetime) -> bool:
        """Whether the oldest of it should have been handed in."""
        return (
            self.in_hand_minor > 0
            and self.held_since is not None
            and at - self.held_since >= self.too_old_after
        )
