"""What a version of a product says: dates, prices, orders of payment. The figures are the lender's.

The defaults are examples, to be checked by the lender's lawyer. Interest on fees and a fee for passing the
limit are no parameters: the law forbids both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum

from koumen.credit.rules.bounds import choice, fraction, within
from koumen.kit.errors import Invalid

LAST_BILL_DAY = 28  # every month has it
MOST_GRACE_DAYS = 15
MOST_TERMS = 360  # thirty years; a longer plan is a mistake
MOST_MINOR = 10**12
# Day sums of whole minor units times a rate of so many decimals are exact in eight decimals.
RATE_DECIMALS = 8
RATES = (
    *("minimum_rate", "revolving_daily_rate", "late_daily_rate", "late_rate"),
    *("apr_cap", "loan_annual_rate", "plan_share"),
    *("plan_interest_quick", "plan_interest_steady", "plan_interest_gentle"),
)
# A dearer price for a day is a mistake in writing: 1 % a day is 365 % a year.
MOST_A_DAY = Decimal("0.01")
LEAST_READING_S = 3  # in less nobody can read a sheet of costs
MOST_READING_S = 600


class Kind(StrEnum):
    """What is lent: a line to spend from, a card, or a loan paid out at once."""

    LINE = "line"
    CARD = "card"
    LOAN = "loan"


class PostingBasis(StrEnum):
    """What makes a purchase a debt: buying, or the merchant's confirmation that it was sent."""

    PURCHASE = "purchase"
    CONFIRMED = "confirmed"


class RevolvingBase(StrEnum):
    """On what interest runs when a bill was not paid in full."""

    UNPAID_FROM_DUE = "unpaid_from_due"
    ALL_FROM_POSTING = "all_from_posting"


class LateMode(StrEnum):
    """How lateness is charged; one way only."""

    DAILY_ON_OVERDUE = "daily_on_overdue"
    PCT_OF_UNPAID_MIN = "pct_of_unpaid_min"
    NONE = "none"


class FeeMode(StrEnum):
    """When the fee of an instalment plan is asked for: in equal parts, or all with the first instalment."""

    SPREAD = "spread"
    FIRST = "first"


class EarlySettle(StrEnum):
    """What of a plan's fee is still owed by who pays it off early."""

    WAIVE_UNBILLED = "waive_unbilled"
    ALL_DUE = "all_due"
    PRO_RATA_DAYS = "pro_rata_days"


class LoanMethod(StrEnum):
    """How a loan is paid back."""

    EQUAL_INSTALMENTS = "equal_instalments"
    EQUAL_PRINCIPAL = "equal_principal"
    BULLET = "bullet"


class PlanLate(StrEnum):
    """What late charges do while a repayment plan is kept."""

    PAUSED = "paused"
    AS_USUAL = "as_usual"


class PlanWaiver(StrEnum):
    """Whether late charges of before a repayment plan are let go."""

    NONE = "none"
    AT_AGREEMENT = "at_agreement"
    WHEN_KEPT = "when_kept"  # with the last payment of the plan


class PlanBroken(StrEnum):
    """What becomes of what a repayment plan let go, when it is broken."""

    STAYS = "stays"
    OWED_AGAIN = "owed_again"


_NUMBER = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
ALLOCATIONS = ("default-1", "principal-first-1")  # the orders of payment there are, each with its version


def _example_terms() -> Mapping[str, str]:
    return {"3": "0.025", "6": "0.045", "9": "0.065", "12": "0.088"}


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a product version, as they are stored; rates are decimals of one, as text.

    A statement is made on the bill day and covers what came before it. ``due_days`` are those to which a
    customer may move. ``instalment_terms`` gives for each number of instalments its flat fee, a part of
    the amount. A loan above ``loan_alone_most_minor`` begins when two persons agreed to it. ``late_cap_minor`` is the most charged for lateness on one bill; 0 is no such bound. A repayment
    plan takes ``plan_share`` of what is left to live on at most, waits ``plan_grace_days`` for a payment, and while it
    is kept charges the part ``plan_interest_…`` of the interest, by its pace.
    """

    kind: str = Kind.LINE
    bill_day: int = 1
    due_day: int = 10
    due_days: tuple[int, ...] = (8, 9, 10, 15, 20)
    grace_days: int = 3
    posting_basis: str = PostingBasis.PURCHASE
    minimum_rate: str = "0.10"
    minimum_floor_minor: int = 2_000
    revolving_base: str = RevolvingBase.UNPAID_FROM_DUE
    revolving_daily_rate: str = "0.0005"
    late_mode: str = LateMode.DAILY_ON_OVERDUE
    late_daily_rate: str = "0.0005"
    late_rate: str = "0.05"
    late_cap_minor: int = 0
    instalment_terms: Mapping[str, str] = field(default_factory=_example_terms)
    instalment_fee_mode: str = FeeMode.SPREAD
    instalment_minimum_minor: int = 10_000
    early_settle: str = EarlySettle.WAIVE_UNBILLED
    apr_cap: str = "0.24"
    allocation: str = "default-1"
    allocation_overdue: str = "principal-first-1"
    allocation_overdue_after_days: int = 90
    loan_method: str = LoanMethod.EQUAL_INSTALMENTS
    loan_annual_rate: str = "0"
    loan_terms: tuple[int, ...] = ()
    loan_alone_most_minor: int = 0
    forced_read_seconds: int = 10
    dormant_credit_days: int = 30
    hardship_most_days: int = 90
    plan_share: str = "0.5"
    plan_most_months: int = 36
    plan_grace_days: int = 7
    plan_late: str = PlanLate.PAUSED
    plan_interest_quick: str = "1"
    plan_interest_steady: str = "1"
    plan_interest_gentle: str = "1"
    plan_waiver: str = PlanWaiver.NONE
    plan_broken: str = PlanBroken.STAYS
    rounding: str = "HALF_UP"

    def __post_init__(self) -> None:
        self._check_days()
        self._check_amounts()
        self._check_rules()
        self._check_rates()
        self._check_terms()

    @property
    def minimum_share(self) -> Decimal:
        """The part of ordinary debts that must be paid."""
        return Decimal(self.minimum_rate)

    @property
    def daily_interest(self) -> Decimal:
        """Interest for one day, as a part of what it runs on."""
        return Decimal(self.revolving_daily_rate)

    @property
    def daily_late(self) -> Decimal:
        """The charge for one day late, as a part of what is overdue."""
        return Decimal(self.late_daily_rate)

    @property
    def late_share(self) -> Decimal:
        """The charge for lateness as a part of the unpaid minimum."""
        return Decimal(self.late_rate)

    @property
    def affordable_share(self) -> Decimal:
        """The most that a repayment plan takes of what is left to live on."""
        return Decimal(self.plan_share)

    def plan_part(self, pace: str) -> Decimal:
        """The part of the interest that a repayment plan of a pace is charged."""
        return Decimal(str(getattr(self, f"plan_interest_{pace}")))

    @property
    def cap(self) -> Decimal:
        """The most that anything may cost in a year."""
        return Decimal(self.apr_cap)

    @property
    def loan_rate(self) -> Decimal:
        """The interest of a loan for a year; a twelfth of it is the month's."""
        return Decimal(self.loan_annual_rate)

    @property
    def terms(self) -> tuple[int, ...]:
        """Into how many instalments a purchase may be split."""
        return tuple(sorted(int(terms) for terms in self.instalment_terms))

    def fee_rate(self, terms: int) -> Decimal:
        """The flat fee of a plan, a part of its amount. Raises Invalid("instalment-term-not-offered")."""
        if str(terms) not in self.instalment_terms:
            raise Invalid("instalment-term-not-offered", field="terms", value=str(terms)[:40])
        return Decimal(self.instalment_terms[str(terms)])

    @classmethod
    def of(cls, plain: Mapping[str, object]) -> "Parameters":
        """From the stored JSON. Raises Invalid for unknown names and for values that make no sense.

        What is not there was no parameter yet when the version was stored, and takes the default; but what
        was no price then is none now, so that a new release never makes an old version dearer.
        """
        unknown = sorted(plain.keys() - {one.name for one in fields(cls)})
        if unknown:
            raise Invalid("parameter-unknown", field=unknown[0])
        values = dict(plain) if "kind" in plain else {**_FREE_OF_CHARGE, **plain}
        for name in ("due_days", "loan_terms"):
            if isinstance(values.get(name), list):
                values[name] = tuple(values[name])  # type: ignore[arg-type]  # a list, as JSON has it
        return cls(**values)  # type: ignore[arg-type]  # __post_init__ looks at every value

    def plain(self) -> dict[str, object]:
        """As stored."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}

    def meaning(self) -> dict[str, object]:
        """As it counts: 0.10 and 0.1 are one rate."""
        terms = {terms: self.fee_rate(int(terms)) for terms in self.instalment_terms}
        rates = {name: Decimal(getattr(self, name)) for name in RATES}
        return {**self.plain(), **rates, "instalment_terms": terms}

    def _check_days(self) -> None:
        within("bill_day", self.bill_day, 1, LAST_BILL_DAY)
        within("due_day", self.due_day, 1, LAST_BILL_DAY)
        for day in _several("due_days", self.due_days):
            within("due_days", day, 1, LAST_BILL_DAY)
        within("grace_days", self.grace_days, 0, MOST_GRACE_DAYS)
        within("allocation_overdue_after_days", self.allocation_overdue_after_days, 1, 3650)
        within("dormant_credit_days", self.dormant_credit_days, 1, 365)
        within("hardship_most_days", self.hardship_most_days, 1, 366)
        within("plan_most_months", self.plan_most_months, 2, MOST_TERMS)
        within("plan_grace_days", self.plan_grace_days, 0, 31)
        within("forced_read_seconds", self.forced_read_seconds, LEAST_READING_S, MOST_READING_S)

    def _check_amounts(self) -> None:
        within("minimum_floor_minor", self.minimum_floor_minor, 0, 10**9)
        within("loan_alone_most_minor", self.loan_alone_most_minor, 0, MOST_MINOR)
        within("late_cap_minor", self.late_cap_minor, 0, MOST_MINOR)
        within("instalment_minimum_minor", self.instalment_minimum_minor, 1, MOST_MINOR)

    def _check_rules(self) -> None:
        choice("kind", self.kind, Kind)
        choice("posting_basis", self.posting_basis, PostingBasis)
        choice("revolving_base", self.revolving_base, RevolvingBase)
        choice("late_mode", self.late_mode, LateMode)
        choice("instalment_fee_mode", self.instalment_fee_mode, FeeMode)
        choice("early_settle", self.early_settle, EarlySettle)
        choice("plan_late", self.plan_late, PlanLate)
        choice("plan_waiver", self.plan_waiver, PlanWaiver)
        choice("plan_broken", self.plan_broken, PlanBroken)
        choice("loan_method", self.loan_method, LoanMethod)
        choice("allocation", self.allocation, ALLOCATIONS)
        choice("allocation_overdue", self.allocation_overdue, ALLOCATIONS)
        choice("rounding", self.rounding, ("HALF_UP",))

    def _check_rates(self) -> None:
        for name in RATES:
            most = MOST_A_DAY if name.endswith("_daily_rate") else Decimal(1)
            fraction(name, getattr(self, name), most, RATE_DECIMALS)
        if not 0 < Decimal(self.plan_share) < 1:  # never all that is left to live on
            raise Invalid("parameter-out-of-range", field="plan_share", value=self.plan_share[:40])
        if not self.minimum_share:
            raise Invalid("parameter-out-of-range", field="minimum_rate", value=self.minimum_rate[:40])

    def _check_terms(self) -> None:
        if not isinstance(self.instalment_terms, Mapping):
            raise Invalid("parameter-out-of-range", field="instalment_terms")
        for terms, fee in self.instalment_terms.items():
            name = f"instalment_terms.{terms[:8]}"
            if not _NUMBER.fullmatch(terms):
                raise Invalid("parameter-out-of-range", field=name, value=terms[:40])
            within(name, int(terms), 2, min(MOST_TERMS, self.instalment_minimum_minor))
            fraction(name, fee, Decimal(1), RATE_DECIMALS)
        for months in _several("loan_terms", self.loan_terms):
            within("loan_terms", months, 1, MOST_TERMS)
        if self.kind == Kind.LOAN and not self.loan_terms:
            raise Invalid("parameter-out-of-range", field="loan_terms", value="")


# What a version meant that was stored before products had kinds and prices: it never charged anything.
_FREE_OF_CHARGE: Mapping[str, object] = {
    "revolving_daily_rate": "0",
    "late_mode": LateMode.NONE,
    "instalment_terms": {},
}


def _several(name: str, values: object) -> tuple[object, ...]:
    if not isinstance(values, tuple):
        raise Invalid("parameter-out-of-range", field=name, value=str(values)[:40])
    return values


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value
