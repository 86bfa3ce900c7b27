"""What a night costs over many accounts, against inserting as many bare bills and updating as many bare accounts.

The accounts are made as sets: 60 of 100 paid their last bill in full, 25 carry a part of it, 10 are late, 5 are not
used; one in 50 has a credit balance. Each used one bought twice in the month; who pays paid once.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from koumen.branch.commands import BranchOpening, open_branch
from koumen.credit.commands import run_night, store_product_version
from koumen.credit.rules.parameters import Parameters
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.simulation.measuring import Measurement, Timing, machine

AT = datetime(2026, 10, 20, 4, 0, tzinfo=UTC)
BILL_DAY, JUDGED_ON = date(2026, 11, 1), date(2026, 11, 14)
AFTERWARDS = datetime(2026, 11, 14, 4, 0, tzinfo=UTC)
QUICK_ACCOUNTS = 2_000

_ACCOUNTS = """
create table bench_account as
  select g, uuidv7() as id, uuidv7() as customer_id, uuidv7() as person_id, g %% 20 <> 0 as is_used,
    case when g %% 20 in (1, 2) then 'late' when g %% 20 between 3 and 7 then 'revolving' end as standing,
    200_00 + g * 7919 %% 900_00 as bought, 100_00 + g * 104729 %% 1500_00 as carried,
    case when g %% 50 = 9 then 30_00 else 0 end as credit
  from generate_series(1, %(accounts)s::bigint) g;
insert into people_person (id, password, roles, is_active, language, elder_mode, created_at)
  select person_id, '', '["customer"]', true, 'zh-hans', false, %(at)s from bench_account;
insert into people_customer (id, person_id, number, created_at)
  select customer_id, person_id, 'B' || g, %(at)s from bench_account;
insert into credit_creditaccount (id, number, customer_id, product_id, limit_minor, opened_date, version, state, due_day,
    counted_to, next_turn_date, interest_since_bill_minor, late_since_bill_minor, plan_charges_since_bill_minor,
    written_off_minor, is_used)
  select id, 'B' || g, customer_id, %(product)s, 10000_00, '2026-06-15', 1, 'active', 10, '2026-10-14', '2026-11-01',
    0, 0, 0, 0, is_used
  from bench_account order by g;
insert into credit_due (account_id, issued_date, due_date, judged_on, standing, instalment_minor, instalment_fee_minor,
    interest_minor, late_minor, fee_minor, principal_minor, minimum_minor, principal_days, relieved_days, overdue_days)
  select id, date '2026-10-01', date '2026-10-10', date '2026-10-14', standing, 0, 0, 0, 0, 0, carried, late, 4 * carried, 4 * late,
    4 * late
  from bench_account cross join lateral (
    select case when standing = 'late' then carried / 10 else 0 end as late) l where standing is not null
  union all
  select id, null, null, null, 'open', 0, 0, 0, 0, 0, bought, 0, 0, 0, 0 from bench_account where is_used;
insert into credit_statement (id, account_id, issued_date, due_date, balance_minor, minimum_minor, future_minor,
    purchases_minor, refunds_minor, payments_minor, interest_minor, late_minor, plan_charges_minor, instalments_minor,
    others_minor, corrections_minor, issued_at, through_entry_id)
  select uuidv7(), id, '2026-10-01', '2026-10-10', bought, bought / 10, 0, bought, 0, 0, 0, 0, 0, 0, 0, 0, %(at)s, 0
  from bench_account where is_used order by g;
insert into credit_activity (id, account_id, kind, amount_minor, details, effective_at, recorded_at)
  select uuidv7(), id, a.kind, a.amount, '{}', a.at, a.at
  from bench_account cross join lateral (values
    ('purchase', bought / 2, timestamptz '2026-10-06 10:00+08'), ('repayment', carried, '2026-10-09 10:00+08'),
    ('purchase', bought - bought / 2, '2026-10-19 10:00+08')) a(kind, amount, at)
  where is_used and (a.kind = 'purchase' or standing is distinct from 'late') order by a.at, g;
"""

_BOOKS = """
select open_owned();
insert into owned_entry values ('opening', draw_entry(), uuidv7(), %(at)s);
insert into owned_move (entry_kind, owner_id, debit, credit, amount)
  select 'opening', id, m.debit, m.credit, m.amount from bench_account cross join lateral (values
    ('principal', 'opening', bought + case when standing is null then 0 else carried end),
    ('opening', 'credit_balance', credit)) m(debit, credit, amount)
  where is_used and m.amount > 0 and g between %(first)s and %(last)s;
select post_owned('CNY', %(at)s);
"""
_BOOKED_AT_ONCE = 100_000

# Between the bill and its judgement: paid in full, the minimum, nothing. The payments' own entries are left out.
_PAYMENTS = """
update credit_due d set principal_minor = case when b.standing is null then 0 else d.principal_minor - d.minimum_minor end,
    interest_minor = 0, late_minor = 0, minimum_minor = 0
  from bench_account b where b.id = d.account_id and d.issued_date = '2026-11-01' and b.standing is distinct from 'late'
"""

# What must be written at the least: as many bills and accounts of the same columns, without index, key or trigger.
_BARE_TABLES = """
create table bench_bare_bill (like credit_statement);
create table bench_bare_account as select * from credit_creditaccount
"""
_BARE = """
insert into bench_bare_bill select * from credit_statement where issued_date = '2026-11-01';
update bench_bare_account set version = version + 1, counted_to = '2026-11-01', next_turn_date = '2026-11-14',
  is_used = false
"""


@dataclass
class _Timed:
    """How long something took, and how long the processors worked for it: ours and the server's."""

    seconds: float
    cpu_s: float


def measure(
    connection: "psycopg.Connection[Any]",
    *,
    accounts: int,
    workers: int,
    postmaster: int,
    say: Callable[[str], None],
) -> Measurement:
    """Time the night of a bill day, that of a day on which graces end, and the floor.

    ``connection`` is in autocommit mode on a database that is thrown away afterwards.
    """
    open_branch(_OPENING)
    _make(connection, accounts, say)
    say("  the night of the bill day")
    with clock.stopped_at(AFTERWARDS):
        billing, billed = _timed(postmaster, lambda: run_night(until=BILL_DAY, actor=SYSTEM, workers=workers))
        say("  payments")
        connection.execute(_PAYMENTS)
        connection.execute(
            "vacuum analyze credit_due, credit_creditaccount, credit_statement, ledger_account"
        )
        say("  the night on which graces end")
        judging, judged = _timed(
            postmaster, lambda: run_night(until=JUDGED_ON, actor=SYSTEM, workers=workers)
        )
    say("  as many bare rows")
    floor = _floor(connection, postmaster)
    return Measurement(
        name="night",
        machine=f"{machine()}, PostgreSQL {connection.info.server_version // 10_000}, {workers} at once",
        timings={
            name: Timing(1, round(one.seconds * 1000, 1), round(one.seconds * 1000, 1), 0.0)
            for name, one in (("bill_day", billing), ("judgement_day", judging), ("bare", floor))
        },
        ratios={
            "bill_day_to_bare": round(billing.seconds / floor.seconds, 2),
            "bill_day_to_bare_cpu": round(billing.cpu_s / floor.cpu_s, 2),
        },
        rates={
            "accounts": accounts,
            "billed": billed.bills,
            "judged": judged.judged,
            "bill_day_accounts_per_s": round(billed.accounts / billing.seconds),
            "judgement_day_accounts_per_s": round(judged.accounts / judging.seconds),
            "bare_accounts_per_s": round(accounts / floor.seconds),
            "bill_day_cpu_s": round(billing.cpu_s, 1),
            "judgement_day_cpu_s": round(judging.cpu_s, 1),
            "bare_cpu_s": round(floor.cpu_s, 1),
        },
    )


def _make(connection: "psycopg.Connection[Any]", accounts: int, say: Callable[[str], None]) -> None:
    product = store_product_version(
        product="bench", currency="CNY", parameters=Parameters(), actor=SYSTEM, at=AT
    )
    say(f"  {accounts:,} accounts")
    values = {"accounts": accounts, "product": product.id, "at": AT}
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_ACCOUNTS, values)
        say("  their books")
        for first in range(1, accounts + 1, _BOOKED_AT_ONCE):
            with connection.transaction():
                cursor.execute(_BOOKS, {"at": AT, "first": first, "last": first + _BOOKED_AT_ONCE - 1})
    connection.execute("vacuum analyze")
    connection.execute("checkpoint")


def _floor(connection: "psycopg.Connection[Any]", postmaster: int) -> _Timed:
    """The bare rows: a copy of the bills that were made, an update of copied accounts."""
    connection.execute(_BARE_TABLES)
    connection.execute("checkpoint")

    def write() -> None:
        with connection.transaction():
            connection.execute(_BARE)

    return _timed(postmaster, write)[0]


def _timed(postmaster: int, act: Callable[[], Any]) -> tuple[_Timed, Any]:
    cpu, begun = _cpu_s(postmaster), time.perf_counter()
    result = act()
    return _Timed(time.perf_counter() - begun, _cpu_s(postmaster) - cpu), result


def _cpu_s(postmaster: int) -> float:
    """Seconds that processors have worked for this process and for the server with all its children, ended ones too."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has just ended
        fields = text.rpartition(")")[2].split()  # from the state on, which is the third field
        parent, own, of_ended = int(fields[1]), fields[11:13], fields[13:15]
        if int(folder.name) == postmaster:
            ticks += sum(map(int, [*own, *of_ended]))
        elif parent == postmaster:
            ticks += sum(map(int, own))
    return time.process_time() + ticks / _TICKS_PER_S


_TICKS_PER_S = 100  # of the kernel's interface, on every machine that we run on

_OPENING = BranchOpening(
    schema="bench",
    lender_name="清河消费金融有限公司",
    lender_name_en="Qinghe Consumer Finance",
    lender_address="清河市中山区人民路1号",
    registration_number="bench",
    name="清河",
    name_en="Qinghe",
    zone_name="Asia/Shanghai",
    currency="CNY",
    country="CN",
    language="zh-hans",
    help_phone="400-000-0000",
    latitude=30.0,
    longitude=120.0,
)
