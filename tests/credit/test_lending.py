"""Loans: asked for with all costs confirmed, agreed to by two persons, paid out by the bank; and money that came back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from koumen.audit.models import Fact
from koumen.credit import commands, jobs
from koumen.credit.books import check_books
from koumen.credit.models import Activity, BankAccount, CreditAccount, InstalmentPlan, LoanRequest, Payout
from koumen.credit.queries import lending
from koumen.credit.rules.bank_account import BankDetails, VerifiedHow
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.payout import AtTheBank
from koumen.credit.rules.plan import PlanKind, PlanRequest, require_lendable
from koumen.credit.rules.position import Position
from koumen.credit.states import BankAccountState, LoanRequestState, PayoutState
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.queries import trial_balance
from tests import builders
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
READ = timedelta(seconds=10)


def day(month: int, number: int, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=ZONE)


NOW = day(9, 5)


@dataclass
class Borrower:
    """A customer with an account on which loans are lent, up to 20,000.00."""

    line: Line

    @property
    def account(self) -> CreditAccount:
        return CreditAccount.objects.select_related("customer").get(id=self.line.account_id)

    @property
    def actor(self) -> Actor:
        return builders.themselves(self.account.customer)

    def reads(self, amount_minor: int, at: datetime, terms: int = 12) -> UUID:
        """All costs, read and confirmed."""
        offers = lending.loan_offers(
            actor=self.actor, account_id=self.line.account_id, amount_minor=amount_minor, at=at
        )
        wanted = next(one.request for one in offers if one.request.terms == terms)
        sheet = commands.show_plan_sheet(request=wanted, actor=self.actor, at=at)
        tap = commands.ConfirmedHow.TAP
        commands.confirm_cost_sheet(sheet_id=sheet.id, how=tap, key=new_id(), actor=self.actor, at=at + READ)
        return sheet.id

    def asks(self, amount_minor: int = 12_000_00, at: datetime = NOW) -> LoanRequest:
        sheet_id = self.reads(amount_minor, at)
        return commands.ask_loan(sheet_id=sheet_id, key=new_id(), actor=self.actor, at=at + READ)


def a_borrower(*, alone_minor: int = 0, with_bank: bool = True) -> Borrower:
    parameters = Parameters(
        kind="loan",
        loan_annual_rate="0.12",
        loan_terms=(6, 12),
        instalment_terms={},
        loan_alone_most_minor=alone_minor,
    )
    borrower = Borrower(a_line(day(9, 1), parameters=parameters, limit_minor=20_000_00))
    if with_bank:
        builders.a_bank_account(borrower.account.customer_id, day(9, 1))
    return borrower


def agrees(request: LoanRequest, at: datetime, by: Actor | None = None) -> LoanRequest:
    who = by or builders.staff(Role.FINANCE)
    return commands.agree_loan(request_id=request.id, key=new_id(), actor=who, at=at)


def standing() -> dict[str, int]:
    lines = trial_balance(actor=SYSTEM)
    return {line.kind.value: line.balance_minor for line in lines if line.balance_minor}


# --- asking ---------------------------------------------------------------------------------------------


def test_a_small_loan_begins_at_once_and_comes_back_in_equal_instalments() -> None:
    borrower = a_borrower(alone_minor=12_000_00)
    request = borrower.asks()
    assert request.state == LoanRequestState.BEGUN
    payout = Payout.objects.get()
    assert (payout.state, payout.amount_minor, payout.purpose) == (PayoutState.ASKED, 12_000_00, "loan")
    assert standing() == {"principal": 12_000_00, "payout": -12_000_00}
    builders.told_by_the_bank(payout, AtTheBank.SENT, day(9, 5, 15))
    assert standing() == {"principal": 12_000_00, "bank": -12_000_00}
    first = borrower.line.is_billed(date(2026, 10, 1), day(10, 1))
    assert (first.balance_minor, first.plan_charges_minor) == (1_066_19, 120_00)
    assert check_books().is_right


def test_a_larger_loan_waits_for_two_persons() -> None:
    borrower = a_borrower(alone_minor=5_000_00)
    request = borrower.asks()
    assert request.state == LoanRequestState.ASKED
    assert not Payout.objects.exists()
    first = builders.staff(Role.FINANCE)
    assert agrees(request, day(9, 6), first).state == LoanRequestState.LOOKED
    with pytest.raises(Denied, match="second-person-needed"):
        agrees(request, day(9, 6), first)
    begun = agrees(request, day(9, 7))
    assert begun.state == LoanRequestState.BEGUN
    assert Payout.objects.get().amount_minor == 12_000_00
    assert InstalmentPlan.objects.get().principal_minor == 12_000_00
    with pytest.raises(Conflict, match="loan_request-cannot-look"):
        agrees(request, day(9, 8))
    assert check_books().is_right


def test_the_database_holds_that_there_are_two() -> None:
    borrower = a_borrower()
    request = agrees(borrower.asks(), day(9, 6))
    done = {"state": LoanRequestState.BEGUN, "decided_at": day(9, 7), "decided_by": request.looked_by}
    plan = a_borrower(alone_minor=12_000_00).asks().plan
    with pytest.raises(DatabaseError, match=r"two_persons|once"), transaction.atomic():
        LoanRequest.objects.filter(id=request.id).update(plan=plan, **done)


def test_the_same_question_sent_twice_is_one_loan() -> None:
    borrower = a_borrower(alone_minor=12_000_00)
    sheet_id, key = borrower.reads(5_000_00, NOW), new_id()
    for _ in range(2):
        commands.ask_loan(sheet_id=sheet_id, key=key, actor=borrower.actor, at=NOW + READ)
    assert (LoanRequest.objects.count(), Payout.objects.count()) == (1, 1)


def test_a_refusal_says_why_and_then_another_may_be_asked() -> None:
    borrower = a_borrower()
    request = borrower.asks()
    with pytest.raises(Conflict, match="loan-request-open"):
        borrower.asks(1_000_00, day(9, 5, 13))
    refused = commands.refuse_loan(
        request_id=request.id,
        reason="income_too_low",
        key=new_id(),
        actor=builders.staff(Role.FINANCE),
        at=day(9, 6),
    )
    assert (refused.state, refused.reason) == (LoanRequestState.REFUSED, "income_too_low")
    again = borrower.asks(1_000_00, day(9, 7))
    withdrawn = commands.withdraw_loan(request_id=again.id, actor=borrower.actor, at=day(9, 7, 15))
    assert withdrawn.state == LoanRequestState.WITHDRAWN
    assert standing() == {}


def test_what_nobody_decides_on_ends_after_a_fortnight() -> None:
    request = a_borrower().asks()
    with pytest.raises(Conflict, match="loan-request-too-old"):
        agrees(request, day(9, 19, 13))
    with clock.stopped_at(day(9, 19, 13)):
        jobs.end_old_loan_requests(0)
    assert LoanRequest.objects.get().state == LoanRequestState.WITHDRAWN


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda one: one.asks(20_000_01), "limit-exceeded"),
        (lambda one: one.asks(99_99), "plan-too-small"),
        (lambda one: Borrower(a_line(day(9, 1))).asks(), "loan-not-offered"),
        (lambda one: a_borrower(with_bank=False).asks(), "bank-account-not-verified"),
    ],
)
def test_what_is_not_lent_is_refused_by_name(ask: Callable[[Borrower], object], code: str) -> None:
    with pytest.raises(Conflict, match=code):
        ask(a_borrower())
    assert standing() == {}
    assert not LoanRequest.objects.exists()


def test_nothing_more_is_lent_to_who_is_late() -> None:
    borrower = a_borrower(alone_minor=12_000_00)
    borrower.asks(6_000_00)
    commands.bring_forward(account_id=borrower.line.account_id, actor=SYSTEM, at=day(11, 20))
    with pytest.raises(Conflict, match="loan-while-late"):
        borrower.reads(1_000_00, day(11, 20))


def test_a_loan_above_the_cap_is_refused_though_its_product_was_stored() -> None:
    dear = Parameters(kind="loan", loan_annual_rate="0.24", loan_terms=(12,), apr_cap="0.24")
    wanted = PlanRequest(account_id=new_id(), kind=PlanKind.LOAN, terms=12, amount_minor=100_76)
    with pytest.raises(Invalid, match="price-above-cap"):
        require_lendable(wanted, Position(date(2026, 9, 1), 10), dear, currency="CNY")


def test_nobody_borrows_for_another_and_nothing_begins_without_asking() -> None:
    borrower = a_borrower()
    sheet_id = borrower.reads(5_000_00, NOW)
    for role in (Role.AGENT, Role.DISPATCHER, Role.FINANCE):
        with pytest.raises(Denied, match="credit-not-yours"):
            commands.ask_loan(sheet_id=sheet_id, key=new_id(), actor=builders.staff(role), at=NOW + READ)
    other = builders.themselves(builders.a_customer(NOW))
    with pytest.raises(Missing, match="cost-sheet-not-found"):
        commands.ask_loan(sheet_id=sheet_id, key=new_id(), actor=other, at=NOW + READ)
    wanted = lending.loan_offers(
        actor=borrower.actor, account_id=borrower.line.account_id, amount_minor=5_000_00, at=NOW
    )[0].request
    with pytest.raises(Conflict, match="loan-not-asked"):
        commands.start_plan(
            request=wanted, sheet_id=sheet_id, key=new_id(), actor=borrower.actor, at=NOW + READ
        )
    with pytest.raises(Denied, match="credit-not-yours"):
        agrees(borrower.asks(), day(9, 6), borrower.actor)


# --- what the bank says ---------------------------------------------------------------------------------


def test_a_loan_that_comes_back_was_never_lent() -> None:
    borrower = a_borrower(alone_minor=12_000_00)
    borrower.asks()
    payout = Payout.objects.get()
    builders.told_by_the_bank(payout, AtTheBank.SENT, day(9, 5, 15))
    borrower.line.is_billed(date(2026, 10, 1), day(10, 1))
    for _ in range(2):
        builders.told_by_the_bank(payout, AtTheBank.RETURNED, day(10, 3), reason="account_closed")
    assert check_books().is_right, "the money waits until what it was for is taken back"
    for _ in range(2):
        commands.book_back(payout_id=payout.id, actor=SYSTEM, at=day(10, 3))
    assert standing() == {}
    assert borrower.line.owed(day(10, 3)).all_minor == 0
    assert InstalmentPlan.objects.get().is_over
    assert Payout.objects.get().return_reason == "account_closed"
    assert check_books().is_right


def test_a_credit_balance_that_comes_back_is_the_customers_again() -> None:
    line = a_line(day(9, 1))
    customer_id = CreditAccount.objects.get(id=line.account_id).customer_id
    builders.a_bank_account(customer_id, day(9, 1))
    line.pays(80_00, day(9, 2))
    commands.refund_credit(
        account_id=line.account_id, amount_minor=50_00, key=new_id(), actor=SYSTEM, at=day(9, 3)
    )
    assert standing() == {"agent_cash": 80_00, "credit_balance": -30_00, "payout": -50_00}
    payout = Payout.objects.get()
    builders.told_by_the_bank(payout, AtTheBank.RETURNED, day(9, 4), reason="refused")
    commands.book_back(payout_id=payout.id, actor=SYSTEM, at=day(9, 4))
    assert standing() == {"agent_cash": 80_00, "credit_balance": -80_00}
    assert Activity.objects.get(kind="reversal").reverses_id == payout.activity_id
    assert check_books().is_right


def test_another_amount_than_was_asked_for_is_nobodys_payout() -> None:
    borrower = a_borrower(alone_minor=12_000_00)
    borrower.asks()
    payout = Payout.objects.get()
    wrong = Payout(id=payout.id, amount_minor=1, account=payout.account)
    with pytest.raises(Conflict, match="payout-differs"):
        builders.told_by_the_bank(wrong, AtTheBank.SENT, day(9, 6))
    with pytest.raises(Conflict, match="payout-not-returned"):
        commands.book_back(payout_id=payout.id, actor=SYSTEM, at=day(9, 6))
    with pytest.raises(Denied, match="payout-not-yours"):
        commands.book_back(payout_id=payout.id, actor=builders.staff(Role.FINANCE), at=day(9, 6))
    assert standing() == {"principal": 12_000_00, "payout": -12_000_00}


# --- where it goes --------------------------------------------------------------------------------------


def test_a_bank_account_needs_two_persons_and_its_number_stands_in_no_fact() -> None:
    customer = builders.a_customer(NOW)
    details = BankDetails.written(bank="清河银行", number="6222 0200 1111 9876", holder="李秀英")
    entered_by = builders.staff(Role.FINANCE)
    row = commands.enter_bank_account(
        customer_id=customer.id, details=details, key=new_id(), actor=entered_by, at=NOW
    )
    assert lending.verified_account(customer.id) is None
    how = VerifiedHow.DOCUMENT
    for actor, code in (
        (entered_by, "second-person-needed"),
        (builders.themselves(customer), "bank-account-not-yours"),
        (builders.staff(Role.DISPATCHER), "bank-account-not-yours"),
    ):
        with pytest.raises(Denied, match=code):
            commands.verify_bank_account(bank_account_id=row.id, how=how, actor=actor, at=NOW)
    commands.verify_bank_account(bank_account_id=row.id, how=how, actor=builders.staff(Role.FINANCE), at=NOW)
    assert lending.bank_details(BankAccount.objects.get()) == details
    assert b"9876" not in bytes(BankAccount.objects.get().sealed)
    assert "9876" not in " ".join(Fact.objects.values_list("body", flat=True))
    assert repr(details) == "BankDetails(…)"


def test_another_bank_account_takes_the_place_of_the_first_and_is_verified_anew() -> None:
    customer = builders.a_customer(NOW)
    first = builders.a_bank_account(customer.id, NOW)
    details = BankDetails.written(bank="清河银行", number="DE89 3704 0044 0532 0130 00", holder="李秀英")
    commands.enter_bank_account(
        customer_id=customer.id, details=details, key=new_id(), actor=builders.staff(Role.DISPATCHER), at=NOW
    )
    assert BankAccount.objects.get(id=first.id).state == BankAccountState.ENDED
    assert lending.verified_account(customer.id) is None
    shown = lending.bank_account_of(actor=builders.themselves(customer), customer_id=customer.id)
    assert shown is not None
    assert shown.last_four == "3000"


@pytest.mark.parametrize("number", ["12345", "6222-abc!", "1" * 35])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(Invalid, match="bank-account-unreadable"):
        BankDetails.written(bank="清河银行", number=number, holder="李秀英")


def test_a_customer_sees_what_may_be_borrowed() -> None:
    borrower = a_borrower()
    found = lending.lendable(actor=borrower.actor, account_id=borrower.line.account_id, at=NOW)
    assert (found.room_minor, found.least_minor, found.may_ask) == (20_000_00, 100_00, True)
    borrower.asks()
    assert not lending.lendable(actor=borrower.actor, account_id=borrower.line.account_id, at=NOW).may_ask
    assert [one.amount_minor for one in lending.loan_requests(actor=SYSTEM, is_open=True)] == [12_000_00]
    with pytest.raises(Denied):
        lending.payouts(actor=borrower.actor)
