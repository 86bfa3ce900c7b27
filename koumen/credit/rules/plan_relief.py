"""What a repayment plan lets go: a part of the interest while it is kept, and late charges of before it. Pure.

The product says how much (``plan_interest_…`` by pace, ``plan_waiver``). Interest is charged as always; of what was
posted since the agreement so much is let go that of its days only the agreed part remains. So an account counts its days alike with
and without a plan, and what was let go stands in the books as entries of their own, which can be taken back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.applying import apply
from koumen.credit.rules.calendar import next_day
from koumen.credit.rules.counting import accrued_interest, accrued_late
from koumen.credit.rules.parameters import Parameters, PlanWaiver
from koumen.credit.rules.position import Happened, Move, Position
from koumen.credit.rules.turning import advance
from koumen.kit.rate import share
from koumen.ledger.rules.chart import AccountKind

NOBODY = UUID(int=0)  # of what is only reckoned
ALL = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Relief:
    """What is agreed: which part of the interest is still charged, and how much of late charges goes, and when.

    ``accrued_minor`` is the interest of the days before the agreement that was not posted yet: it is owed wholly.
    """

    interest_part: Decimal = ALL
    accrued_minor: int = 0
    late_minor: int = 0
    when: str = PlanWaiver.NONE

    def __bool__(self) -> bool:
        """Whether anything is let go."""
        return self.interest_part < ALL or self.late_minor > 0


@dataclass(frozen=True, kw_only=True)
class LetGo:
    """What became of a relief so far: interest posted since the agreement, and what was let go of each bucket."""

    posted_minor: int = 0
    given: Mapping[Bucket, int] = field(default_factory=dict)


def relief_of(position: Position, parameters: Parameters, pace: str) -> Relief:
    """What a plan of a pace would let go, if it were agreed on the day of a position."""
    late = 0
    if parameters.plan_waiver != PlanWaiver.NONE:
        owed = sum(bill.unpaid.get(Bucket.LATE, 0) for bill in position.every_bill)
        late = owed + accrued_late(position, parameters)
    return Relief(
        interest_part=parameters.plan_part(pace),
        accrued_minor=accrued_interest(position, parameters),
        late_minor=late,
        when=parameters.plan_waiver,
    )


def to_let_go(
    relief: Relief, so_far: LetGo, position: Position, parameters: Parameters, *, is_kept: bool
) -> dict[Bucket, int]:
    """What is to be let go now, so that altogether it is what was agreed.

    Of each bucket no more than is owed of it; once the plan is kept all of it, interest not posted yet too: what was
    paid of it already is the customer's.
    """
    posted = so_far.posted_minor + (accrued_interest(position, parameters) if is_kept else 0)
    is_late_due = is_kept or relief.when == PlanWaiver.AT_AGREEMENT
    wanted = {
        Bucket.INTEREST: share(max(0, posted - relief.accrued_minor), ALL - relief.interest_part),
        Bucket.LATE: relief.late_minor if is_late_due else 0,
    }
    left = {bucket: amount - so_far.given.get(bucket, 0) for bucket, amount in wanted.items()}
    if not is_kept:
        left = {
            bucket: min(amount, sum(bill.unpaid.get(bucket, 0) for bill in position.every_bill))
            for bucket, amount in left.items()
        }
    return {bucket: amount for bucket, amount in left.items() if amount > 0}


def interest_posted(moves: Iterable[Move]) -> int:
    """The interest among what was posted."""
    return sum(
        move.amount_minor
        * ((move.credit is AccountKind.INTEREST_INCOME) - (move.debit is AccountKind.INTEREST_INCOME))
        for move in moves
    )


@dataclass
class Easing:
    """A relief at work on an account that goes on in memory, as the night would see to it on each bill day."""

    relief: Relief
    parameters: Parameters
    posted_minor: int = 0
    given: dict[Bucket, int] = field(default_factory=dict)

    def go_on(self, position: Position, until: date) -> None:
        """Let time pass; on each bill day what is to be let go is let go."""
        self._let_go(position)
        while (bill_day := next_day(position.counted_to, self.parameters.bill_day)) <= until:
            self._pass(position, bill_day)
            self._let_go(position)
        self._pass(position, until)

    def pay(self, position: Position, payment: Activity) -> None:
        """A payment comes in."""
        happened = Happened(payment.on)
        apply(position, self.parameters, payment, happened)
        self.posted_minor += interest_posted(happened.moves)

    def still_to_come(self, position: Position) -> int:
        """What would be let go if the plan were kept with the next payment."""
        return sum(self._wanted(position, is_kept=True).values())

    def eased_in_all(self, position: Position) -> int:
        """The interest that is let go if the plan is kept with the next payment."""
        return self.given.get(Bucket.INTEREST, 0) + self._wanted(position, is_kept=True).get(
            Bucket.INTEREST, 0
        )

    def _wanted(self, position: Position, *, is_kept: bool) -> dict[Bucket, int]:
        so_far = LetGo(posted_minor=self.posted_minor, given=self.given)
        return to_let_go(self.relief, so_far, position, self.parameters, is_kept=is_kept)

    def _pass(self, position: Position, until: date) -> None:
        if until > position.counted_to:
            self.posted_minor += interest_posted(advance(position, self.parameters, until).moves)

    def _let_go(self, position: Position) -> None:
        for bucket, amount in self._wanted(position, is_kept=False).items():
            on = position.counted_to
            waiver = Activity(
                activity_id=NOBODY,
                kind=ActivityKind.WAIVER,
                effective_at=datetime.combine(on, time(0), UTC),
                on=on,
                amount_minor=amount,
                bucket=bucket,
            )
            apply(position, self.parameters, waiver, Happened(on))
            self.given[bucket] = self.given.get(bucket, 0) + amount
