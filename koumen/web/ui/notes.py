"""Notes and coins counted on a page, one field a denomination."""

from collections.abc import Mapping

from koumen.kit.errors import Invalid
from koumen.kit.money import CURRENCIES, Money

# Five digits: more than a bundle of bundles is a slip of the finger.
MOST_DIGITS = 5


def read_notes(data: Mapping[str, str], prefix: str, currency: str) -> dict[int, int]:
    """How many of each kind were written; raises Invalid("count-unreadable")."""
    counted = {}
    for note in CURRENCIES[currency].notes:
        text = (data.get(f"{prefix}_{note}") or "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
            raise Invalid("count-unreadable", field=f"{prefix}_{note}", value=text[:12])
        if int(text):
            counted[note] = int(text)
    return counted


def note_rows(counted: Mapping[int, int], currency: str) -> list[tuple[Money, int | None]]:
    """Every kind of the currency with what was written for it, the largest first."""
    return [(Money(note, currency), counted.get(note)) for note in CURRENCIES[currency].notes]


def worth(counted: Mapping[int, int], currency: str) -> Money:
    """What was counted is worth."""
    return Money(sum(note * pieces for note, pieces in counted.items()), currency)
