"""Repayment plans, agreed when paying is hard: what can be offered, what it costs, and how a plan stands. Pure.

A plan is reckoned by letting the account itself go on: month after month the same amount is paid into it, until
nothing is owed. So the last amount is exactly what is left, and what the plan costs is what the engine would charge.
Instalments that were agreed when buying go on inside the plan.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from uuid import UUID

from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.calendar import next_day
from koumen.credit.rules.cost_sheet import Borrowing, Cost, Purpose, Sheet, cost_sheet
from koumen.credit.rules.counting import accrued_interest, accrued_late
from koumen.credit.rules.parameters import Parameters, PlanBroken, PlanLate
from koumen.credit.rules.plan_relief import NOBODY, Easing, Relief, relief_of
from koumen.credit.rules.position import Position
from koumen.credit.rules.schedule import Instalment
from koumen.credit.rules.turning import advance

NOTICE_DAYS = 7  # between the agreement and the first payment: time for an income to come in
REVIEW_DAYS = (30, 60, 90)


class Pace(StrEnum):
    """How quickly a plan goes."""

    QUICK = "quick"
    STEADY = "steady"
    GENTLE = "gentle"


class Channel(StrEnum):
    """Where a plan is made: alone, with the phone desk, or at a visit."""

    OWN = "own"
    PHONE = "phone"
    VISIT = "visit"


class Cause(StrEnum):
    """Why there is a version of the terms."""

    AGREED = "agreed"
    MENDED = "mended"
    PAUSED = "paused"


class Ending(StrEnum):
    """How a plan ended."""

    PAID = "paid"
    WISHED = "wished"  # the customer does not want it any more
    MISSED = "missed"  # a payment was out for longer than the plan waits
    LAPSED = "lapsed"  # a proposal that nobody answered
    REPLACED = "replaced"  # by another proposal


class ReviewOutcome(StrEnum):
    """What came of looking again."""

    FITS = "fits"
    TO_CHANGE = "to_change"
    NOT_REACHED = "not_reached"


# Of the most that can be paid in a month; two amounts that lead to as many months are one offer.
_PARTS = {Pace.QUICK: (1, 1), Pace.STEADY: (3, 4), Pace.GENTLE: (1, 2)}


@dataclass(frozen=True)
class PlanDue:
    """One payment of a plan."""

    due: date
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class PlanOption:
    """One way to pay: ``owed_minor`` is owed today, ``nothing_minor`` would be owed on the last day without paying.

    ``relief`` is what the plan lets go; ``eased_minor`` the interest of it, if the plan is kept.
    """

    pace: Pace
    pay_minor: int
    dues: tuple[PlanDue, ...]
    owed_minor: int
    nothing_minor: int
    relief: Relief = field(default_factory=Relief)
    eased_minor: int = 0

    @property
    def months(self) -> int:
        """How many payments."""
        return len(self.dues)

    @property
    def total_minor(self) -> int:
        """All that is paid."""
        return sum(one.amount_minor for one in self.dues)

    @property
    def cost_minor(self) -> int:
        """What it costs beyond what is owed today and not let go."""
        return self.total_minor - self.owed_minor + self.relief.late_minor

    @property
    def nothing_cost_minor(self) -> int:
        """What not paying for as long would cost."""
        return self.nothing_minor - self.owed_minor


def owed_in_all(position: Position, parameters: Parameters) -> int:
    """Whatever is owed or will come due by itself: posted, accrued, instalments to come and their charges."""
    charges = sum(one.charge_minor for plan in position.plans for one in plan.to_come)
    accrued = accrued_interest(position, parameters) + accrued_late(position, parameters)
    return position.balance_minor + accrued + charges


def plan_options(
    position: Position, parameters: Parameters, *, affordable_minor: int, unit_minor: int
) -> tuple[PlanOption, ...]:
    """Two or three plans within what can be paid, the quickest first; none where nothing is affordable or owed.

    ``unit_minor`` is one whole unit of the currency: people pay whole yuan. Two months at least, so that even who
    could pay all at once is not asked to.
    """
    owed = owed_in_all(position, parameters)
    most = min(affordable_minor, _up(-(-owed // 2), unit_minor)) // unit_minor * unit_minor
    if owed <= 0 or most <= 0:
        return ()
    options: dict[int, PlanOption] = {}
    for pace, (part, whole) in _PARTS.items():
        pay = min(most, _up(most * part // whole, unit_minor))
        option = planned(position, parameters, pace=pace, pay_minor=pay)
        if option and option.dues:
            options.setdefault(option.months, option)
    return tuple(options.values())


def planned(
    position: Position, parameters: Parameters, *, pace: Pace, pay_minor: int, after: date | None = None
) -> PlanOption | None:
    """The plan that pays so much every month from a position of today; None where it would take too long.

    ``after``: the first payment comes later than this day (of a pause), else some days from today.
    """
    going, owed = deepcopy(position), owed_in_all(position, parameters)
    easing = Easing(relief_of(position, parameters, pace), parameters)
    if parameters.plan_late == PlanLate.PAUSED:
        going.late_paused_until = date.max
    dues: list[PlanDue] = []
    for day in islice(_due_days(position, after), parameters.plan_most_months):
        easing.go_on(going, day)
        left = owed_in_all(going, parameters) - easing.still_to_come(going)
        pay = min(pay_minor, left)
        if pay > 0:
            dues.append(PlanDue(day, pay))
        if left <= pay_minor:
            return PlanOption(
                pace=pace,
                pay_minor=pay_minor,
                dues=tuple(dues),
                owed_minor=owed,
                nothing_minor=nothing_paid(position, parameters, day),
                relief=easing.relief,
                eased_minor=easing.eased_in_all(going),
            )
        easing.pay(going, _payment(day, pay))
    return None


def nothing_paid(position: Position, parameters: Parameters, until: date) -> int:
    """What is owed on a day when nothing is paid until then and nothing is bought."""
    going = deepcopy(position)
    advance(going, parameters, max(until, going.counted_to))
    return owed_in_all(going, parameters)


def plan_sheet(
    option: PlanOption, parameters: Parameters, *, currency: str, about: Mapping[str, object]
) -> Sheet:
    """The sheet of all costs of a plan; ``about`` names it. The interest stands in the payments that are the last."""
    relief = option.relief
    parts, left = [], option.owed_minor - relief.late_minor
    for no, one in enumerate(option.dues, start=1):
        principal = min(left, one.amount_minor)
        parts.append(Instalment(no, principal, one.amount_minor - principal))
        left -= principal
    borrowing = Borrowing(
        purpose=Purpose.REPAYMENT_PLAN,
        currency=currency,
        plan=parts,
        cost=Cost(name="unpaid_interest", how="each_day_unpaid", rate=_daily(parameters, relief)),
        contingent=_if_broken(option, parameters),
        terms={
            **about,
            "dues": [one.due.isoformat() for one in option.dues],
            "nothing_minor": option.nothing_minor,
            "late": str(parameters.plan_late),
            **_let_go_terms(relief, parameters),
        },
    )
    return cost_sheet(borrowing, parameters)


def plan_of(sheet: Sheet) -> UUID | None:
    """The plan whose costs a sheet shows; None for the sheet of anything else."""
    return UUID(str(sheet.terms["plan"])) if sheet.purpose == Purpose.REPAYMENT_PLAN else None


def _daily(parameters: Parameters, relief: Relief) -> str:
    """The interest of a day while the plan is kept."""
    if relief.interest_part == 1:
        return parameters.revolving_daily_rate
    rate = (parameters.daily_interest * relief.interest_part).normalize()
    return f"{rate:f}" if rate else "0"


def _if_broken(option: PlanOption, parameters: Parameters) -> tuple[Cost, ...]:
    """What was let go may be owed again."""
    most = option.relief.late_minor + option.eased_minor
    if not most or parameters.plan_broken != PlanBroken.OWED_AGAIN:
        return ()
    return (Cost(name="let_go", how="plan_broken", most_minor=most),)


def _let_go_terms(relief: Relief, parameters: Parameters) -> dict[str, object]:
    if not relief:
        return {}
    return {
        "interest_part": str(relief.interest_part),
        "late_let_go_minor": relief.late_minor,
        "let_go": relief.when,
        "broken": str(parameters.plan_broken),
    }


def _due_days(position: Position, after: date | None) -> Iterator[date]:
    day = after or position.counted_to + timedelta(days=NOTICE_DAYS - 1)
    while True:
        day = next_day(day, position.due_day)
        yield day


def _payment(day: date, amount_minor: int) -> Activity:
    return Activity(
        activity_id=NOBODY,
        kind=ActivityKind.REPAYMENT,
        effective_at=datetime.combine(day, time(12), UTC),
        on=day,
        amount_minor=amount_minor,
    )


def _up(amount_minor: int, unit_minor: int) -> int:
    return -(-amount_minor // unit_minor) * unit_minor


# --- how a plan stands ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PlanStanding:
    """A plan against what was paid since it counts; ``missed_since`` is the oldest day that was not paid in full."""

    total_minor: int
    paid_minor: int
    due_minor: int
    next: PlanDue | None  # what is still to be paid of the first payment that is not
    missed_since: date | None

    @property
    def left_minor(self) -> int:
        """What is still to be paid."""
        return max(0, self.total_minor - self.paid_minor)

    @property
    def behind_minor(self) -> int:
        """What should have been paid and was not."""
        return max(0, self.due_minor - self.paid_minor)

    @property
    def ahead_minor(self) -> int:
        """What was paid before it had to be."""
        return max(0, min(self.paid_minor, self.total_minor) - self.due_minor)

    def is_missed(self, today: date, grace_days: int) -> bool:
        """Whether a payment is out for longer than the plan waits."""
        return self.missed_since is not None and (today - self.missed_since).days > grace_days


def standing(dues: Sequence[PlanDue], paid_minor: int, today: date) -> PlanStanding:
    """How a plan stands; what is due today can still be paid today."""
    due = reached = 0
    first: PlanDue | None = None
    for one in dues:
        reached += one.amount_minor
        due += one.amount_minor if one.due < today else 0
        if first is None and reached > paid_minor:
            first = PlanDue(one.due, min(one.amount_minor, reached - paid_minor))
    return PlanStanding(
        total_minor=reached,
        paid_minor=paid_minor,
        due_minor=due,
        next=first,
        missed_since=first.due if first and first.due < today else None,
    )


def rests_until(dues: Sequence[PlanDue], grace_days: int) -> date:
    """The day from which late charges count again: nobody is charged while the plan still waits."""
    return dues[-1].due + timedelta(days=grace_days + 1)


def later(dues: Sequence[PlanDue], paid_minor: int, *, after: date, due_day: int) -> tuple[PlanDue, ...]:
    """The same payments with those that are still to be paid later than a day, one a month."""
    moved: list[PlanDue] = []
    reached, day = 0, after
    for one in dues:
        reached += one.amount_minor
        if reached > paid_minor:
            day = next_day(max(day, after), due_day)
            moved.append(PlanDue(max(day, one.due), one.amount_minor))
            day = moved[-1].due
        else:
            moved.append(one)
    return tuple(moved)


def plain_dues(dues: Sequence[PlanDue]) -> list[list[object]]:
    """As stored: [[day, amount], …]."""
    return [[one.due.isoformat(), one.amount_minor] for one in dues]


def dues_of(plain: Sequence[Sequence[object]]) -> tuple[PlanDue, ...]:
    """From what was stored."""
    return tuple(PlanDue(date.fromisoformat(str(day)), int(str(amount))) for day, amount in plain)
