"""A customer's bank account: what is known of it, and how another person makes sure that it is theirs."""

import re
from dataclasses import asdict, dataclass
from enum import StrEnum

from koumen.kit.errors import Invalid

SHOWN = 4  # digits at the end: enough to tell two accounts apart, too few to use
_NUMBER = re.compile(r"[A-Z0-9]{6,34}", re.ASCII)  # as long as an IBAN at most
LONGEST = 80  # of a bank's or a person's name


class VerifiedHow(StrEnum):
    """How a second person made sure that an account is the customer's own."""

    DOCUMENT = "document"  # a paper of the bank was seen
    TEST_TRANSFER = "test_transfer"  # a small transfer came back with its word
    BANK_ANSWERED = "bank_answered"  # the bank says that number and name belong together


@dataclass(frozen=True, kw_only=True)
class BankDetails:
    """Which bank, which number, and whose: the holder is the customer."""

    bank: str
    number: str
    holder: str

    def __post_init__(self) -> None:
        """Raises Invalid("bank-account-unreadable")."""
        if not _NUMBER.fullmatch(self.number):
            raise Invalid("bank-account-unreadable", field="number")
        for name in ("bank", "holder"):
            if not 1 <= len(getattr(self, name)) <= LONGEST:
                raise Invalid("bank-account-unreadable", field=name)

    def __repr__(self) -> str:
        """No data: a representation ends in logs and error reports."""
        return "BankDetails(…)"

    @classmethod
    def written(cls, *, bank: str, number: str, holder: str) -> "BankDetails":
        """As people write it: spaces and hyphens in a number mean nothing."""
        plain = re.sub(r"[\s-]", "", number).upper()
        return cls(bank=bank.strip(), number=plain, holder=holder.strip())

    @property
    def last_four(self) -> str:
        """What of the number may be shown."""
        return self.number[-SHOWN:]

    def plain(self) -> dict[str, str]:
        """As sealed."""
        return asdict(self)
