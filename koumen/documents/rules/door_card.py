"""What a printed door card says: numbered lines of two pictures and a code, and how to use them at the door."""

from dataclasses import dataclass
from datetime import date

from koumen.documents.rules.receipt import Language


@dataclass(frozen=True)
class CardPicture:
    """A picture as it is drawn and as it is called in the card's language."""

    svg: str
    name: str


@dataclass(frozen=True)
class CardPair:
    """One line: its number, the two pictures in their order, and six digits."""

    number: int
    first: CardPicture
    second: CardPicture
    code: str

    def __repr__(self) -> str:
        """No secret: a representation ends in logs and error reports."""
        return f"CardPair({self.number})"


@dataclass(frozen=True, kw_only=True)
class DoorCardContent:
    """Everything on one door card; whose it is stands there as a number only, for whoever finds a lost one."""

    language: Language
    lender: str
    help_phone: str
    customer_number: str
    generation: int
    issued: date
    lines: tuple[CardPair, ...]
