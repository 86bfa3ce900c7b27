"""The things that go along to visits, and in what state they are."""

from enum import StrEnum

from koumen.kit.errors import Invalid

# Serial numbers of terminals and printers have up to twenty signs; twice that is a typing error.
LONGEST_SERIAL = 40


class ItemKind(StrEnum):
    """What a thing is for."""

    CARD_TERMINAL = "card_terminal"  # takes cards
    PRINTER = "printer"  # prints receipts
    PHONE = "phone"
    CHANGE_BOX = "change_box"
    NOTE_CHECKER = "note_checker"  # tells forged notes
    BAG = "bag"


class Condition(StrEnum):
    """How a thing was seen last."""

    GOOD = "good"
    DAMAGED = "damaged"
    MISSING = "missing"
    GIVEN_UP = "given_up"  # broken or lost for good


# Only what works goes out of the house.
LENDABLE = frozenset({Condition.GOOD})
# How a thing can come back from a working day; "missing" is a return too: the day ends with everything said.
BACK = (Condition.GOOD, Condition.DAMAGED, Condition.MISSING)


def known_kind(kind: str) -> ItemKind:
    """Raises Invalid("item-kind-unknown")."""
    try:
        return ItemKind(kind)
    except ValueError:
        raise Invalid("item-kind-unknown", field="kind", value=kind[:40]) from None


def known_condition(condition: str, among: tuple[Condition, ...] = tuple(Condition)) -> Condition:
    """Raises Invalid("item-condition-unknown")."""
    if condition not in among:
        raise Invalid("item-condition-unknown", field="condition", value=condition[:40])
    return Condition(condition)


def plain_serial(serial: str) -> str:
    """A serial number as it stands on the thing, without spaces around it; raises Invalid("serial-unreadable")."""
    plain = serial.strip().upper()
    if not plain or len(plain) > LONGEST_SERIAL or not all(c.isalnum() or c in "-./" for c in plain):
        raise Invalid("serial-unreadable", field="serial", value=plain[:40])
    return plain
