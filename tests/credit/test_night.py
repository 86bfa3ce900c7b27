"""The night as sets: it does what the rules do for one account, each account once, whatever ends it."""

import hashlib
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from koumen.audit.models import Fact
from koumen.branch.models import Branch
from koumen.branch.queries import this_branch
from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.commands.entering import begin, enter
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.keeping import keep, midnight
from koumen.credit.commands.nightly import AT_ONCE, Night, run_night
from koumen.credit.jobs import keep_night
from koumen.credit.models import CreditAccount, Due, InstalmentPlan, Purchase, Statement
from koumen.credit.rules.activity import Activity, ActivityKind, PlanTerms
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.calendar import next_day
from koumen.credit.rules.parameters import LateMode, Parameters, RevolvingBase
from koumen.credit.rules.schedule import flat_fee
from koumen.credit.rules.stored import plain_schedule, plan_row
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Denied, Invalid
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.models import Account, Entry
from koumen.ledger.rules.chart import RECEIVABLES, AccountKind
from koumen.ledger.rules.entries import EntryKind
from tests import builders
from tests.credit.stories import Line, a_line
from tests.credit.test_import import taiwan, take_over, write

__all__ = ["taiwan", "write"]  # fixtures

pytestmark = pytest.mark.django_db


def night_of(day: date) -> datetime:
    """Five minutes past midnight at the branch."""
    return datetime.combine(day, time(0, 5), this_branch().zone)


def happens(account_id: UUID, activity: Activity, at: datetime) -> None:
    """Let an activity happen, as the commands do."""
    with transaction.atomic():
        change = begin(hold_account(SYSTEM, account_id), actor=SYSTEM, at=at)
        if activity.kind is ActivityKind.REPAYMENT:
            change.money_id = account_for(kind=AccountKind.WALLET, currency="CNY").id
        if activity.plan:
            change.plans_new = [
                {
                    "id": str(activity.plan.plan_id),
                    "kind": "purchase",
                    "purchase_id": None,
                    "sheet_id": str(new_id()),
                    "principal_minor": sum(one.principal_minor for one in activity.plan.schedule),
                    "schedule": plain_schedule(activity.plan.schedule),
                    "charge_bucket": activity.plan.charge,
                    "started_at": activity.effective_at.isoformat(),
                }
            ]
        enter(change, activity, EntryKind.WALLET_TENDER if change.money_id else None)
        keep(change)
        if activity.plan:  # more may have been wanted than was there, and it may have begun long ago
            plans = {one.plan_id: one for one in change.held.position.plans}
            begun = InstalmentPlan.objects.filter(id=activity.plan.plan_id)
            if plan := plans.get(activity.plan.plan_id):
                begun.update(**plan_row(plan))
            else:
                begun.update(is_over=True)


def an_activity(chance: random.Random, day: date, parameters: Parameters) -> Activity:
    """Something that can happen on a day, now and then told some days too late."""
    kind = chance.choice(
        [ActivityKind.PURCHASE] * 6
        + [ActivityKind.REPAYMENT] * 6
        + [ActivityKind.REFUND, ActivityKind.WAIVER, ActivityKind.HARDSHIP, ActivityKind.DUE_DAY]
        + [ActivityKind.PLAN_START] * 2
    )
    on = day - timedelta(days=chance.choice([0] * 6 + [2, 9, 35]))
    effective = datetime.combine(on, time(chance.randrange(24), chance.randrange(60)), this_branch().zone)
    amount = chance.choice([chance.randint(1, 300_00), chance.randint(1, 3_000_00), 100_00])
    more: dict[str, Any] = {}
    if kind is ActivityKind.PLAN_START:
        schedule = flat_fee(
            amount + 300_00, 3, parameters.fee_rate(3), mode=chance.choice(["spread", "first"])
        )
        charge = chance.choice([Bucket.INSTALMENT_FEE, Bucket.INTEREST])
        more["plan"] = PlanTerms(
            plan_id=new_id(), schedule=schedule, charge=charge, from_bill=chance.random() < 0.5
        )
        amount += 300_00
    if kind is ActivityKind.WAIVER:
        more["bucket"] = chance.choice([Bucket.INTEREST, Bucket.LATE])
    if kind is ActivityKind.HARDSHIP:
        more["until"] = on + timedelta(days=chance.choice([5, 30]))
    if kind is ActivityKind.DUE_DAY:
        more["due_day"] = chance.choice([1, 8, 15, 28])
    if kind is ActivityKind.REPAYMENT:
        more["as_credit"] = chance.random() < 0.3
    return Activity(
        activity_id=new_id(), kind=kind, effective_at=effective, on=on, amount_minor=amount, **more
    )


@dataclass(frozen=True)
class Stand:
    """Where an account stands, in rows."""

    account: dict[str, Any]
    dues: list[dict[str, Any]]
    plans: list[dict[str, Any]]
    booked: dict[str, int]
    bills: list[dict[str, Any]]


LINES = (
    *("issued_date", "due_date", "balance_minor", "minimum_minor", "future_minor", "purchases_minor"),
    *("refunds_minor", "payments_minor", "interest_minor", "late_minor", "plan_charges_minor"),
    *("instalments_minor", "others_minor", "corrections_minor", "issued_at"),
)


def stand(account_id: UUID) -> Stand:
    columns = [
        *("due_day", "counted_to", "next_turn_date", "late_paused_until", "interest_since_bill_minor"),
        *("late_since_bill_minor", "plan_charges_since_bill_minor", "written_off_minor", "is_used", "state"),
        *("version", "last_effective_at"),
    ]
    dues = Due.objects.filter(account_id=account_id).order_by("issued_date")
    owned = Account.objects.filter(owner_id=account_id)
    return Stand(
        account=dict(CreditAccount.objects.values(*columns).get(id=account_id)),
        # a row that says nothing, of what is not billed, may be there or not
        dues=[
            {name: value for name, value in row.items() if name != "id"}
            for row in rows_of(dues)
            if row["issued_date"] or any(row[f"{bucket}_minor"] for bucket in Bucket)
        ],
        plans=rows_of(InstalmentPlan.objects.filter(account_id=account_id).order_by("id")),
        booked={row.kind: row.debit_minor - row.credit_minor for row in owned},
        bills=rows_of(Statement.objects.filter(account_id=account_id).order_by("issued_date"), *LINES),
    )


def rows_of(rows: QuerySet[Any], *columns: str) -> list[dict[str, Any]]:
    return [dict(row) for row in rows.values(*columns)]


def a_night(day: date, most: int = AT_ONCE) -> Night:
    """The night of a day."""
    with clock.stopped_at(night_of(day)):
        return run_night(until=day, actor=SYSTEM, most=most)


def by_the_rules(account_ids: Iterable[UUID], at: datetime) -> dict[UUID, Stand]:
    """Where the accounts would stand if each were brought forward alone; nothing of it is kept."""
    account_ids = list(account_ids)
    point = transaction.savepoint()
    for account_id in account_ids:
        commands.bring_forward(account_id=account_id, actor=SYSTEM, at=at)
    stands = {account_id: stand(account_id) for account_id in account_ids}
    transaction.savepoint_rollback(point)
    return stands


def products(chance: random.Random) -> Parameters:
    return Parameters(
        bill_day=chance.choice([1, 5, 28]),
        due_day=chance.choice([1, 10, 20, 28]),
        grace_days=chance.choice([0, 3, 15]),
        minimum_floor_minor=chance.choice([0, 20_00]),
        late_mode=chance.choice(list(LateMode)),
        revolving_base=chance.choice(list(RevolvingBase)),
        late_cap_minor=chance.choice([0, 0, 5_00, 40_00]),
        allocation=chance.choice(["default-1", "default-1", "principal-first-1"]),
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_night_writes_what_the_rules_say_row_by_row(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (a story, not a secret)
    began = date(2027, 12, 20)
    lines: dict[UUID, Parameters] = {}
    for _ in range(6):
        parameters = products(chance)
        lines[a_line(night_of(began), parameters=parameters, opened=began).account_id] = parameters
    turned = 0
    for day in (began + timedelta(days=past) for past in range(110)):  # over the 29 February of 2028
        due = list(CreditAccount.objects.filter(next_turn_date__lte=day).values_list("id", flat=True))
        wanted = by_the_rules(due, night_of(day)) if due else {}
        assert a_night(day, most=4).accounts == len(due)
        assert {account_id: stand(account_id) for account_id in due} == wanted
        turned += len(due)
        for account_id, parameters in lines.items():
            if chance.random() < 0.08:
                happens(account_id, an_activity(chance, day, parameters), night_of(day) + timedelta(hours=12))
    assert turned > 30
    assert check_books().is_right


def a_debtor(**more: Any) -> Line:
    """Bought for 1,000.00 in October, with interest and late charges, a bill on the 1st and grace until the 13th."""
    began = date(2026, 10, 2)
    line = a_line(night_of(began), parameters=replace(Parameters(), **more), opened=began)
    line.buys(1_000_00, night_of(date(2026, 10, 5)))
    return line


def test_a_night_that_is_run_again_does_nothing() -> None:
    line = a_debtor()
    assert (a_night(date(2026, 11, 1)).bills, a_night(date(2026, 11, 1)).accounts) == (1, 0)
    assert Statement.objects.get(account_id=line.account_id).balance_minor == 1_000_00


def test_nights_that_were_missed_are_made_up_for_day_by_day() -> None:
    """A month and three days at once: the bill, its judgement, the next bill; as if each night had been kept."""
    missed, kept = a_debtor(), a_debtor()
    for day in (date(2026, 11, 1), date(2026, 11, 14), date(2026, 12, 1)):
        commands.bring_forward(account_id=kept.account_id, actor=SYSTEM, at=night_of(day))
    night = a_night(date(2026, 12, 4))
    assert (night.accounts, night.judged, night.bills) == (3, 1, 2)
    for line in (
        missed,
        kept,
    ):  # both stand at the first: what the three days since then bring is counted when asked
        assert CreditAccount.objects.get(id=line.account_id).counted_to == date(2026, 12, 1)
    told = [[{**bill, "issued_at": None} for bill in stand(line.account_id).bills] for line in (missed, kept)]
    assert told[0] == told[1]
    assert told[0][1]["interest_minor"] > 0
    assert told[0][1]["late_minor"] > 0
    assert stand(missed.account_id).dues == [
        {**due, "account_id": missed.account_id} for due in stand(kept.account_id).dues
    ]
    assert check_books().is_right


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Atlantic/Azores", date(2026, 10, 25)),  # 01:00 becomes 00:00: midnight comes twice
        ("Africa/Cairo", date(2028, 4, 28)),  # 00:00 becomes 01:00: there is none
    ],
)
def test_a_bill_day_whose_midnight_comes_twice_or_never_begins_where_the_rules_say(
    zone: str, day: date
) -> None:
    Branch.objects.filter(schema=settings.KOUMEN_BRANCH).update(zone_name=zone)
    this_branch.cache_clear()
    began = day - timedelta(days=40)
    line = a_line(night_of(began), parameters=Parameters(bill_day=day.day), opened=began)
    begins = midnight(day).astimezone(UTC)
    for hours, bill_day in (((-1.5, -0.25), day), ((0.25, 0.75, 1.25), next_day(day, day.day))):
        for past in hours:
            line.buys(100_00, begins + timedelta(hours=past))
        due = CreditAccount.objects.get().next_turn_date
        while due <= bill_day:
            at = midnight(due) + timedelta(hours=6)
            wanted = by_the_rules([line.account_id], at)
            with clock.stopped_at(at):
                run_night(until=due, actor=SYSTEM)
            assert stand(line.account_id) == wanted[line.account_id]
            due = CreditAccount.objects.get().next_turn_date
        bill = Statement.objects.get(issued_date=bill_day)
        assert bill.purchases_minor == len(hours) * 100_00
    assert check_books().is_right


def test_the_first_bill_after_a_takeover_names_what_was_bought_before_it(
    taiwan: None, write: Callable[..., Path], at: datetime
) -> None:
    take_over(write(), at)
    ids = list(CreditAccount.objects.values_list("id", flat=True))
    day = max(CreditAccount.objects.values_list("next_turn_date", flat=True))
    for bill in Statement.objects.order_by("account_id", "-issued_date").distinct("account_id"):
        before = night_of(bill.issued_date) + timedelta(days=1)
        for amount in (70, -20):  # known to the other system only, after its last bill
            Purchase.objects.create(
                account_id=bill.account_id, amount_minor=amount, description="", purchased_at=before
            )
    wanted = by_the_rules(ids, night_of(day))
    a_night(day)
    assert {account_id: stand(account_id) for account_id in ids} == wanted
    made = Statement.objects.filter(batch=None).order_by("account_id", "issued_date").distinct("account_id")
    assert {(bill.purchases_minor, bill.refunds_minor) for bill in made} == {(70, 20)}


def test_a_chunk_is_told_in_one_fact_and_one_entry_of_each_kind() -> None:
    lines = [a_debtor() for _ in range(3)]
    a_night(date(2026, 12, 1))
    first, second = Fact.objects.filter(kind="BillsMade").order_by("id")
    told = json.loads(second.body)
    bills = Statement.objects.filter(issued_date=date(2026, 12, 1)).order_by("account_id")
    assert (json.loads(first.body)["bills"], told["bills"]) == (3, 3)
    assert {bill.through_entry_id for bill in bills} == {told["through_entry_id"]}
    said = "\n".join(f"{bill.account_id} {bill.balance_minor} {bill.minimum_minor}" for bill in bills)
    assert hashlib.sha256(said.encode()).hexdigest() == told["digest"]
    entries = Entry.objects.filter(source_id=second.subject_id)
    assert {(entry.kind, entry.movements.count()) for entry in entries} == {
        ("interest", 3),
        ("late_charge", 3),
    }
    assert told["interest_minor"] == sum(bill.interest_minor for bill in bills)
    judged = json.loads(Fact.objects.get(kind="GracesEnded").body)
    assert (judged["judged"], judged["late"], judged["late_minor"]) == (3, 3, 0)
    assert len(lines) == 3


def test_two_currencies_have_entries_of_their_own() -> None:
    here, there = a_debtor(), a_debtor_in("TWD")
    a_night(date(2026, 12, 1))
    assert {json.loads(fact.body)["currency"] for fact in Fact.objects.filter(kind="BillsMade")} == {
        "CNY",
        "TWD",
    }
    assert stand(here.account_id).dues[0]["late_minor"] == stand(there).dues[0]["late_minor"]
    assert check_books().is_right


def a_debtor_in(currency: str) -> UUID:
    at = night_of(date(2026, 10, 2))
    product = commands.store_product_version(
        product="abroad", currency=currency, parameters=Parameters(), actor=SYSTEM, at=at
    )
    account = commands.open_credit_account(
        customer_id=builders.a_customer(at).id,
        product_id=product.id,
        number="ABROAD",
        limit_minor=10_000_00,
        opened_date=date(2026, 10, 2),
        actor=SYSTEM,
        at=at,
    )
    on = date(2026, 10, 5)
    bought = Activity(
        activity_id=new_id(),
        kind=ActivityKind.PURCHASE,
        effective_at=night_of(on),
        on=on,
        amount_minor=1_000_00,
    )
    happens(account.id, bought, night_of(on))
    return account.id


def test_a_night_ends_today_and_is_kept_by_who_keeps_accounts() -> None:
    with pytest.raises(Invalid) as refused, clock.stopped_at(night_of(date(2026, 11, 1))):
        run_night(until=date(2026, 11, 2), actor=SYSTEM)
    assert refused.value.code == "night-in-the-future"
    with pytest.raises(Denied):
        run_night(until=date(2026, 11, 1), actor=builders.staff(Role.DISPATCHER))


def test_the_job_keeps_the_night_of_the_branchs_own_day() -> None:
    a_debtor()
    with clock.stopped_at(datetime(2026, 10, 31, 15, 59, tzinfo=UTC)):
        keep_night(0)
    assert not Statement.objects.exists()
    with clock.stopped_at(datetime(2026, 10, 31, 16, 5, tzinfo=UTC)):  # 00:05 in Shanghai
        keep_night(0)
    assert Statement.objects.get().issued_date == date(2026, 11, 1)


def test_what_a_credit_account_owns_is_the_same_for_the_chart_and_for_the_functions() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select prosrc from pg_proc where proname in ('post_owned', 'accounts_of')")
        for (source,) in cursor.fetchall():
            assert "'{principal,interest,late,fee,credit_balance}'" in source
    assert {*RECEIVABLES, AccountKind.CREDIT_BALANCE} == {
        AccountKind(kind) for kind in ("principal", "interest", "late", "fee", "credit_balance")
    }
