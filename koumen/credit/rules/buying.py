"""What can be bought with a line, and how much room its limit leaves."""

from enum import StrEnum

from koumen.credit.rules.position import Position


class Category(StrEnum):
    """What a purchase is; the lender pays a card bill by transfer itself, everything else a merchant is owed."""

    ONLINE = "online"
    SHOP = "shop"
    UTILITY = "utility"
    CARD_BILL = "card_bill"


def room_minor(limit_minor: int, position: Position, held_minor: int) -> int:
    """What may still be bought: the limit less all that is owed, instalments to come too, and reservations."""
    return limit_minor - position.balance_minor - held_minor
