"""Money has arrived: the debt falls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from koumen.audit.command import command, require
from koumen.audit.commands import fact_row
from koumen.branch.queries import this_branch
from koumen.credit.commands.entering import begin, enter
from koumen.credit.commands.holding import Asked, hold_for_money, hold_once
from koumen.credit.commands.keeping import Change, keep
from koumen.credit.events import BalanceReduced
from koumen.credit.models import Repayment
from koumen.credit.permissions import may_record_repayment, may_take_payment
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.applying import Split, overdue_debts
from koumen.credit.rules.settling import settlement
from koumen.credit.states import AccountState
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import check_amount


@dataclass(frozen=True, kw_only=True)
class Received:
    """Money that has arrived: how much, in which ledger account it lies now, and when it was given.

    ``keep_as_credit`` touches no debt: money that nobody meant to give (any more) stays the customer's.
    ``plan_id``: by the customer's direction it settles this plan, once nothing is overdue.
    """

    payment_id: UUID
    amount_minor: int
    debit_account_id: int
    entry_kind: EntryKind
    tendered_at: datetime
    keep_as_credit: bool = False
    plan_id: UUID | None = None


@command
def apply_payment(*, account_id: UUID, received: Received, actor: Actor, at: datetime) -> Repayment:
    """Spread a payment over the debts of an account; what is more than owed becomes credit balance.

    It counts from ``received.tendered_at``, whenever it arrives. An inner command, which the payment's own key
    guards; two round trips. Records BalanceReduced. Raises Denied("credit-not-yours"),
    Missing("account-not-found" | "debit-account-not-found" | "plan-not-found"), Invalid("amount-not-positive" |
    "amount-too-large" | "currencies-differ" | "debit-account-holds-no-money" | "tendered-in-the-future") or
    Conflict("payment-already-applied" | "account-closed" | "settlement-too-small"); then nothing has moved.
    """
    require(may_take_payment(actor), "credit-not-yours")
    _require_acceptable(received, at)
    held = hold_for_money(
        actor, account_id, money_id=received.debit_account_id, activity_id=received.payment_id
    )
    return _apply(held, received, new_id(), actor=actor, at=at)


@command
def record_repayment(
    *, account_id: UUID, received: Received, key: UUID, actor: Actor, at: datetime
) -> Repayment:
    """Enter money that came by transfer, at a desk or from a bank file; the same key gives the same repayment.

    Records BalanceReduced. Raises Denied("credit-not-yours"), Conflict("key-reused") and what apply_payment does.
    """
    require(may_record_repayment(actor), "credit-not-yours")
    _require_acceptable(received, at)
    inputs = {
        "account": account_id,
        "amount_minor": received.amount_minor,
        "into": received.debit_account_id,
        "tendered_at": received.tendered_at,
        "plan": received.plan_id,
    }
    answer: Mapping[str, str] = {"repayment": str(new_id())}
    asked = Asked(name="record_repayment", key=key, inputs=inputs, answer=answer, actor=actor, at=at)
    answer, held = hold_once(
        asked, account_id, money_id=received.debit_account_id, activity_id=received.payment_id
    )
    if held is None:
        return Repayment.objects.get(id=answer["repayment"])
    return _apply(held, received, UUID(answer["repayment"]), actor=actor, at=at)


def _apply(
    held: HeldAccount, received: Received, repayment_id: UUID, *, actor: Actor, at: datetime
) -> Repayment:
    if held.state == AccountState.CLOSED:
        raise Conflict("account-closed")
    change = begin(held, actor=actor, at=at)
    activity = Activity(
        activity_id=received.payment_id,
        kind=ActivityKind.REPAYMENT,
        effective_at=received.tendered_at,
        on=local_date(received.tendered_at, this_branch().zone),
        amount_minor=received.amount_minor,
        as_credit=received.keep_as_credit,
        plan_id=received.plan_id,
    )
    if received.plan_id is not None:
        _require_settling(held, activity)
    change.money_id = received.debit_account_id
    entered = enter(change, activity, received.entry_kind)
    assert entered.split is not None  # noqa: S101  (a repayment tells its split)
    repayment = _kept(change, received, entered.split, repayment_id)
    event = BalanceReduced(
        subject_id=held.account_id,
        payment_id=received.payment_id,
        amount_minor=received.amount_minor,
        currency=held.currency,
        balance_after_minor=repayment.balance_after_minor,
    )
    change.facts.append(fact_row(event, actor=actor, at=at))
    keep(change)
    return repayment


def _require_acceptable(received: Received, at: datetime) -> None:
    """A positive amount, given by now."""
    check_amount(received.amount_minor)
    if received.tendered_at > at:
        raise Invalid("tendered-in-the-future", field="tendered_at")


def _require_settling(held: HeldAccount, activity: Activity) -> None:
    """A payment by direction pays what is overdue and the whole plan."""
    plan = next((one for one in held.position.plans if one.plan_id == activity.plan_id), None)
    if plan is None:
        raise Missing("plan-not-found")
    overdue = sum(debt.unpaid_minor for debt in overdue_debts(held.position))
    wanted = overdue + settlement(plan, held.parameters, activity.on).pay_minor
    if activity.amount_minor < wanted:
        raise Conflict("settlement-too-small", wanted=Money(wanted, held.currency))


def _kept(change: Change, received: Received, split: Split, repayment_id: UUID) -> Repayment:
    """The split that the receipt prints; its row is written with everything else."""
    assert change.activity is not None  # noqa: S101  (the repayment has been entered)
    change.repayment = {
        "id": repayment_id,
        "account_id": change.held.account_id,
        "payment_id": received.payment_id,
        "entry_id": change.activity["entry_id"],
        "principal_minor": split.by_kind.get(AccountKind.PRINCIPAL, 0),
        "interest_minor": split.by_kind.get(AccountKind.INTEREST, 0),
        "late_minor": split.by_kind.get(AccountKind.LATE, 0),
        "fee_minor": split.by_kind.get(AccountKind.FEE, 0),
        "credit_minor": split.credit_minor,
        "recovered_minor": split.recovered_minor,
        "balance_after_minor": change.held.position.balance_minor,
        "tendered_at": received.tendered_at,
    }
    return Repayment.from_db(DEFAULT_DB_ALIAS, [*change.repayment], [*change.repayment.values()])
