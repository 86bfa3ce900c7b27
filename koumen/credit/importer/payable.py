"""The repayments of a file in the session's own tables: weighed, and cut into parts of whole accounts.

The tables live as long as the import, over several transactions; the functions of sql/repayments.sql read them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import connection

from koumen.credit.importer.faults import BadLine
from koumen.credit.importer.lines import SHOWN, names_in, read_lines
from koumen.credit.importer.rejects import keep_faults
from koumen.credit.models import ProductVersion
from koumen.credit.rules.allocation import ORDERS
from koumen.credit.rules.cells import BadCell
from koumen.credit.rules.parameters import LateMode, Parameters, RevolvingBase
from koumen.credit.rules.repayment_cells import AMOUNT, AMOUNT_MINOR, COLUMNS, Reading, RepaymentLine

AT_ONCE = 2_000  # lines in memory while they are read
MOST_IN_MEMORY, BLOCK = 8 * 1024 * 1024, 64 * 1024  # of what another session gets, in bytes

# Lines of one transaction: an account of the part waits for the whole of it, about half a second.
PART = 5_000

_NAMES = (
    *("staged_repayment", "staged_fault", "staged_product", "staged_order", "weighed_repayment", "payable"),
    *("hand_repayment", "chosen_repayment", "paid_repayment", "moved_repayment"),
    "staged_fact",
)
_DROP = f"drop table if exists {', '.join(f'pg_temp.{name}' for name in _NAMES)}"
_TABLES = """
create temporary table staged_repayment (line bigint, number text, amount_minor bigint, currency text,
  tendered_at timestamptz, on_date date, payment_id uuid, text text);
create temporary table staged_fault (line bigint, field text, why text, text text);
create temporary table staged_product (id uuid, currency text, from_posting boolean, counts_overdue boolean,
  allocation text, overdue_allocation text, overdue_after_days int);
create temporary table staged_order (name text, is_by_bill boolean, bucket text, place int);
create temporary table payable (part int, line bigint, account_id uuid, payment_id uuid, amount_minor bigint,
  currency text, tendered_at timestamptz, on_date date);
create temporary table hand_repayment (line bigint, account_id uuid, payment_id uuid, amount_minor bigint,
  currency text, tendered_at timestamptz, on_date date, outcome text);
create temporary table chosen_repayment (line bigint, account_id uuid, payment_id uuid, amount_minor bigint,
  tendered_at timestamptz, money_id bigint, currency text, entry_id uuid, repayment_id uuid, counted_to date,
  on_date date, until date, allocation text, from_posting boolean, counts_overdue boolean, late_paused_until date, newest_judged date,
  has_unbilled boolean, credit_minor bigint, future_minor bigint);
create temporary table paid_repayment (line bigint, instalment bigint, instalment_fee bigint, interest bigint,
  late bigint, fee bigint, principal bigint, credit bigint, unpaid_after bigint);
create temporary table moved_repayment (entry_id uuid, money_id bigint, account_id uuid, currency text, kind text,
  amount bigint, credit_id bigint);
create temporary table staged_fact (subject_id uuid, body text);
"""

# What is wrong stands before what is known, and a second line of the same says nothing new. Of several lines with one
# reference the first stands.
_WEIGH = """
create temporary table weighed_repayment as
with told as (
  select s.*, first_value(line) over same as first_line,
    (number, amount_minor, currency, tendered_at) = (first_value(number) over same, first_value(amount_minor) over same,
      first_value(currency) over same, first_value(tendered_at) over same) as is_same
  from staged_repayment s window same as (partition by payment_id order by line))
select t.line, t.text, t.payment_id, t.amount_minor, t.currency, t.tendered_at, t.on_date, t.first_line,
  a.id as account_id, p.currency as wanted,
  case when not t.is_same then 'twice'
    when c.id is not null and (c.account_id, c.amount_minor, c.effective_at)
      is not distinct from (a.id, t.amount_minor, t.tendered_at) then 'known'
    when c.id is not null then 'other'
    when a.id is null then 'unknown'
    when p.currency <> t.currency then 'currency'
    when a.state = 'closed' then 'closed'
    when t.first_line < t.line then 'known'
    else 'good' end as verdict
from told t
left join credit_creditaccount a on a.number = t.number
left join credit_productversion p on p.id = a.product_id
left join credit_activity c on c.id = t.payment_id
"""

_FAULTS = """
insert into staged_fault
select w.line, f.field, f.why, w.text from weighed_repayment w
join lateral (values
  ('twice', 'reference', 'is also on line ' || w.first_line || ', with another account, amount or moment'),
  ('other', 'reference', 'is here already, with another account, amount or moment'),
  ('unknown', 'account', 'is no account of this branch'),
  ('currency', 'currency', 'is not the account''s, ' || w.wanted),
  ('closed', 'account', 'is closed')) f(verdict, field, why) on f.verdict = w.verdict
"""

# By account and not by line: an account is in one part, and rows that lie together are read together.
_CUT = """
insert into payable
select (row_number() over (order by account_id, tendered_at, line) - 1) / %s, line, account_id, payment_id, amount_minor,
  currency, tendered_at, on_date
from weighed_repayment where verdict = 'good'
"""


@dataclass(frozen=True)
class Weighed:
    """How many lines are good, known already and bad; how many parts the good ones make; their currencies."""

    good: int
    known: int
    bad: int
    parts: int
    currencies: tuple[str, ...]


@contextmanager
def tables() -> Iterator[None]:
    """Have the tables of one import; what one that failed left behind goes with the session, or here."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(_TABLES)
    yield
    with connection.cursor() as cursor:
        cursor.execute(_DROP)


def amount_column(file: Path) -> str:
    """Which of the two columns an amount stands in. Raises FileFault."""
    return AMOUNT_MINOR if AMOUNT_MINOR in names_in(file) else AMOUNT


def stage(file: Path, reading: Reading) -> Weighed:
    """Read a file into the tables, find bad lines and known ones, and cut the good ones into parts.

    Raises FileFault when it cannot be read at all.
    """
    rows = _rows(file, reading)
    while part := list(islice(rows, AT_ONCE)):
        _keep(part)
    _stage_rules()
    with connection.cursor() as cursor:
        cursor.execute("analyze staged_repayment")
        cursor.execute(_WEIGH)
        cursor.execute(_FAULTS)
        cursor.execute(_CUT, [PART])
        cursor.execute("create index on payable (part)")
        cursor.execute("analyze payable")
        cursor.execute(_COUNTS)
        return Weighed(*cursor.fetchone())


def hand_over(share: int, of: int) -> IO[bytes]:
    """Every ``of``-th part, for another session."""
    handed = SpooledTemporaryFile(max_size=MOST_IN_MEMORY)  # noqa: SIM115  (whoever receives it closes it)
    with (
        connection.cursor() as cursor,
        cursor.copy("copy (select * from payable where part %% %s = %s) to stdout", [of, share]) as blocks,
    ):
        for block in blocks:
            handed.write(block)
    handed.seek(0)
    return handed


def receive(handed: IO[bytes]) -> None:
    """In that other session: what was handed over."""
    with connection.cursor() as cursor:
        with cursor.copy("copy payable from stdin") as copy:
            while block := handed.read(BLOCK):
                copy.write(block)
        cursor.execute("create index on payable (part)")
        cursor.execute("analyze payable")
    _stage_rules()


def turn_bad(line: int, why: str) -> BadLine:
    """Count a good line among the bad ones after all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into staged_fault select line, '', %s, text from weighed_repayment where line = %s"
            " returning line, field, why, text",
            [why, line],
        )
        return BadLine(*cursor.fetchone())


_COUNTS = """
select (select count(*) from payable), (select count(*) from weighed_repayment where verdict = 'known'),
  (select count(*) from staged_fault), (select coalesce(max(part) + 1, 0) from payable),
  (select coalesce(array_agg(distinct currency), '{}') from payable)
"""


def _rows(file: Path, reading: Reading) -> Iterator[tuple[int, str, RepaymentLine] | BadLine]:
    for line, text, cells in read_lines(file, (*COLUMNS, reading.amount)):
        if isinstance(cells, BadLine):
            yield cells
            continue
        try:
            yield line, text[:SHOWN], reading.read(cells)
        except BadCell as bad:
            yield BadLine(line, bad.field, bad.why, text[:SHOWN])


def _keep(rows: list[tuple[int, str, RepaymentLine] | BadLine]) -> None:
    with connection.cursor() as cursor, cursor.copy("copy staged_repayment from stdin") as copy:
        for row in rows:
            if not isinstance(row, BadLine):
                line, text, it = row
                copy.write_row(
                    (
                        *(line, it.number, it.amount_minor, it.currency, it.tendered_at.isoformat()),
                        *(it.on, it.payment_id, text),
                    )
                )
    keep_faults(row for row in rows if isinstance(row, BadLine))


def _stage_rules() -> None:
    """What of the products' parameters a payment asks, and the orders of payment: each said in one place, in Python."""
    products = [(product, Parameters.of(product.parameters)) for product in ProductVersion.objects.all()]
    with connection.cursor() as cursor:
        with cursor.copy("copy staged_product from stdin") as copy:
            for product, it in products:
                copy.write_row(
                    (
                        *(product.id, product.currency, it.revolving_base == RevolvingBase.ALL_FROM_POSTING),
                        *(it.late_mode == LateMode.DAILY_ON_OVERDUE, it.allocation),
                        *(it.allocation_overdue, it.allocation_overdue_after_days),
                    )
                )
        with cursor.copy("copy staged_order from stdin") as copy:
            for name, order in ORDERS.items():
                for bucket in order.buckets:
                    copy.write_row((name, order.is_by_bill, bucket, order.place(bucket)))
