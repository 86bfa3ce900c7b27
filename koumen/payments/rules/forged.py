"""Notes that look forged: they are no money, and nobody is accused."""

from enum import StrEnum

from koumen.kit.errors import Invalid
from koumen.kit.money import CURRENCIES

# Serial numbers of yuan and Hong Kong dollars have ten signs, of Taiwan dollars too.
LONGEST_SERIAL = 20


class Outcome(StrEnum):
    """What became of the note."""

    REFUSED = "refused"  # given back; the customer pays with another
    KEPT = "kept"  # kept against a numbered slip, to be shown to the bank


def note_serial(typed: str) -> str:
    """Raises Invalid("serial-unreadable")."""
    plain = "".join(typed.split()).upper()
    if not plain or len(plain) > LONGEST_SERIAL or not (plain.isascii() and plain.isalnum()):
        raise Invalid("serial-unreadable", field="serial")
    return plain


def known_note(value: int, currency: str) -> int:
    """Raises Invalid("note-unknown")."""
    if value not in CURRENCIES[currency].notes:
        raise Invalid("note-unknown", field="denomination", value=value)
    return value


def known_outcome(code: str) -> Outcome:
    """Raises Invalid("form-unreadable")."""
    if code not in set(Outcome):
        raise Invalid("form-unreadable", field="outcome", value=code[:40])
    return Outcome(code)
