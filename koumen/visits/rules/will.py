"""Does the customer understand, and pay of their own will? (CONC 7.3; threats T8, T9, T10.)"""

from dataclasses import dataclass
from enum import StrEnum

from koumen.visits.rules.outcomes import WillResult


class Company(StrEnum):
    """Who else is there while the customer answers."""

    ALONE = "alone"
    TRUSTED = "trusted"  # somebody whom the customer asked to stay
    OTHERS = "others"


class Payer(StrEnum):
    """Whose money it is."""

    THEMSELVES = "themselves"
    FAMILY = "family"
    SOMEBODY_ELSE = "somebody_else"


# As long as a name on a receipt may be.
LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class WillAnswers:
    """What the customer answered, as codes: no word of theirs is written down.

    ``payer_name``: of whoever pays for them; it stands on the receipt and is sealed.
    """

    company: Company
    understands: bool
    is_free: bool
    payer: Payer
    payer_name: str = ""


def may_go_on(answers: WillAnswers) -> WillResult:
    """Only with both a yes to understanding and a yes of their own will; who pays and who is there changes nothing."""
    return WillResult.GO_ON if answers.understands and answers.is_free else WillResult.STOP_KINDLY
