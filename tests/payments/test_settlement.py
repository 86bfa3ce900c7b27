"""Transfers shown at the door, and the files of the bank and the card acquirer that say what arrived."""

from datetime import date, datetime

import pytest
from django.db import DatabaseError, transaction

from koumen.audit.models import Fact
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid
from koumen.kit.ids import new_id
from koumen.ledger.rules.chart import AccountKind
from koumen.payments import commands, jobs, queries
from koumen.payments.books import check_books
from koumen.payments.models import Deposit, Payment, SettlementFile, SettlementLine
from koumen.payments.queries import settlement
from koumen.payments.rules.settlement import Source, read_settlement
from koumen.visits import commands as visits
from koumen.visits.states import VisitState
from tests import builders
from tests.payments.bags import a_bag, a_deposit, office, sent, standing
from tests.payments.test_cash import all_owed, pays
from tests.payments.test_more_tenders import a_terminal, swipes
from tests.visits.stories import Story, a_visit

BANK = "date,amount,currency,reference,text\n"
CARD = "date,amount,currency,reference,terminal,approval_code,last_four\n"
db = pytest.mark.django_db


def shows(story: Story, minor: int, *, actor: Actor | None = None) -> Payment:
    return commands.show_transfer(
        visit_id=story.visit_id,
        amount_minor=minor,
        key=new_id(),
        actor=actor or story.visitor,
        at=story.now,
    )


def told(source: Source, text: str, at: datetime, *, actor: Actor = SYSTEM) -> SettlementFile:
    """A file is taken, and the job that follows has run; twice, as jobs may."""
    file = commands.import_settlement(source=source, content=text.encode(), actor=actor, at=at)
    fact = Fact.objects.get(kind="SettlementImported", subject_id=file.id)
    with clock.stopped_at(at):
        for _ in range(2):
            jobs.match_lines(fact.fact_id)
    return file


# --- files, pure ----------------------------------------------------------------------------------------


def test_a_bank_s_file_is_read_without_the_names_in_it() -> None:
    text = BANK + "2026-11-24,300.00,CNY,R1,from LI MING for tabcdefg23 thanks\n2026-11-24,-5.00,CNY,R2,fee\n"
    (line,) = read_settlement(Source.BANK, b"\xef\xbb\xbf" + text.encode())
    assert (line.amount.minor, line.reference, line.our_number) == (30000, "R1", "TABCDEFG23")
    assert "LI MING" not in str(line)
    (slip,) = read_settlement(Source.BANK, (BANK + "2026-11-24,1,CNY,R1,TEST-B-0000001\n").encode())
    assert slip.our_number == "TEST-B-0000001"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("day,sum\n1,2\n", "file-unreadable"),
        ("", "file-unreadable"),
        (BANK + "yesterday,1.00,CNY,R1,\n", "file-line-unreadable"),
        (BANK + "2026-11-24,much,CNY,R1,\n", "file-line-unreadable"),
        (BANK + "2026-11-24,0,CNY,R1,\n", "file-line-unreadable"),
        (BANK + "2026-11-24,1.00,XXX,R1,\n", "file-line-unreadable"),
        (BANK + "2026-11-24,1.00,CNY,,\n", "file-line-unreadable"),
        (BANK + "2026-11-24,1.00,CNY,R1,\n2026-11-24,1.00,CNY,R1,\n", "file-line-unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(text: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        read_settlement(Source.BANK, text.encode())


def test_of_a_card_only_four_digits_are_read() -> None:
    text = CARD + "2026-11-24,1.00,CNY,R1,n9-1,a12345,6222020200112233445\n"
    (line,) = read_settlement(Source.CARD, text.encode())
    assert (line.terminal, line.approval_code, line.last_four) == ("N9-1", "A12345", "3445")


# --- transfers ------------------------------------------------------------------------------------------


@db
def test_a_transfer_that_is_shown_credits_nothing_and_is_not_taken_twice(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    payment = shows(story, 20000)
    assert (payment.state, all_owed(story), story.visit.state) == ("pending", 100000, VisitState.AGREED)
    assert not hasattr(payment, "receipt")
    assert queries.remaining_minor(story.visit) == 10000
    with pytest.raises(Conflict, match="above-agreed"):
        pays(story, {10000: 2})
    pays(story, {10000: 1})
    assert all_owed(story) == 90000


@db
def test_the_bank_s_file_pays_the_debt_after_the_visit_is_over(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    payment = shows(story, 30000)
    visits.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    text = BANK + f"{story.now:%Y-%m-%d},300.00,CNY,B77,purpose {payment.transfer_code.lower()}\n"
    told(Source.BANK, text, story.now)
    payment.refresh_from_db()
    assert (payment.state, payment.is_late, payment.provider_reference) == ("paid", False, "B77")
    assert (all_owed(story), standing(AccountKind.BANK)) == (70000, 30000)
    assert story.visit.state == VisitState.CLOSED
    content = commands.receipt_content(receipt_id=payment.receipt.id, at=story.now)
    assert (content.tendered.method, content.tendered.reference) == ("transfer", "B77")
    line = SettlementLine.objects.get()
    assert (line.payment_id, line.matched_by) == (payment.id, "system")
    assert check_books().is_right


@db
def test_the_same_file_twice_and_the_same_line_in_another_file_pay_once(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    payment = shows(story, 30000)
    row = f"2026-11-24,300.00,CNY,B77,{payment.transfer_code}\n"
    first = told(Source.BANK, BANK + row, story.now)
    assert told(Source.BANK, BANK + row, story.now).id == first.id
    told(Source.BANK, BANK + row + "2026-11-24,1.00,CNY,B78,other\n", story.now)
    assert (SettlementFile.objects.count(), SettlementLine.objects.count()) == (2, 2)
    assert all_owed(story) == 70000


@db
@pytest.mark.parametrize("text", ["another purpose", "TAAAAAAAAA"])
def test_what_is_not_certain_waits_for_a_person(at: datetime, text: str) -> None:
    story = a_visit(at).may_be_paid(30000)
    payment, desk = shows(story, 30000), office(at)
    told(Source.BANK, BANK + f"2026-11-24,300.00,CNY,B77,{text}\n2026-11-24,299.00,CNY,B78,x\n", story.now)
    first, second = settlement.open_lines(actor=desk)
    assert settlement.candidates(actor=desk).transfers == [payment]
    with pytest.raises(Conflict, match="line-differs"):
        commands.match_payment(line_id=second.id, payment_id=payment.id, actor=desk, at=story.now)
    assert all_owed(story) == 100000
    commands.match_payment(line_id=first.id, payment_id=payment.id, actor=desk, at=story.now)
    with pytest.raises(Conflict, match="line-matched-already"):
        commands.match_payment(line_id=first.id, payment_id=payment.id, actor=desk, at=story.now)
    assert all_owed(story) == 70000


@db
def test_a_transfer_that_was_not_made_frees_the_amount_and_cannot_be_paid_later(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    payment = shows(story, 30000)
    with pytest.raises(Denied, match="payment-not-yours"):
        commands.drop_transfer(payment_id=payment.id, actor=story.customer, at=story.now)
    for _ in range(2):
        commands.drop_transfer(payment_id=payment.id, actor=story.visitor, at=story.now)
    pays(story, {10000: 3})
    told(Source.BANK, BANK + f"2026-11-24,300.00,CNY,B77,{payment.transfer_code}\n", story.now)
    assert SettlementLine.objects.get().matched_at is None
    assert all_owed(story) == 70000


@db
def test_only_the_agent_of_the_visit_begins_a_transfer_within_what_was_agreed(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    with pytest.raises(Denied, match="visit-not-yours"):
        shows(story, 30000, actor=story.customer)
    with pytest.raises(Conflict, match="above-agreed"):
        shows(story, 30001)
    with pytest.raises(Denied, match="payment-not-yours"):
        commands.settle_transfer(
            payment_id=shows(story, 30000).id,
            reference="B1",
            arrived_on=date(2026, 11, 24),
            actor=story.visitor,
            at=story.now,
        )
    assert all_owed(story) == 100000


# --- deposits -------------------------------------------------------------------------------------------


@db
def test_a_deposit_is_matched_by_the_number_of_its_slip(at: datetime) -> None:
    builders.the_base_pack(at)
    deposit = sent(a_deposit(a_bag(at).fetched(), 300_000), at)
    told(Source.BANK, BANK + f"2026-11-24,3000.00,CNY,B1,CASH {deposit.printed_number}\n", at)
    assert Deposit.objects.get().state == "arrived"
    assert standing(AccountKind.CASH_IN_TRANSIT) == 0
    assert check_books().is_right


@db
def test_a_deposit_that_the_bank_counted_otherwise_waits_for_a_person(at: datetime) -> None:
    builders.the_base_pack(at)
    deposit = sent(a_deposit(a_bag(at).fetched(), 300_000), at)
    told(Source.BANK, BANK + f"2026-11-24,2990.00,CNY,B1,{deposit.printed_number}\n", at)
    assert Deposit.objects.get().state == "sent"
    line = SettlementLine.objects.get()
    commands.match_deposit(line_id=line.id, deposit_id=deposit.id, actor=office(at), at=at)
    assert (Deposit.objects.get().difference_minor, standing(AccountKind.CASH_SHORT)) == (-1000, 1000)
    assert check_books().is_right


# --- cards ----------------------------------------------------------------------------------------------


@db
def test_a_card_is_matched_by_terminal_approval_and_digits_and_the_payout_clears_the_acquirer(
    at: datetime,
) -> None:
    story = a_visit(at).may_be_paid(30000)
    payment, desk = swipes(story, a_terminal(story), 30000), office(at)
    told(Source.CARD, CARD + "2026-11-24,300.00,CNY,C1,N9-1,A12345,6789\n", story.now)
    assert SettlementLine.objects.get().payment_id == payment.id
    assert standing(AccountKind.CARD) == 30000, "the acquirer has said so, and has not paid yet"
    told(Source.BANK, BANK + "2026-11-25,300.01,CNY,B1,POS\n2026-11-25,300.00,CNY,B2,POS\n", story.now)
    above, exact = settlement.open_lines(actor=desk)
    with pytest.raises(Conflict, match="acquirer-owes-less"):
        commands.match_payout(line_id=above.id, actor=desk, at=story.now)
    commands.match_payout(line_id=exact.id, actor=desk, at=story.now)
    assert (standing(AccountKind.CARD), standing(AccountKind.BANK)) == (0, 30000)
    assert check_books().is_right


@db
def test_a_card_line_with_other_digits_is_not_matched_by_itself_nor_with_a_transfer(at: datetime) -> None:
    story = a_visit(at).may_be_paid(30000)
    swipes(story, a_terminal(story), 10000)
    shown = shows(story, 20000)
    told(Source.CARD, CARD + "2026-11-24,100.00,CNY,C1,N9-1,A12345,0000\n", story.now)
    line = SettlementLine.objects.get()
    assert line.matched_at is None
    with pytest.raises(Conflict, match="line-of-another-kind"):
        commands.match_payment(line_id=line.id, payment_id=shown.id, actor=office(at), at=story.now)
    with pytest.raises(Conflict, match="line-of-another-kind"):
        commands.match_payout(line_id=line.id, actor=office(at), at=story.now)


@db
def test_only_finance_takes_files_and_what_was_matched_stays(at: datetime) -> None:
    for stranger in (office(at, Role.COMPLIANCE), office(at, Role.DISPATCHER)):
        with pytest.raises(Denied, match="lines-not-yours"):
            commands.import_settlement(source=Source.BANK, content=BANK.encode(), actor=stranger, at=at)
    story = a_visit(at).may_be_paid(30000)
    swipes(story, a_terminal(story), 30000)
    told(Source.CARD, CARD + "2026-11-24,300.00,CNY,C1,N9-1,A12345,6789\n", story.now)
    for change in ({"payment": None, "matched_at": None}, {"amount_minor": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            SettlementLine.objects.update(**change)
