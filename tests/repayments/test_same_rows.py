"""A file posted many at once writes the very rows that the command for one writes."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.importer.repayments import INTO, Posted
from koumen.credit.models import CreditAccount, Due, Repayment
from koumen.credit.rules.allocation import Bucket
from koumen.kit.actor import SYSTEM
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from tests.credit.stories import a_line
from tests.repayments.files import Paid, post, written
from tests.repayments.pasts import an_account_with_a_past, products_of_every_way

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(2))
def test_whatever_an_account_has_behind_it_the_rows_are_the_same(
    tmp_path: Path, at: datetime, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  (a story, not a secret)
    ways = products_of_every_way(at)
    for number in range(16):
        an_account_with_a_past(1000 * seed + number, ways[number % len(ways)], at)
    rows = payments_on_every_account(chance, at)
    posted = same_as_one_by_one(tmp_path, rows, at)
    assert posted.at_once >= 6
    assert posted.one_by_one >= 6


def test_several_payments_on_one_account_are_posted_in_the_order_of_their_moments(
    tmp_path: Path, at: datetime
) -> None:
    rows = []
    for _ in range(12):
        line = a_line(at - timedelta(days=60))
        line.buys(500_00, at - timedelta(days=40))
        line.is_billed(date(2026, 11, 1), at - timedelta(days=5))
        number = CreditAccount.objects.get(id=line.account_id).number
        rows += [Paid(number, 100_00 - day, at - timedelta(days=day), f"{number}-{day}") for day in (0, 1, 2)]
    posted = same_as_one_by_one(tmp_path, rows, at)
    assert (posted.at_once, posted.one_by_one) == (36, 0)
    left = [
        *Repayment.objects.order_by("account", "tendered_at").values_list("balance_after_minor", flat=True)
    ]
    assert left == [400_02, 300_03, 200_03] * 12


def payments_on_every_account(chance: random.Random, at: datetime) -> list[Paid]:
    """Some, all, or more than is owed, in the last days; several on some accounts; in any order."""
    rows: list[Paid] = []
    for account in CreditAccount.objects.order_by("number"):
        dues = Due.objects.filter(account=account).values(*(f"{bucket}_minor" for bucket in Bucket))
        owed = sum(sum(due.values()) for due in dues)
        for _ in range(chance.choice((1, 2, 2, 3))):
            some, all_but_some = chance.randint(1, 100_00), chance.randint(1, owed or 1)
            minor = chance.choice((some, all_but_some, owed or some, owed + 7_00))
            back = timedelta(days=chance.choice((0, 0, 0, 1, 2)), minutes=chance.randint(0, 9 * 60))
            rows.append(Paid(account.number, minor, at - back, f"R{len(rows)}"))
    chance.shuffle(rows)
    return rows


def same_as_one_by_one(folder: Path, rows: list[Paid], at: datetime) -> Posted:
    """Post a file both ways from where the branch stands, compare all rows, and leave it posted."""
    file = written(folder, rows)
    at_once = undone(lambda: post(file, at))
    for name, want in undone(lambda: one_by_one(rows, at)).items():
        assert at_once[name] == want, name
    posted = post(file, at)
    assert posted.at_once + posted.one_by_one == len(rows)
    assert check_books().is_right
    return posted


def one_by_one(rows: list[Paid], at: datetime) -> None:
    """The same lines by the command for one, each account's in the order of their moments."""
    ids = dict(CreditAccount.objects.values_list("number", "id"))
    bank = account_for(kind=AccountKind.BANK, currency="CNY")
    for row in sorted(rows, key=lambda row: (row.number, row.at)):
        received = commands.Received(
            payment_id=row.payment_id,
            amount_minor=row.minor,
            debit_account_id=bank.id,
            entry_kind=INTO[AccountKind.BANK],
            tendered_at=row.at,
        )
        commands.record_repayment(
            account_id=ids[row.number], received=received, key=row.payment_id, actor=SYSTEM, at=at
        )


def undone(work: Callable[[], object]) -> dict[str, list[Any]]:
    """All rows after something was done, which is then undone."""
    with transaction.atomic():
        work()
        rows = all_rows()
        transaction.set_rollback(True)
    return rows


def all_rows() -> dict[str, list[Any]]:
    """Everything that a repayment writes."""
    rows = {}
    with connection.cursor() as cursor:
        for name, query in WRITTEN.items():
            cursor.execute(query)
            rows[name] = cursor.fetchall()
    return rows


# Without the numbers and ids that are drawn anew each time.
WRITTEN = {
    "accounts": "select to_jsonb(a) from credit_creditaccount a order by id",
    "dues": "select to_jsonb(d) - 'id' from credit_due d order by account_id, issued_date",
    "activities": "select to_jsonb(c) - 'entry_id' from credit_activity c order by id",
    "repayments": "select to_jsonb(r) - 'id' - 'entry_id' from credit_repayment r order by payment_id",
    "plans": "select to_jsonb(p) from credit_instalmentplan p order by id",
    "statements": "select to_jsonb(s) - 'id' - 'through_entry_id' from credit_statement s"
    " order by account_id, issued_date",
    "sums": "select to_jsonb(l) - 'id' from ledger_account l where debit_minor + credit_minor > 0"
    " order by kind, owner_id",
    "movements": "select e.kind, e.source_id, e.effective_at, e.recorded_at, e.booked_date, d.kind, c.kind, c.owner_id,"
    " m.amount_minor from ledger_movement m join ledger_entry e on e.id = m.entry_id"
    " join ledger_account d on d.id = m.debit_id join ledger_account c on c.id = m.credit_id"
    " order by 1, 2, 3, 6, 7, 8, 9",
    "facts": "select kind, subject_id, actor, at, body from audit_fact where kind <> 'StatementIssued'"
    " order by kind, subject_id, body",
    "entries of splits": "select e.source_id from credit_repayment r join ledger_entry e on e.entry_id = r.entry_id"
    " join credit_activity c on c.id = r.payment_id and c.entry_id = e.entry_id order by 1",
}
