"""What a deposit slip says: cash for the bank, note by note, with the number that the bank's file is matched by."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from koumen.documents.rules.receipt import Language
from koumen.kit.money import Money


@dataclass(frozen=True, kw_only=True)
class SlipContent:
    """One deposit; ``notes`` are (denomination in minor units, pieces), ``prepared_by`` and ``sent_by`` two people."""

    language: Language
    lender: str
    branch: str
    zone: ZoneInfo
    number: str
    amount: Money
    notes: tuple[tuple[int, int], ...]
    prepared_by: str
    sent_by: str
    sent_at: datetime
