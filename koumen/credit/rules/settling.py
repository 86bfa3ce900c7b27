"""Settling an instalment plan early: what is owed at once, and what is saved."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from koumen.credit.rules.calendar import next_day
from koumen.credit.rules.parameters import EarlySettle, Parameters
from koumen.credit.rules.position import RunningPlan


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """Principal and charge to pay now, and the charge that falls away."""

    principal_minor: int
    charge_minor: int
    saved_minor: int

    @property
    def pay_minor(self) -> int:
        """What is paid in all."""
        return self.principal_minor + self.charge_minor


def settlement(plan: RunningPlan, parameters: Parameters, on: date) -> Settlement:
    """What settling a plan on a day costs, by the product's rule.

    ``waive_unbilled``: no charge that is not billed yet. ``all_due``: every charge. ``pro_rata_days``: of the next
    charge the part of its month that has passed.
    """
    charges = [one.charge_minor for one in plan.to_come]
    charge = 0
    if parameters.early_settle == EarlySettle.ALL_DUE:
        charge = sum(charges)
    elif parameters.early_settle == EarlySettle.PRO_RATA_DAYS and charges:
        charge = int(charges[0] * _part_of_month(parameters.bill_day, on) + Fraction(1, 2))
    return Settlement(
        principal_minor=plan.future_minor, charge_minor=charge, saved_minor=sum(charges) - charge
    )


def _part_of_month(bill_day: int, on: date) -> Fraction:
    """The part of the billing month that has passed at the beginning of a day."""
    end = next_day(on, bill_day)
    begin = end.replace(year=end.year - (end.month == 1), month=end.month - 1 or 12)
    return Fraction((on - begin).days, (end - begin).days)
