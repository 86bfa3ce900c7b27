"""How much of an income can go to a debt every month, from five questions. Pure.

CONC 7.3 and the field's practice: from what comes in, what is needed to live is taken off first, then an amount that
is left alone in any case, for what no question names; of the rest only a part is asked for. No answer is a reason to
lend: where nothing is left, the offer is a pause and a person who helps.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal

from koumen.credit.rules.bounds import within

MOST_MINOR = 10**10  # of an answer; more is a mistake in writing


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The five answers, each an amount a month in minor units, for everybody who lives on this income."""

    income_minor: int  # what comes in, after taxes
    housing_minor: int  # rent, heating, water, electricity
    daily_minor: int  # food and what one needs every day
    care_minor: int  # medicine and care
    others_minor: int  # whatever else must be paid every month, other debts too

    def __post_init__(self) -> None:
        """Raises Invalid("parameter-out-of-range")."""
        for one in fields(self):
            within(one.name, getattr(self, one.name), 0, MOST_MINOR)

    @property
    def needs_minor(self) -> int:
        """What must be paid before any debt of ours."""
        return self.housing_minor + self.daily_minor + self.care_minor + self.others_minor

    def plain(self) -> dict[str, int]:
        """As sealed."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, int]) -> "Answers":
        """From what was sealed."""
        return cls(**plain)


def affordable_minor(answers: Answers, *, living_minor: int, share: Decimal) -> int:
    """What can go to the debt every month; never below zero, and never all that is left."""
    left = max(0, answers.income_minor - answers.needs_minor - living_minor)
    return int(left * share)
