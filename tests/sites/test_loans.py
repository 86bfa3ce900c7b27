"""Loans on the pages: asked for by the customer, agreed to by two persons at the console, paid out by the bank."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from koumen.credit.models import BankAccount, LoanRequest, Payout
from koumen.credit.rules.payout import AtTheBank
from koumen.kit import clock
from koumen.kit.actor import Role
from koumen.kit.ids import new_id
from tests import builders
from tests.credit.test_lending import Borrower, a_borrower, day
from tests.sites.doors import as_customer, key_in, text
from tests.sites.test_console import desk

pytestmark = pytest.mark.django_db

NOW = day(9, 5)
READ = timedelta(seconds=10)


class AtHome:
    """A borrower in front of their own pages."""

    def __init__(self, borrower: Borrower) -> None:
        self.borrower = borrower
        person_id = borrower.account.customer.person_id
        self.browser: Client = as_customer(person_id)

    def gets(self, path: str, *, at: datetime = NOW, status: int = 200) -> str:
        with clock.stopped_at(at):
            answered = self.browser.get(path)
        assert answered.status_code == status, text(answered)[:800]
        return text(answered).replace("\u00a0", " ")

    def posts(self, path: str, data: dict[str, str], *, at: datetime = NOW, status: int = 302) -> Any:
        with clock.stopped_at(at):
            answered = self.browser.post(path, data)
        assert answered.status_code == status, text(answered)[:800]
        return answered

    def key(self, path: str, *, at: datetime = NOW) -> str:
        with clock.stopped_at(at):
            return key_in(self.browser.get(path))

    def asks(self, amount: str = "12000", terms: str = "12") -> str:
        """The whole way: how much, in how many months, all costs, yes, ask."""
        months = self.posts("/loans/", {"amount": amount})["Location"]
        costs = self.posts(months, {"terms": terms})["Location"]
        asks: str = costs.split("next=")[1].replace("%2F", "/")
        self.posts(costs.split("?")[0], {"once": self.key(costs), "next": asks}, at=NOW + READ)
        self.posts(asks, {"once": self.key(asks, at=NOW + READ)}, at=NOW + READ)
        return asks


@pytest.fixture
def home() -> AtHome:
    return AtHome(a_borrower())


def test_each_number_of_months_says_its_true_cost_before_anything_is_asked(home: AtHome) -> None:
    page = home.gets("/loans/")
    assert "From ¥ 100.00 to ¥ 20,000.00." in page
    assert "You pay back the same amount every month." in page
    months = home.posts("/loans/", {"amount": "12,000"})["Location"]
    page = home.gets(months)
    for said in ("You would borrow ¥ 12,000.00", "6 months", "12 months", "% a year"):
        assert said in page, said
    assert not LoanRequest.objects.exists()


def test_a_loan_is_asked_for_read_back_and_agreed_to_by_two_persons(home: AtHome) -> None:
    asks = home.asks()
    page = home.gets("/loans/")
    assert "We look at it" in page
    assert "How much would you like to borrow?" not in page
    request = LoanRequest.objects.get()
    first, second = desk(NOW, Role.FINANCE), desk(NOW, Role.FINANCE)
    at = day(9, 6)
    with clock.stopped_at(at):
        shown = text(first.get("/console/finance/loans/")).replace("\u00a0", " ")
        assert f"/console/finance/loans/{request.id}/" in shown
        path = f"/console/finance/loans/{request.id}/"
        opened = first.get(path)
        assert "bank account that ends in 1234" in text(opened)
        decide = f"{path}decide/"
        first.post(decide, {"once": key_in(opened), "decision": "agree"})
        assert "Somebody else in finance looks at it" in text(first.get(path))
        refused = first.post(decide, {"once": str(new_id()), "decision": "agree"})
        assert refused.status_code == 403
        second.post(decide, {"once": str(new_id()), "decision": "agree"})
        assert "Agreed" in text(second.get(f"{path}"))
        csv = b"".join(second.get("/console/finance/loans/all.csv?state=decided"))
        assert b"12000.00" in csv
    payout = Payout.objects.get()
    assert "On its way to the bank" in home.gets("/loans/", at=at)
    builders.told_by_the_bank(payout, AtTheBank.SENT, at)
    page = home.gets("/loans/", at=at)
    assert "Sent by the bank" in page
    assert "ends in 1234" in page
    with clock.stopped_at(at):
        shown = text(second.get("/console/finance/payouts/?state=sent"))
        assert "… 1234" in shown
        assert b"sent" in b"".join(second.get("/console/finance/payouts/all.csv"))
    assert home.gets(asks, at=at), "what was asked can be read again"


def test_a_refusal_is_told_with_its_reason(home: AtHome) -> None:
    home.asks()
    request = LoanRequest.objects.get()
    with clock.stopped_at(day(9, 6)):
        office = desk(NOW, Role.FINANCE)
        path = f"/console/finance/loans/{request.id}/"
        said = {"once": key_in(office.get(path)), "decision": "refuse", "reason": "too_much_debt"}
        assert office.post(f"{path}decide/", said)["Location"] == path
    page = home.gets("/loans/", at=day(9, 6))
    assert "There are too many other debts." in page
    assert "a person looks at it again" in page


def test_the_customer_takes_a_request_back(home: AtHome) -> None:
    home.asks()
    request = LoanRequest.objects.get()
    home.posts(f"/loans/{request.id}/withdraw/", {})
    assert "Taken back" in home.gets("/loans/")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("50", "The smallest amount is"),
        ("20001", "more than the limit allows"),
        ("x", "amount"),
        ("", "amount"),
    ],
)
def test_an_amount_that_is_not_lent_is_said_at_its_field(home: AtHome, amount: str, said: str) -> None:
    assert said in text(home.posts("/loans/", {"amount": amount}, status=200))


def test_without_a_bank_account_nobody_can_ask() -> None:
    home = AtHome(a_borrower(with_bank=False))
    assert "to which bank account the money should go" in home.gets("/loans/")
    other = AtHome(a_borrower())
    assert other.gets(f"/loans/?account={home.borrower.line.account_id}", status=404)


def test_a_loan_that_came_back_is_told(home: AtHome) -> None:
    home = AtHome(a_borrower(alone_minor=20_000_00))
    home.asks()
    builders.told_by_the_bank(Payout.objects.get(), AtTheBank.RETURNED, day(9, 7), reason="name_differs")
    page = home.gets("/loans/", at=day(9, 7))
    assert "Your bank gave the money back" in page
    with clock.stopped_at(day(9, 7)):
        shown = text(desk(NOW, Role.FINANCE).get("/console/finance/payouts/"))
    assert "The name is another one." in shown


# --- where it goes --------------------------------------------------------------------------------------


def test_a_bank_account_is_entered_by_one_person_and_verified_by_another() -> None:
    customer = builders.a_customer(NOW)
    path = f"/console/customers/{customer.id}/bank-account/"
    first, second = desk(NOW), desk(NOW, Role.FINANCE)
    with clock.stopped_at(NOW):
        opened = first.get(path)
        assert "No bank account is known." in text(opened)
        said = {
            "bank": "清河银行",
            "number": "6222 0200 1111 9876",
            "holder": "李秀英",
            "once": key_in(opened),
        }
        assert first.post(path, said | {"number": "12"}).status_code == 422
        for _ in range(2):
            assert first.post(path, said)["Location"] == path
        mine = text(first.get(path))
        assert "Ends in 9876" in mine
        assert "6222020011119876" not in mine
        assert "6222020011119876" in text(second.get(path)), "who verifies it must compare it"
        second.post(f"{path}verify/", {"how": "document"})
        after = text(second.get(path))
    assert "Verified" in after
    assert "6222020011119876" not in after
    assert BankAccount.objects.get().verified_how == "document"


def test_only_staff_who_may_enters_a_bank_account() -> None:
    customer = builders.a_customer(NOW)
    path = f"/console/customers/{customer.id}/bank-account/"
    with clock.stopped_at(NOW):
        assert desk(NOW, Role.COMPLIANCE).get(path).status_code == 403
        for listed in ("loans", "payouts"):
            assert desk(NOW, Role.FINANCE).get(f"/console/finance/{listed}/").status_code == 200
