"""What an account owes at a moment: its open bills, what was bought since, running plans, and the days counted.

Interest and late charges are not written down day by day. Each bill counts *money-days* (an amount times the
days for which it stood, whole numbers), which a rate turns into money once, where it is posted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from koumen.credit.rules.allocation import RECEIVABLE, Bucket, Debt
from koumen.credit.rules.schedule import Instalment
from koumen.ledger.rules.chart import AccountKind


class Standing(StrEnum):
    """What came of a bill when its grace ended."""

    OPEN = "open"  # not judged yet
    REVOLVING = "revolving"  # the minimum was paid, the rest is carried over
    LATE = "late"  # not even the minimum was paid


@dataclass(slots=True, eq=True)
class Bill:
    """What is unpaid of one bill; ``issued`` None stands for what is not billed yet.

    ``judged_on`` is the first day after its grace. ``minimum_minor`` is what is unpaid of its minimum.
    Money-days since the last posting: ``principal_days`` bear interest, less ``relieved_days`` (the overdue part,
    which bears a late charge instead), ``overdue_days`` bear the late charge.
    """

    issued: date | None = None
    due: date | None = None
    judged_on: date | None = None
    unpaid: dict[Bucket, int] = field(default_factory=dict)  # without zeros
    minimum_minor: int = 0
    standing: Standing = Standing.OPEN
    principal_days: int = 0
    relieved_days: int = 0
    overdue_days: int = 0

    @property
    def unpaid_minor(self) -> int:
        """All that is unpaid of it."""
        return sum(self.unpaid.values())

    @property
    def principal_minor(self) -> int:
        """What of it can bear interest, and late charges: never interest or fees."""
        return self.unpaid.get(Bucket.PRINCIPAL, 0) + self.unpaid.get(Bucket.INSTALMENT, 0)

    def add(self, bucket: Bucket, amount_minor: int) -> None:
        """Owe more."""
        if amount_minor:
            self.unpaid[bucket] = self.unpaid.get(bucket, 0) + amount_minor

    def take(self, bucket: Bucket, amount_minor: int) -> None:
        """Owe less."""
        left = self.unpaid.get(bucket, 0) - amount_minor
        assert left >= 0, "a debt never falls below zero"  # noqa: S101  (an invariant)
        if left:
            self.unpaid[bucket] = left
        else:
            self.unpaid.pop(bucket, None)

    def forget_days(self) -> None:
        """The days were posted, or cost nothing."""
        self.principal_days = self.relieved_days = self.overdue_days = 0


@dataclass(slots=True, eq=True)
class RunningPlan:
    """An instalment plan or loan with instalments still to come; ``cut_minor`` was taken off its end by refunds."""

    plan_id: UUID
    schedule: tuple[Instalment, ...]
    charge: Bucket  # INSTALMENT_FEE, or INTEREST of a loan
    next_no: int = 1
    cut_minor: int = 0

    @property
    def to_come(self) -> tuple[Instalment, ...]:
        """The instalments not billed yet, as agreed."""
        return self.schedule[self.next_no - 1 :]

    @property
    def future_minor(self) -> int:
        """The principal not billed yet."""
        return sum(one.principal_minor for one in self.to_come) - self.cut_minor

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to bill."""
        return self.next_no > len(self.schedule) or self.future_minor <= 0


@dataclass(slots=True, eq=True)
class Position:
    """An account at the beginning of ``counted_to``: days before it are counted, bills before it are made."""

    counted_to: date
    due_day: int
    bills: list[Bill] = field(default_factory=list)  # oldest first
    unbilled: Bill = field(default_factory=Bill)
    credit_minor: int = 0
    plans: list[RunningPlan] = field(default_factory=list)
    late_paused_until: date | None = None
    interest_since_bill_minor: int = 0  # posted since the last bill, which the next one names
    late_since_bill_minor: int = 0  # the same; it also counts for the cap
    plan_charges_since_bill_minor: int = 0  # the same, of plans that were settled early
    written_off_minor: int = 0
    is_used: bool = False  # something happened since the last bill

    @property
    def every_bill(self) -> Iterator[Bill]:
        """The bills, then what is not billed."""
        yield from self.bills
        yield self.unbilled

    @property
    def billed_minor(self) -> int:
        """What is unpaid of all bills."""
        return sum(bill.unpaid_minor for bill in self.bills)

    @property
    def posted_minor(self) -> int:
        """What is owed, without instalments to come and interest not posted yet."""
        return self.billed_minor + self.unbilled.unpaid_minor

    @property
    def future_minor(self) -> int:
        """Principal of instalments to come."""
        return sum(plan.future_minor for plan in self.plans)

    @property
    def newest(self) -> Bill | None:
        """The last bill that is still open."""
        return self.bills[-1] if self.bills else None

    def debts(self) -> list[Debt[tuple[int, Bucket]]]:
        """Every debt; the key is the place of its bill (the last place: not billed) and the bucket."""
        return [
            Debt((place, bucket), bill.issued, bucket, unpaid)
            for place, bill in enumerate(self.every_bill)
            for bucket, unpaid in bill.unpaid.items()
        ]

    @property
    def balance_minor(self) -> int:
        """All that is owed, instalments to come too, less the credit balance."""
        return self.posted_minor + self.future_minor - self.credit_minor

    def receivables(self) -> dict[AccountKind, int]:
        """What the ledger must show for this account, by kind; the credit balance too."""
        sums = {AccountKind.PRINCIPAL: self.future_minor, AccountKind.CREDIT_BALANCE: self.credit_minor}
        for bill in self.every_bill:
            for bucket, unpaid in bill.unpaid.items():
                kind = RECEIVABLE[bucket]
                sums[kind] = sums.get(kind, 0) + unpaid
        return {kind: amount for kind, amount in sums.items() if amount}


@dataclass(frozen=True)
class Move:
    """An amount between two places of the books; None stands for where the money of the activity lies."""

    debit: AccountKind | None
    credit: AccountKind | None
    amount_minor: int
    on: date


@dataclass(frozen=True, kw_only=True)
class IssuedBill:
    """A bill as it is made: what is owed less the credit balance, and the principal of instalments to come."""

    issued: date
    due: date
    balance_minor: int
    minimum_minor: int
    interest_minor: int
    late_minor: int
    plan_charges_minor: int
    instalments_minor: int
    future_minor: int


@dataclass(slots=True)
class Happened:
    """What was posted and billed while time passed or something happened; ``today`` is the day it stands at."""

    today: date
    moves: list[Move] = field(default_factory=list)
    bills: list[IssuedBill] = field(default_factory=list)

    def post(self, debit: AccountKind | None, credit: AccountKind | None, amount_minor: int) -> None:
        """Post an amount; nothing where it is zero."""
        if amount_minor:
            self.moves.append(Move(debit, credit, amount_minor, self.today))
