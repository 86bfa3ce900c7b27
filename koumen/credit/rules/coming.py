"""The instalments of a running plan that are still to come, each with its bill and due day."""

from dataclasses import dataclass
from datetime import date

from koumen.credit.rules.calendar import due_on, next_day
from koumen.credit.rules.position import RunningPlan


@dataclass(frozen=True, kw_only=True)
class ComingInstalment:
    """One instalment to come: on which bill it will stand, when that is due, and what it asks."""

    no: int
    billed: date
    due: date
    principal_minor: int
    charge_minor: int

    @property
    def pay_minor(self) -> int:
        """What is to be paid."""
        return self.principal_minor + self.charge_minor


def coming_instalments(
    plan: RunningPlan, *, after: date, bill_day: int, due_day: int
) -> tuple[ComingInstalment, ...]:
    """One on each bill after a day; a plan that was shortened from its end stops where nothing is left."""
    found, left, billed = [], plan.future_minor, after
    for one in plan.to_come:
        if left <= 0:
            break
        billed = next_day(billed, bill_day)
        part = min(one.principal_minor, left)
        left -= part
        found.append(
            ComingInstalment(
                no=one.no,
                billed=billed,
                due=due_on(billed, due_day),
                principal_minor=part,
                charge_minor=one.charge_minor,
            )
        )
    return tuple(found)
