"""Replaying an account's history by the rules of today: what it owes, bill by bill, and every entry behind it.

Pure. A history that does not add up is refused: no amount is invented to make it fit.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from koumen.credit.rules.allocation import Bucket, Debt, allocate_payment, allocate_refund
from koumen.credit.rules.history import HistoricAccount, HistoricMonth, HistoricPurchase
from koumen.credit.rules.minimum import minimum_payment, unpaid_minimum
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Bill, Position, Standing
from koumen.kit.errors import Invalid


class Place(StrEnum):
    """Between which accounts of the books a history moves money."""

    PRINCIPAL = "principal"
    CREDIT_BALANCE = "credit_balance"
    MERCHANT = "merchant"
    PAYMENTS_IN = "payments_in"
    OPENING = "opening"


@dataclass(frozen=True)
class ReplayedEntry:
    """One entry: amounts from the credited to the debited place; ``purchase`` is its place in the list, or None."""

    kind: str
    effective_at: datetime
    moves: tuple[tuple[Place, Place, int], ...]
    purchase: int | None = None


@dataclass(frozen=True)
class ReplayedStatement:
    """One bill: what it said, and what is still unpaid of the debts that it was the first to name."""

    month: HistoricMonth
    minimum_minor: int
    billed_minor: int
    unpaid_minor: int


@dataclass
class Replay:
    """An account while its history passes; afterwards, what is to be written."""

    account: HistoricAccount
    parameters: Parameters
    entries: list[ReplayedEntry] = field(default_factory=list)
    purchases: list[HistoricPurchase] = field(default_factory=list)
    unbilled: int = 0
    credit: int = 0
    _billed: list[list[int]] = field(default_factory=list)  # billed, unpaid; one a statement, oldest first
    _bills: list[tuple[HistoricMonth, int]] = field(default_factory=list)  # with the minimum

    @property
    def balance(self) -> int:
        """What is owed, less what the lender owes."""
        return self._unpaid + self.unbilled - self.credit

    @property
    def statements(self) -> list[ReplayedStatement]:
        """The bills, oldest first."""
        return [
            ReplayedStatement(month, minimum, billed, unpaid)
            for (month, minimum), (billed, unpaid) in zip(self._bills, self._billed, strict=True)
        ]

    @property
    def _unpaid(self) -> int:
        return sum(unpaid for _, unpaid in self._billed)

    def position(self, taken_over: date) -> Position:
        """What is owed on the day of the takeover; nothing is charged for the days before it."""
        newest = self._carried_minimum()
        position = Position(
            counted_to=taken_over,
            due_day=self.parameters.due_day,
            unbilled=Bill(unpaid={Bucket.PRINCIPAL: self.unbilled} if self.unbilled else {}),
            credit_minor=self.credit,
            is_used=True,
        )
        so_far = 0
        for (month, _), (_, unpaid) in zip(self._bills, self._billed, strict=True):
            so_far += unpaid
            if unpaid:
                position.bills.append(self._open_bill(month, unpaid, min(newest, so_far), taken_over))
        return position

    def _open_bill(self, month: HistoricMonth, unpaid: int, minimum: int, today: date) -> Bill:
        judged_on = month.due_date + timedelta(days=self.parameters.grace_days + 1)
        standing = Standing.OPEN
        if judged_on <= today:
            standing = Standing.LATE if minimum else Standing.REVOLVING
        return Bill(
            month.issued_date,
            month.due_date,
            judged_on,
            {Bucket.PRINCIPAL: unpaid},
            minimum,
            standing,
        )

    def open(self) -> None:
        """Begin with the balance that the other system names."""
        amount, at = self.account.opening_minor, self.account.opening_at
        if amount > 0:
            self.unbilled = amount
            self._post("opening", at, (Place.PRINCIPAL, Place.OPENING, amount))
        elif amount < 0:
            self.credit = -amount
            self._post("opening", at, (Place.OPENING, Place.CREDIT_BALANCE, -amount))

    def pay(self, amount: int, at: datetime) -> None:
        """A payment that the other system took: the oldest bill first, a surplus becomes credit."""
        split = allocate_payment(self._debts(), amount)
        self._reduce(split.by_debt)
        self.credit += split.surplus_minor
        self._post(
            "import_payment",
            at,
            (Place.PAYMENTS_IN, Place.PRINCIPAL, amount - split.surplus_minor),
            (Place.PAYMENTS_IN, Place.CREDIT_BALANCE, split.surplus_minor),
        )

    def buy(self, purchase: HistoricPurchase) -> None:
        """A purchase, from a credit balance first; or a refund."""
        amount, at = purchase.amount_minor, purchase.purchased_at
        self.purchases.append(purchase)
        if amount > 0:
            from_credit = min(self.credit, amount)
            self.credit -= from_credit
            self.unbilled += amount - from_credit
            self._post(
                "purchase",
                at,
                (Place.CREDIT_BALANCE, Place.MERCHANT, from_credit),
                (Place.PRINCIPAL, Place.MERCHANT, amount - from_credit),
                purchase=len(self.purchases) - 1,
            )
            return
        split = allocate_refund(self._debts(), -amount)
        self._reduce(split.by_debt)
        self.credit += split.surplus_minor
        self._post(
            "refund",
            at,
            (Place.MERCHANT, Place.PRINCIPAL, -amount - split.surplus_minor),
            (Place.MERCHANT, Place.CREDIT_BALANCE, split.surplus_minor),
            purchase=len(self.purchases) - 1,
        )

    def bill(self, month: HistoricMonth) -> None:
        """Close a month: what is not billed yet is the new bill's."""
        if self.balance != month.balance_minor:
            raise Invalid(
                "history-does-not-add-up",
                field="balance_minor",
                account=self.account.number,
                issued_date=month.issued_date.isoformat(),
                said=month.balance_minor,
                reckoned=self.balance,
            )
        carried = self._carried_minimum()
        owed = self._unpaid + self.unbilled
        carried = min(carried, owed)
        minimum = minimum_payment(self.parameters, ordinary_minor=owed - carried, rest_minor=carried)
        self._billed.append([self.unbilled, self.unbilled])
        self._bills.append((month, minimum))
        self.unbilled = 0

    def _carried_minimum(self) -> int:
        """What is unpaid of the minimum before."""
        if not self._bills:
            return 0
        month, minimum = self._bills[-1]
        return unpaid_minimum(
            minimum_minor=minimum, balance_minor=month.balance_minor, unpaid_minor=self._unpaid
        )

    def _debts(self) -> list[Debt[int]]:
        debts = [
            Debt(number, self._bills[number][0].issued_date, Bucket.PRINCIPAL, unpaid)
            for number, (_, unpaid) in enumerate(self._billed)
            if unpaid
        ]
        if self.unbilled:
            debts.append(Debt(_UNBILLED, None, Bucket.PRINCIPAL, self.unbilled))
        return debts

    def _reduce(self, parts: dict[int, int]) -> None:
        for key, part in parts.items():
            if key == _UNBILLED:
                self.unbilled -= part
            else:
                self._billed[key][1] -= part

    def _post(
        self, kind: str, at: datetime, *moves: tuple[Place, Place, int], purchase: int | None = None
    ) -> None:
        self.entries.append(ReplayedEntry(kind, at, tuple(move for move in moves if move[2]), purchase))


_UNBILLED = -1


def replay(account: HistoricAccount, parameters: Parameters) -> Replay:
    """Let the history pass in the order in which it happened.

    Raises Invalid("history-does-not-add-up" | "history-out-of-order" | "history-amount").
    """
    state = Replay(account, parameters)
    state.open()
    before: date | None = None
    for month in account.months:
        if before and month.issued_date <= before:
            raise Invalid("history-out-of-order", field="issued_date", account=account.number)
        before = month.issued_date
        _pass_month(state, month)
        state.bill(month)
    for purchase in account.purchases_since:
        _buy(state, purchase)
    return state


def _pass_month(state: Replay, month: HistoricMonth) -> None:
    paid_at = month.paid_at
    if month.payment_minor < 0 or (month.payment_minor and paid_at is None):
        raise Invalid("history-amount", field="payment_minor", account=state.account.number)
    waiting = month.payment_minor
    for purchase in month.purchases:
        if waiting and paid_at and paid_at <= purchase.purchased_at:
            state.pay(waiting, paid_at)
            waiting = 0
        _buy(state, purchase)
    if waiting and paid_at:
        state.pay(waiting, paid_at)


def _buy(state: Replay, purchase: HistoricPurchase) -> None:
    if not purchase.amount_minor:
        raise Invalid("history-amount", field="amount_minor", account=state.account.number)
    state.buy(purchase)
