"""Reading bills as their customer does: the list, and one with its lines and what it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from koumen.branch.queries import this_branch
from koumen.credit.models import Activity, Statement
from koumen.credit.permissions import visible_to
from koumen.credit.queries.accounts import position_at
from koumen.credit.queries.purchases import counted
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import ActivityKind
from koumen.credit.rules.bill_lines import COLUMNS, BillLine, bill_lines
from koumen.credit.rules.bill_standing import BillStanding, bill_standing
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing


@dataclass(frozen=True, kw_only=True)
class BillRow:
    """One bill in the list, and how it stands today."""

    statement: Statement
    standing: BillStanding


@dataclass(frozen=True, kw_only=True)
class BillsOfAccount:
    """The bills of an account, newest first, with the credit balance there is now."""

    account: HeldAccount
    bills: tuple[BillRow, ...]


@dataclass(frozen=True, kw_only=True)
class BillItem:
    """One thing behind the lines of a bill: what adds to the debt is positive, what takes off it negative.

    ``is_late``: it counts for an earlier month, whose bill did not know of it yet.
    """

    at: datetime
    kind: ActivityKind
    amount_minor: int
    description: str = ""
    category: str = ""
    is_late: bool = False


@dataclass(frozen=True, kw_only=True)
class BillSheet:
    """One bill: frozen as it was made, its lines in order, the things behind them, and how it stands today."""

    account: HeldAccount
    statement: Statement
    lines: tuple[BillLine, ...]
    items: tuple[BillItem, ...]
    standing: BillStanding


def bills_of(*, actor: Actor, account_id: UUID, at: datetime) -> BillsOfAccount:
    """The bills of an account with how each stands today; two queries. Raises Missing("account-not-found")."""
    account = position_at(actor=actor, account_id=account_id, at=at)
    rows = list(Statement.objects.filter(account_id=account_id).order_by("-issued_date"))
    bills = (
        BillRow(statement=row, standing=_standing(account, row, is_newest=place == 0, at=at))
        for place, row in enumerate(rows)
    )
    return BillsOfAccount(account=account, bills=tuple(bills))


def bill(*, actor: Actor, statement_id: UUID, at: datetime) -> BillSheet:
    """One bill with its lines and what lies behind them; five queries. Raises Missing("bill-not-found")."""
    newer = Statement.objects.filter(
        account=OuterRef("account"), issued_date__gt=OuterRef("issued_date")
    ).order_by()
    rows = Statement.objects.filter(account__in=visible_to(actor)).annotate(has_newer=Exists(newer))
    statement = rows.filter(id=statement_id).first()
    if statement is None:
        raise Missing("bill-not-found")
    account = position_at(actor=actor, account_id=statement.account_id, at=at)
    earlier = Statement.objects.filter(account_id=statement.account_id, issued_date__lt=statement.issued_date)
    before = earlier.order_by("-issued_date").first()
    amounts = {name: getattr(statement, name) for name in COLUMNS}
    items = sorted(_items(statement, before), key=lambda item: item.at)
    return BillSheet(
        account=account,
        statement=statement,
        lines=bill_lines(amounts, future_before_minor=before.future_minor if before else 0),
        items=tuple(items),
        standing=_standing(account, statement, is_newest=not statement.has_newer, at=at),
    )


def _standing(account: HeldAccount, row: Statement, *, is_newest: bool, at: datetime) -> BillStanding:
    return bill_standing(
        account.position,
        issued=row.issued_date,
        balance_minor=row.balance_minor,
        is_newest=is_newest,
        today=local_date(at, this_branch().zone),
    )


def _items(statement: Statement, before: Statement | None) -> Iterator[BillItem]:
    """What lies behind the lines, as it was known when the bill was made; two queries."""
    cycle = _Cycle.of(statement, before)
    for row in counted(statement.account_id).filter(cycle.may_hold("counts_from", "told_at")):
        if cycle.holds(row.counts_from, row.told_at, row.taken_back_at):
            yield BillItem(
                at=row.purchased_at,
                kind=ActivityKind.PURCHASE if row.amount_minor > 0 else ActivityKind.REFUND,
                amount_minor=row.amount_minor,
                description=row.description,
                category=row.category,
                is_late=cycle.is_late(row.counts_from),
            )
    others = Activity.objects.filter(account_id=statement.account_id, kind__in=_SIGN)
    found = others.filter(cycle.may_hold("effective_at", "recorded_at"))
    for one in found.annotate(taken_back_at=F("reversed_by__recorded_at")):
        if cycle.holds(one.effective_at, one.recorded_at, one.taken_back_at):
            yield BillItem(
                at=one.effective_at,
                kind=ActivityKind(one.kind),
                amount_minor=_SIGN[ActivityKind(one.kind)] * one.amount_minor,
                is_late=cycle.is_late(one.effective_at),
            )


_SIGN = {
    ActivityKind.DISBURSEMENT: 1,
    ActivityKind.REPAYMENT: -1,
    ActivityKind.WAIVER: -1,
    ActivityKind.CREDIT_REFUND: 1,
    ActivityKind.WRITE_OFF: -1,
}


@dataclass(frozen=True, kw_only=True)
class _Cycle:
    """What a bill tells of: its month as it was known, and what the bill before did not know yet of earlier ones."""

    begin: datetime | None
    end: datetime
    told_since: datetime | None
    made_at: datetime

    @classmethod
    def of(cls, statement: Statement, before: Statement | None) -> "_Cycle":
        return cls(
            begin=_midnight(before.issued_date) if before else None,
            end=_midnight(statement.issued_date),
            told_since=before.issued_at if before else None,
            made_at=statement.issued_at,
        )

    def may_hold(self, counts: str, told: str) -> Q:
        """What is worth reading: a few rows too many, never one too few."""
        condition = Q(**{f"{counts}__lt": self.end})
        if self.begin is None:
            return condition
        return condition & (Q(**{f"{counts}__gte": self.begin}) | Q(**{f"{told}__gte": self.told_since}))

    def is_late(self, counts_from: datetime) -> bool:
        """Whether it lies in an earlier month."""
        return self.begin is not None and counts_from < self.begin

    def holds(self, counts_from: datetime, told_at: datetime | None, taken_back_at: datetime | None) -> bool:
        """Whether the bill knew of it, and no earlier one did; what was taken over was known from the beginning."""
        if taken_back_at and taken_back_at < self.made_at:
            return False
        if told_at is None:
            return not self.is_late(counts_from)
        is_new = not self.is_late(counts_from) or (self.told_since is not None and told_at >= self.told_since)
        return is_new and told_at < self.made_at


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), this_branch().zone)
