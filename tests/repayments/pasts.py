"""Accounts with a past at random: bills, payments, plans, charges, pauses; all entered as the commands enter it."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from koumen.audit.command import command
from koumen.branch.queries import this_branch
from koumen.credit import commands
from koumen.credit.commands.entering import begin, enter
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import keep
from koumen.credit.rules.activity import Activity, ActivityKind, PlanTerms
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.parameters import LateMode, Parameters, RevolvingBase
from koumen.credit.rules.schedule import flat_fee
from koumen.credit.rules.stored import plain_schedule
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from tests import builders

OPENED = date(2026, 6, 1)
_ENTRY = {
    ActivityKind.PURCHASE: EntryKind.PURCHASE,
    ActivityKind.REFUND: EntryKind.REFUND,
    ActivityKind.WAIVER: EntryKind.WAIVER,
    ActivityKind.WRITE_OFF: EntryKind.WRITE_OFF,
    ActivityKind.PLAN_START: EntryKind.CORRECTION,  # moves nothing
    ActivityKind.HARDSHIP: EntryKind.CORRECTION,  # the same
}
_OFTEN = {
    ActivityKind.PURCHASE: 12,
    ActivityKind.REPAYMENT: 5,
    ActivityKind.PLAN_START: 3,
    ActivityKind.REFUND: 1,
    ActivityKind.WAIVER: 1,
    ActivityKind.HARDSHIP: 1,
    ActivityKind.WRITE_OFF: 0.2,
}


def products_of_every_way(at: datetime) -> list[UUID]:
    """Products that count, charge and bill in every way there is."""
    ways = [(base, late) for base in RevolvingBase for late in LateMode]
    return [
        commands.store_product_version(
            product=f"way {number}",
            currency="CNY",
            parameters=Parameters(
                bill_day=(1, 5, 12, 20, 25, 28)[number],
                due_day=(10, 15, 20, 8, 9, 10)[number],
                grace_days=number,
                revolving_base=base,
                late_mode=late,
                allocation_overdue_after_days=(30, 90)[number % 2],
            ),
            actor=SYSTEM,
            at=at,
        ).id
        for number, (base, late) in enumerate(ways)
    ]


def an_account_with_a_past(seed: int, product_id: UUID, at: datetime) -> UUID:
    """An account that lived for some months; some were brought forward to a day not long ago, some were not."""
    chance = random.Random(seed)  # noqa: S311  (a story, not a secret)
    account = commands.open_credit_account(
        customer_id=builders.a_customer(at).id,
        product_id=product_id,
        number=f"P{seed:05}",
        limit_minor=10_000_000,
        opened_date=OPENED,
        actor=SYSTEM,
        at=at,
    )
    days = (at.date() - OPENED).days - chance.choice((0, 4, 4, 20, 60))
    kinds = chance.choices(list(_OFTEN), list(_OFTEN.values()), k=chance.randint(2, 14))
    for day, kind in zip(sorted(chance.sample(range(days), len(kinds))), kinds, strict=True):
        _happens(account.id, kind, OPENED + timedelta(days=day), chance)
    if (back := chance.choice((None, 4, 3, 3, 3, 2, 0))) is not None:
        commands.bring_forward(account_id=account.id, actor=SYSTEM, at=at - timedelta(days=back))
    return account.id


def _happens(account_id: UUID, kind: ActivityKind, on: date, chance: random.Random) -> None:
    activity = Activity(
        activity_id=new_id(),
        kind=kind,
        effective_at=datetime.combine(
            on, time(chance.randrange(12), chance.randrange(60)), this_branch().zone
        ),
        on=on,
        amount_minor=chance.randint(1, 800_00),
        bucket=chance.choice([Bucket.INTEREST, Bucket.LATE]) if kind is ActivityKind.WAIVER else None,
        until=on + timedelta(days=chance.randint(1, 90)) if kind is ActivityKind.HARDSHIP else None,
    )
    if kind is ActivityKind.REPAYMENT:
        pays(account_id, activity.amount_minor, activity.effective_at)
    else:
        _enters(account_id=account_id, activity=activity, actor=SYSTEM, at=activity.effective_at)


def pays(account_id: UUID, amount_minor: int, at: datetime) -> None:
    """A transfer at a moment."""
    received = commands.Received(
        payment_id=new_id(),
        amount_minor=amount_minor,
        debit_account_id=account_for(kind=AccountKind.BANK, currency="CNY").id,
        entry_kind=EntryKind.TRANSFER_IN,
        tendered_at=at,
    )
    commands.apply_payment(account_id=account_id, received=received, actor=SYSTEM, at=at)


@command
def _enters(*, account_id: UUID, activity: Activity, actor: Actor, at: datetime) -> None:
    """What has no command of its own yet is entered as commands do it."""
    held = hold_account(actor, account_id)
    change = begin(held, actor=actor, at=at)
    if activity.kind is ActivityKind.PLAN_START:
        there = held.position.unbilled.unpaid.get(Bucket.PRINCIPAL, 0)
        if there < 100:
            return
        schedule = flat_fee(there, 6, held.parameters.fee_rate(6), mode="spread")
        terms = PlanTerms(plan_id=new_id(), schedule=schedule, charge=Bucket.INSTALMENT_FEE)
        activity = replace(activity, amount_minor=there, plan=terms)
        change.plans_new = [_plan_row(activity, terms)]
    enter(change, activity, _ENTRY[activity.kind])
    keep(change)


def _plan_row(activity: Activity, terms: PlanTerms) -> dict[str, Any]:
    return {
        "id": str(terms.plan_id),
        "kind": "purchase",
        "purchase_id": None,
        "sheet_id": str(new_id()),
        "principal_minor": activity.amount_minor,
        "schedule": plain_schedule(terms.schedule),
        "charge_bucket": terms.charge,
        "started_at": activity.effective_at.isoformat(),
    }
