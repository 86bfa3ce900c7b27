"""Notes counted in, change given back, and how much cash one person may carry."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from koumen.kit.errors import Invalid
from koumen.kit.money import CURRENCIES

# A bundle is a hundred notes; ten bundles of one kind at a door is a typing error.
MOST_PIECES = 1000


@dataclass(frozen=True)
class CountedCash:
    """Denomination (minor units) → pieces, in and out; the difference is what was paid."""

    notes_in: Mapping[int, int]
    notes_out: Mapping[int, int]

    @property
    def in_minor(self) -> int:
        """What the customer put down."""
        return sum(value * pieces for value, pieces in self.notes_in.items())

    @property
    def change_minor(self) -> int:
        """What went back."""
        return sum(value * pieces for value, pieces in self.notes_out.items())

    @property
    def amount_minor(self) -> int:
        """What was paid."""
        return self.in_minor - self.change_minor


def count_cash(notes_in: Mapping[int, int], notes_out: Mapping[int, int], currency: str) -> CountedCash:
    """Read a count; kinds of which there are none are dropped.

    Raises Invalid("note-unknown" | "pieces-unreadable" | "nothing-counted" | "change-exceeds-cash").
    """
    counted = CountedCash(_pieces(notes_in, currency, "notes_in"), _pieces(notes_out, currency, "notes_out"))
    if not counted.notes_in:
        raise Invalid("nothing-counted", field="notes_in")
    if counted.amount_minor <= 0:
        raise Invalid("change-exceeds-cash", field="notes_out")
    return counted


def _pieces(notes: Mapping[int, int], currency: str, field: str) -> dict[int, int]:
    kinds = CURRENCIES[currency].notes
    for value, pieces in notes.items():
        if value not in kinds:
            raise Invalid("note-unknown", field=field, value=value)
        if isinstance(pieces, bool) or not 0 <= pieces <= MOST_PIECES:
            raise Invalid("pieces-unreadable", field=field, value=value)
    return {value: notes[value] for value in sorted(notes, reverse=True) if notes[value]}


def change_for(amounts_minor: Iterable[int], currency: str) -> dict[int, int]:
    """The change that these amounts may need at most: each is paid with the largest notes, in the fewest notes back."""
    largest, *smaller = CURRENCIES[currency].notes
    pieces: Counter[int] = Counter()
    for amount in amounts_minor:
        left = -amount % largest
        for value in smaller:
            pieces[value] += left // value
            left %= value
    return {value: pieces[value] for value in smaller if pieces[value]}


class OtherWay(StrEnum):
    """What is offered when an agent should not take (more) cash now; cash itself is never refused."""

    WALLET = "wallet"
    HAND_IN_FIRST = "hand_in_first"
    SECOND_AGENT = "second_agent"
    ANOTHER_TIME = "another_time"


@dataclass(frozen=True, kw_only=True)
class CashAdvice:
    """What an agent is told before counting: how much they may still take, and the other ways."""

    in_hand_minor: int
    in_hand_max_minor: int
    per_visit_max_minor: int
    amount_minor: int

    @property
    def room_minor(self) -> int:
        """What may still be taken until the ceiling."""
        return max(0, self.in_hand_max_minor - self.in_hand_minor)

    @property
    def is_blocked(self) -> bool:
        """Whether taking the amount would pass the ceiling in hand: it stops this tender, never the visit."""
        return self.amount_minor > self.room_minor

    @property
    def is_large(self) -> bool:
        """Whether the amount is above what one visit should carry; it is taken all the same."""
        return self.amount_minor > self.per_visit_max_minor

    @property
    def other_ways(self) -> tuple[OtherWay, ...]:
        """What to offer, the easiest first."""
        if self.is_blocked:
            return (OtherWay.WALLET, OtherWay.HAND_IN_FIRST, OtherWay.SECOND_AGENT, OtherWay.ANOTHER_TIME)
        return (OtherWay.WALLET, OtherWay.SECOND_AGENT) if self.is_large else ()
