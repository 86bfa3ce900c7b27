"""What a customer said without a signal: a code of their door card, sealed on the phone and opened here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CardWord:
    """The code as it was said, and its place on the card; None when the phone's seal did not open."""

    number: int
    code: str | None
