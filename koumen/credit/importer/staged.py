"""The lines of a file in the session's own tables: good ones and bad ones, however many there are."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.db import connection

from koumen.credit.importer.faults import BadLine
from koumen.credit.importer.lines import SHOWN, read_lines
from koumen.credit.importer.rejects import keep_faults
from koumen.credit.rules.cells import COLUMNS, AccountLine, BadCell, read_account

AT_ONCE = 2_000

_TABLES = """
drop table if exists pg_temp.staged_line, pg_temp.staged_fault;
create temporary table staged_line (
  line bigint, number text, account bigint, limit_minor bigint, is_woman boolean, age int,
  lateness int[], bills bigint[], payments bigint[], text text) on commit drop;
create temporary table staged_fault (line bigint, field text, why text, text text) on commit drop;
"""

# The first of several lines with one number stands; the file cannot say which of them is meant.
_DOUBLES = """
with later as (
  select line, first, text from (
    select line, text, min(line) over (partition by number) as first from staged_line) l where line > first),
gone as (delete from staged_line s using later where s.line = later.line)
insert into staged_fault select line, 'ID', 'is also on line ' || first, text from later
"""

# An account that is here already is passed over when its bills are the same, and a fault when they are not.
_KNOWN = """
with here as (
  select s.line, s.text, s.bills is distinct from (
    select array_agg(b.balance_minor order by b.issued_date) from credit_statement b
    where b.account_id = a.id and b.batch_id is not null) as differs
  from staged_line s join credit_creditaccount a on a.number = s.number),
gone as (delete from staged_line s using here where s.line = here.line),
faults as (
  insert into staged_fault
  select line, 'ID', 'is an account that is here already, with other bills', text from here where differs)
select count(*) filter (where not differs) from here
"""


def stage(file: Path) -> int:
    """Read a file into the staging tables; returns how many of its accounts were here already.

    Raises FileFault when it cannot be read at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
    rows = _rows(file)
    while part := list(islice(rows, AT_ONCE)):
        _keep(part)
    with connection.cursor() as cursor:
        cursor.execute("analyze staged_line")
        cursor.execute(_DOUBLES)
        cursor.execute(_KNOWN)
        (known,) = cursor.fetchone()
    return int(known)


def count() -> tuple[int, int]:
    """How many lines are good, and how many bad."""
    with connection.cursor() as cursor:
        cursor.execute("select (select count(*) from staged_line), (select count(*) from staged_fault)")
        good, bad = cursor.fetchone()
    return int(good), int(bad)


def good_lines() -> Iterator[AccountLine]:
    """The good lines in the file's order, some at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "select account, limit_minor, is_woman, age, lateness, bills, payments from staged_line order by line"
        )
        while rows := cursor.fetchmany(AT_ONCE):
            for number, limit, is_woman, age, lateness, bills, payments in rows:
                yield AccountLine(
                    number=number,
                    limit=limit,
                    is_woman=is_woman,
                    age=age,
                    lateness=tuple(lateness),
                    bills=tuple(bills),
                    payments=tuple(payments),
                )


def _rows(file: Path) -> Iterator[tuple[int, str, AccountLine] | BadLine]:
    for line, text, cells in read_lines(file, COLUMNS):
        if isinstance(cells, BadLine):
            yield cells
            continue
        try:
            yield line, text[:SHOWN], read_account(cells)
        except BadCell as bad:
            yield BadLine(line, bad.field, bad.why, text[:SHOWN])


def _keep(rows: list[tuple[int, str, AccountLine] | BadLine]) -> None:
    with connection.cursor() as cursor, cursor.copy("copy staged_line from stdin") as copy:
        for row in rows:
            if not isinstance(row, BadLine):
                line, text, it = row
                copy.write_row(
                    (
                        *(line, str(it.number), it.number, it.limit, it.is_woman, it.age),
                        *(list(it.lateness), list(it.bills), list(it.payments), text),
                    )
                )
    keep_faults(row for row in rows if isinstance(row, BadLine))
