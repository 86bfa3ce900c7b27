"""What a shift can carry to a door: the catalogue. Single items are checked out by their numbers, not here."""

from collections.abc import Iterable
from enum import StrEnum

from koumen.kit.errors import Invalid


class Equipment(StrEnum):
    """One kind of thing that a visit may need."""

    CARD_TERMINAL = "card_terminal"
    PRINTER = "printer"  # a receipt on paper at the door
    CHANGE = "change"  # small notes beyond what every agent with cash has
    ACCESS_KIT = "access_kit"  # for customers in a wheelchair: a ramp, a low table
    HEARING_KIT = "hearing_kit"  # a loop and a board to write on
    LARGE_PRINT = "large_print"  # papers in large letters, a lamp, a magnifying glass


def known_equipment(kinds: Iterable[str]) -> list[str]:
    """The kinds in a fixed order, once each; raises Invalid("equipment-unknown")."""
    wanted = set(kinds)
    unknown = wanted - {str(kind) for kind in Equipment}
    if unknown:
        raise Invalid("equipment-unknown", field="equipment", value=min(unknown)[:40])
    return sorted(wanted)
