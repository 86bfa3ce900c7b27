"""What a version of a product says: dates, grace, minimum payment. The figures are the lender's."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation

from koumen.kit.errors import Invalid

LAST_BILL_DAY = 28  # every month has it
MOST_GRACE_DAYS = 31


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a product version; ``minimum_rate`` is a part of ordinary debts, as a decimal.

    A statement is made on the bill day and covers what came before it; ``rounding`` names the one rule
    by which accrued or shared amounts become booked ones.
    """

    bill_day: int = 1
    due_day: int = 10
    grace_days: int = 3
    minimum_rate: str = "0.10"
    minimum_floor_minor: int = 2_000
    rounding: str = "HALF_UP"

    def __post_init__(self) -> None:
        for field, value, least, most in (
            ("bill_day", self.bill_day, 1, LAST_BILL_DAY),
            ("due_day", self.due_day, 1, LAST_BILL_DAY),
            ("grace_days", self.grace_days, 0, MOST_GRACE_DAYS),
            ("minimum_floor_minor", self.minimum_floor_minor, 0, 10**9),
        ):
            if type(value) is not int or not least <= value <= most:
                raise Invalid("parameter-out-of-range", field=field, value=str(value)[:40])
        if self.rounding != "HALF_UP":
            raise Invalid("parameter-unknown-rule", field="rounding", value=str(self.rounding)[:40])
        if not 0 < self.rate <= 1:
            raise Invalid("parameter-out-of-range", field="minimum_rate", value=self.minimum_rate[:40])

    @property
    def rate(self) -> Decimal:
        """The part of ordinary debts that must be paid."""
        try:
            rate = Decimal(self.minimum_rate)
        except (InvalidOperation, TypeError):
            rate = Decimal(0)
        return rate if rate.is_finite() else Decimal(0)

    @classmethod
    def of(cls, plain: Mapping[str, object]) -> "Parameters":
        """From the stored JSON; what is not there has the default. Raises Invalid for unknown names."""
        unknown = sorted(plain.keys() - asdict(cls()).keys())
        if unknown:
            raise Invalid("parameter-unknown", field=unknown[0])
        return cls(**plain)  # type: ignore[arg-type]  # __post_init__ looks at every value

    def plain(self) -> dict[str, str | int]:
        """As stored."""
        return asdict(self)
