"""What a repayment does to the debts of an account."""

from datetime import date, datetime, timedelta

import pytest

from koumen.credit import commands, queries
from koumen.credit.books import check_books
from koumen.credit.models import Due, Repayment, Statement
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Invalid, Missing, Refusal
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.models import Entry
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from tests import builders
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(at: datetime) -> Line:
    """A line with a bill of 500.00 and nothing else."""
    line = a_line(at)
    line.buys(500_00, at - timedelta(days=30))
    line.is_billed(date(2026, 11, 1), at)
    return line


def nothing_moved(line: Line, at: datetime) -> bool:
    owed = line.owed(at)
    return owed.all_minor == 500_00 and not Repayment.objects.exists() and Entry.objects.count() == 1


def test_a_payment_lowers_the_bill_and_the_books_agree(line: Line, at: datetime) -> None:
    repayment = line.pays(200_00, at)
    owed = line.owed(at)
    assert (repayment.principal_minor, repayment.credit_minor, repayment.balance_after_minor) == (
        200_00,
        0,
        300_00,
    )
    assert (owed.all_minor, owed.bill_minor, owed.minimum_minor) == (300_00, 300_00, 0)
    assert check_books().is_right


def test_what_is_more_than_owed_becomes_credit_balance(line: Line, at: datetime) -> None:
    repayment = line.pays(600_00, at)
    assert (repayment.principal_minor, repayment.credit_minor, repayment.balance_after_minor) == (
        500_00,
        100_00,
        -100_00,
    )
    assert line.owed(at).credit_balance_minor == 100_00
    assert check_books().is_right


def test_money_that_is_kept_touches_no_debt(line: Line, at: datetime) -> None:
    wallet = account_for(kind=AccountKind.WALLET, currency="CNY")
    received = commands.Received(
        payment_id=new_id(),
        amount_minor=70_00,
        debit_account_id=wallet.id,
        entry_kind=EntryKind.WALLET_TENDER,
        tendered_at=at,
        keep_as_credit=True,
    )
    kept = commands.apply_payment(account_id=line.account_id, received=received, actor=SYSTEM, at=at)
    assert (kept.principal_minor, kept.credit_minor, kept.balance_after_minor) == (0, 70_00, 430_00)
    assert (line.owed(at).all_minor, line.owed(at).credit_balance_minor) == (500_00, 70_00)
    assert check_books().is_right


def test_a_credit_balance_pays_the_next_purchase(line: Line, at: datetime) -> None:
    line.pays(600_00, at)
    line.buys(150_00, at)
    owed = line.owed(at)
    assert (owed.all_minor, owed.bill_minor, owed.credit_balance_minor) == (50_00, 0, 0)
    assert check_books().is_right


def test_a_refund_takes_what_is_not_billed_first_then_the_bill_then_becomes_credit(
    line: Line, at: datetime
) -> None:
    line.buys(80_00, at)
    line.buys(-100_00, at)
    assert (line.owed(at).bill_minor, line.owed(at).all_minor) == (480_00, 480_00)
    line.buys(-500_00, at)
    assert (line.owed(at).all_minor, line.owed(at).credit_balance_minor) == (0, 20_00)
    assert check_books().is_right


@pytest.mark.parametrize("amount", [0, -1, -500_00, 10**15 + 1])
def test_an_amount_that_is_none_is_refused_and_nothing_moves(line: Line, at: datetime, amount: int) -> None:
    with pytest.raises(Invalid):
        line.pays(amount, at)
    assert nothing_moved(line, at)


def test_money_of_another_currency_is_refused_and_nothing_moves(line: Line, at: datetime) -> None:
    foreign = account_for(kind=AccountKind.WALLET, currency="TWD")
    with pytest.raises(Invalid) as refusal:
        line.pays(100_00, at, into=foreign.id)
    assert refusal.value.code == "currencies-differ"
    assert nothing_moved(line, at)


def test_an_account_that_holds_no_money_cannot_receive_a_payment(line: Line, at: datetime) -> None:
    merchant = account_for(kind=AccountKind.MERCHANT, currency="CNY")
    with pytest.raises(Invalid) as refusal:
        line.pays(100_00, at, into=merchant.id)
    assert refusal.value.code == "debit-account-holds-no-money"
    assert nothing_moved(line, at)


def test_an_account_that_is_not_there_and_one_of_a_stranger_are_the_same_answer(
    line: Line, at: datetime
) -> None:
    stranger = Actor(Role.CUSTOMER, new_id(), customer_id=new_id())
    answers: list[Refusal] = []
    for actor, account_id in ((SYSTEM, new_id()), (stranger, line.account_id)):
        with pytest.raises(Missing) as refusal:
            queries.owed(actor=actor, account_id=account_id, at=at)
        answers.append(refusal.value)
    assert {str(answer) for answer in answers} == {"account-not-found"}
    relative = Actor(Role.RELATIVE, new_id())
    with pytest.raises(Missing):
        commands.make_quote(account_id=line.account_id, actor=relative, at=at)


def test_the_same_payment_is_applied_once(line: Line, at: datetime) -> None:
    payment_id = new_id()
    line.pays(100_00, at, payment_id=payment_id)
    with pytest.raises(Conflict) as refusal:
        line.pays(100_00, at, payment_id=payment_id)
    assert refusal.value.code == "payment-already-applied"
    assert line.owed(at).all_minor == 400_00


def test_a_quote_names_the_version_of_the_account_and_ends_at_local_midnight(
    line: Line, at: datetime
) -> None:
    quote = commands.make_quote(account_id=line.account_id, actor=SYSTEM, at=at)
    again = commands.make_quote(account_id=line.account_id, actor=SYSTEM, at=at + timedelta(minutes=5))
    assert (quote.minimum_minor, quote.bill_minor, quote.all_minor) == (50_00, 500_00, 500_00)
    assert quote.valid_until == datetime.fromisoformat("2026-11-24T16:00:00+00:00")
    assert again.id == quote.id, "nothing has changed: the same quote"
    line.pays(100_00, at)
    newer = commands.make_quote(account_id=line.account_id, actor=SYSTEM, at=at)
    assert newer.account_version == quote.account_version + 1
    assert newer.all_minor == 400_00


def test_a_purchase_on_the_bill_day_waits_for_the_next_bill(at: datetime) -> None:
    line = a_line(at)
    last_second = datetime.fromisoformat("2026-10-31T23:59:59+08:00")
    line.buys(100_00, last_second)
    line.buys(30_00, last_second + timedelta(seconds=1))
    statement = line.is_billed(date(2026, 11, 1), at)
    owed = line.owed(at)
    assert (statement.balance_minor, owed.bill_minor, owed.all_minor) == (100_00, 100_00, 130_00)
    assert check_books().is_right


def test_a_statement_is_made_once_on_its_bill_day(line: Line, at: datetime) -> None:
    first = Statement.objects.get()
    assert line.is_billed(date(2026, 11, 1), at) == first
    line.pays(10_00, at)
    assert Statement.objects.get() == first
    assert {due.issued_date for due in Due.objects.all()} == {date(2026, 11, 1), None}


def test_a_purchase_above_the_limit_is_refused(line: Line, at: datetime) -> None:
    with pytest.raises(Conflict) as refusal:
        line.buys(10_000_00, at)
    assert refusal.value.code == "limit-exceeded"
    assert nothing_moved(line, at)


def test_only_who_keeps_accounts_may_enter_purchases(line: Line, at: datetime) -> None:
    with pytest.raises(Refusal) as refusal:
        line.buys(10_00, at, actor=builders.staff(Role.DISPATCHER))
    assert refusal.value.code == "credit-not-yours"
