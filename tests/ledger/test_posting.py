"""What may be posted, what is refused, and what the database refuses even us."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for, post_entry, reverse_entry
from koumen.ledger.models import Account, Entry, Movement
from koumen.ledger.queries import cash_by_agent, check_books, entries_for, trial_balance
from koumen.ledger.rules.chart import CHART, AccountKind, Side, owed_minor
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.ledger.staging import open_accounts
from tests import builders

pytestmark = pytest.mark.django_db


def post(lines: Sequence[Line], at: datetime) -> Entry:
    return post_entry(
        kind=EntryKind.CORRECTION, lines=lines, source_id=new_id(), effective_at=at, actor=SYSTEM, at=at
    )


def bank(currency: str = "CNY") -> int:
    return account_for(kind=AccountKind.BANK, currency=currency).id


def merchant() -> int:
    return account_for(kind=AccountKind.MERCHANT, currency="CNY").id


def test_an_entry_moves_its_amount_and_the_sums_follow(at: datetime) -> None:
    post([Line(bank(), merchant(), 700), Line(bank(), merchant(), 300)], at)
    sums = {a.kind: (a.debit_minor, a.credit_minor) for a in Account.objects.all()}
    assert sums == {"bank": (1000, 0), "merchant": (0, 1000)}
    assert check_books().is_right


def test_an_account_is_opened_once_for_its_owner_and_currency(at: datetime) -> None:
    agent = new_id()
    first = account_for(kind=AccountKind.AGENT_CASH, owner_id=agent, currency="CNY")
    assert account_for(kind=AccountKind.AGENT_CASH, owner_id=agent, currency="CNY").id == first.id
    assert account_for(kind=AccountKind.AGENT_CASH, owner_id=agent, currency="TWD").id != first.id
    with pytest.raises(Invalid):
        account_for(kind=AccountKind.AGENT_CASH, currency="CNY")
    with pytest.raises(Invalid):
        account_for(kind=AccountKind.BANK, owner_id=agent, currency="CNY")


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1, 2**63])
def test_no_amount_that_is_none_or_absurd(at: datetime, amount: int) -> None:
    with pytest.raises(Invalid):
        post([Line(bank(), merchant(), amount)], at)
    assert not Entry.objects.exists()


def test_an_entry_without_movements_on_one_account_or_in_two_currencies_is_refused(at: datetime) -> None:
    for lines in ([], [Line(bank(), bank(), 5)], [Line(bank("TWD"), merchant(), 5)]):
        with pytest.raises(Invalid):
            post(lines, at)
    with pytest.raises(Missing):
        post([Line(bank(), 10**9, 5)], at)
    assert not Entry.objects.exists()


def test_a_reversal_turns_the_entry_round_once(at: datetime) -> None:
    entry = post([Line(bank(), merchant(), 250)], at)
    undone = reverse_entry(entry_id=entry.entry_id, actor=SYSTEM, at=at)
    assert undone.kind == "reversal"
    assert [line.balance_minor for line in trial_balance(actor=SYSTEM)] == [0, 0]
    for entry_id, code in (
        (entry.entry_id, "entry-already-reversed"),
        (undone.entry_id, "entry-is-a-reversal"),
    ):
        with pytest.raises(Conflict) as refusal:
            reverse_entry(entry_id=entry_id, actor=SYSTEM, at=at)
        assert refusal.value.code == code
    assert Movement.objects.count() == 2
    shown = entries_for(actor=SYSTEM, source_id=entry.source_id)
    assert [(line.kind, line.is_reversed) for line in shown] == [("correction", True), ("reversal", False)]


def test_a_stranger_may_neither_read_nor_undo(at: datetime) -> None:
    entry = post([Line(bank(), merchant(), 250)], at)
    for actor in (
        Actor(Role.CUSTOMER, new_id(), customer_id=new_id()),
        Actor(Role.AGENT, new_id(), agent_id=new_id()),
    ):
        with pytest.raises(Denied):
            trial_balance(actor=actor)
        with pytest.raises(Denied):
            reverse_entry(entry_id=entry.entry_id, actor=actor, at=at)
    assert Entry.objects.count() == 1


def test_finance_sees_all_cash_and_an_agent_their_own(at: datetime) -> None:
    mine, other = new_id(), new_id()
    for agent, amount in ((mine, 300), (other, 500)):
        cash = account_for(kind=AccountKind.AGENT_CASH, owner_id=agent, currency="CNY").id
        post([Line(cash, merchant(), amount)], at)
    assert cash_by_agent(actor=builders.staff(Role.FINANCE)) == [(other, "CNY", 500), (mine, "CNY", 300)]
    assert cash_by_agent(actor=Actor(Role.AGENT, new_id(), agent_id=mine)) == [(mine, "CNY", 300)]
    assert cash_by_agent(actor=Actor(Role.CUSTOMER, new_id())) == []


@pytest.mark.parametrize(
    "change",
    [
        "update ledger_movement set amount_minor = 1",
        "delete from ledger_movement",
        "update ledger_entry set kind = 'other'",
        "truncate ledger_entry cascade",
        "update ledger_account set currency = 'TWD'",
    ],
)
def test_the_database_refuses_to_rewrite_the_books(at: datetime, change: str) -> None:
    post([Line(bank(), merchant(), 250)], at)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert check_books().is_right


def test_a_sum_that_was_tampered_with_is_found_and_named(at: datetime) -> None:
    post([Line(bank(), merchant(), 250)], at)
    Account.objects.filter(kind="bank").update(debit_minor=251)
    report = check_books()
    broken = {check.name: check for check in report.checks if not check.holds}
    assert set(broken) == {"balances-equal-movements", "trial-balance-is-zero"}
    assert "kept 251/0, moved 250/0" in broken["balances-equal-movements"].first[0]
    assert report.exit_code == 1


def test_an_entry_of_a_kind_that_nobody_wrote_down_is_a_fault_of_the_program(at: datetime) -> None:
    with pytest.raises(ValueError, match="no_such_kind"):
        post_entry(
            kind="no_such_kind",
            lines=[Line(bank(), merchant(), 5)],
            source_id=new_id(),
            effective_at=at,
            actor=SYSTEM,
            at=at,
        )
    assert not Entry.objects.exists()


def test_every_kind_of_account_has_its_side() -> None:
    assert set(CHART) == set(AccountKind)
    assert owed_minor(AccountKind.PRINCIPAL, debit_minor=5, credit_minor=2) == 3
    assert owed_minor(AccountKind.CREDIT_BALANCE, debit_minor=2, credit_minor=5) == 3
    assert CHART[AccountKind.BANK] is Side.BOTH


def test_posting_by_kinds_reads_the_accounts_it_names_and_not_everybody_elses(at: datetime) -> None:
    owner = new_id()

    def pay_out() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select post_moves(%s, 'purchase', %s, %s, %s, %s, 'CNY', null, '{principal}', '{merchant}', '{1}')",
                [new_id(), owner, at, at, owner],
            )

    def accounts_read() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables"
                " where relname = 'ledger_account' and schemaname = current_schema()"
            )
            return int(cursor.fetchone()[0])

    owners = [new_id() for _ in range(2000)]
    open_accounts(owner_ids=owners, kinds=(AccountKind.PRINCIPAL,), currency="CNY")
    pay_out()
    with connection.cursor() as cursor:
        # as in a branch of some size: statistics are fresh, and nobody reads the whole table
        cursor.execute("analyze ledger_account; set local enable_seqscan = off; discard plans")
    before = accounts_read()
    pay_out()
    assert accounts_read() - before < 50
