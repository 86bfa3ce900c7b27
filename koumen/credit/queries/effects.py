"""What an account would owe afterwards: reckoned by the engine in memory, nothing is stored."""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from koumen.branch.queries import this_branch
from koumen.credit.queries.accounts import position_at
from koumen.credit.queries.buying import reserved_minor
from koumen.credit.queries.past import activities_of, baseline, plan_rows
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.applying import Split
from koumen.credit.rules.buying import room_minor
from koumen.credit.rules.entering import Entered, Past, enter_forward, enter_late, is_newest
from koumen.credit.rules.folding import fold
from koumen.credit.rules.mending import Act, require_new_limit
from koumen.credit.rules.owing import Owed, owed_by
from koumen.credit.rules.position import Position
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.ledger.rules.posting import check_amount


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What is owed today and what would be; of a repayment also how it would be spread."""

    before: Owed
    after: Owed
    split: Split | None = None


def effect_of_mending(  # noqa: PLR0913  (what is proposed, besides who and when)
    *,
    actor: Actor,
    account_id: UUID,
    act: Act,
    activity_id: UUID | None = None,
    bucket: Bucket | None = None,
    amount_minor: int = 0,
    at: datetime,
) -> Effect:
    """What a reversal, waiver or write-off would do to what is owed; one query, four for a reversal.

    Raises Missing("account-not-found" | "activity-not-found"), Invalid("amount-not-positive") or
    Conflict("waiver-too-large" | "nothing-owed"), as the mending itself would.
    """
    account = position_at(actor=actor, account_id=account_id, at=at)
    if act is Act.REVERSAL:
        return _effect(account, _without(account, activity_id), at)
    kind = ActivityKind.WAIVER if act is Act.WAIVER else ActivityKind.WRITE_OFF
    if act is Act.WAIVER:
        check_amount(amount_minor)
        owed = sum(bill.unpaid.get(bucket, 0) for bill in account.position.every_bill) if bucket else 0
        if amount_minor > owed:
            raise Conflict("waiver-too-large", left=Money(owed, account.currency))
    elif not account.position.posted_minor + account.position.future_minor:
        raise Conflict("nothing-owed")
    activity = Activity(
        activity_id=new_id(),
        kind=kind,
        effective_at=at,
        on=local_date(at, this_branch().zone),
        amount_minor=amount_minor,
        bucket=bucket,
    )
    return _effect(account, _entered(account, activity).position, at)


@dataclass(frozen=True, kw_only=True)
class LimitEffect:
    """A limit and what of it is free, today and with another limit; ``free`` below zero: more is owed than it allows."""

    currency: str
    before_minor: int
    after_minor: int
    free_before_minor: int
    free_after_minor: int


def effect_of_limit(*, actor: Actor, account_id: UUID, limit_minor: int, at: datetime) -> LimitEffect:
    """What another limit would leave free; two queries.

    Raises Missing("account-not-found") and what the change itself would: rules.mending.require_new_limit.
    """
    account = position_at(actor=actor, account_id=account_id, at=at)
    require_new_limit(account, limit_minor)
    held = reserved_minor(account_id)
    return LimitEffect(
        currency=account.currency,
        before_minor=account.limit_minor,
        after_minor=limit_minor,
        free_before_minor=room_minor(account.limit_minor, account.position, held),
        free_after_minor=room_minor(limit_minor, account.position, held),
    )


def effect_of_repayment(
    *, actor: Actor, account_id: UUID, amount_minor: int, tendered_at: datetime, at: datetime
) -> Effect:
    """How money that came would be spread, and what would be owed then; one query, four where it came earlier.

    Raises Missing("account-not-found"), Invalid("amount-not-positive" | "amount-too-large" |
    "tendered-in-the-future") or Conflict("account-closed"), as recording it would.
    """
    check_amount(amount_minor)
    if tendered_at > at:
        raise Invalid("tendered-in-the-future", field="tendered_at")
    account = position_at(actor=actor, account_id=account_id, at=at)
    if account.state == "closed":
        raise Conflict("account-closed")
    activity = Activity(
        activity_id=new_id(),
        kind=ActivityKind.REPAYMENT,
        effective_at=tendered_at,
        on=local_date(tendered_at, this_branch().zone),
        amount_minor=amount_minor,
    )
    entered = _entered(account, activity)
    return replace(_effect(account, entered.position, at), split=entered.split)


def _effect(account: HeldAccount, after: Position, at: datetime) -> Effect:
    today = local_date(at, this_branch().zone)
    return Effect(before=owed_by(account, today), after=owed_by(replace(account, position=after), today))


def _entered(account: HeldAccount, activity: Activity) -> Entered:
    if is_newest(account.position, account.last_effective_at, activity):
        return enter_forward(deepcopy(account.position), activity, account.parameters)
    return enter_late(_past(account), activity, account.parameters)


def _without(account: HeldAccount, activity_id: UUID | None) -> Position:
    """As if it had never been."""
    past = _past(account)
    others = [one for one in past.activities if one.activity_id != activity_id]
    if len(others) == len(past.activities):
        raise Missing("activity-not-found")
    return fold(past.baseline, others, account.parameters, past.counted_to).position


def _past(account: HeldAccount) -> Past:
    return Past(
        baseline=baseline(account),
        activities=activities_of(account.account_id, plan_rows(account.account_id)),
        counted_to=account.position.counted_to,
    )
