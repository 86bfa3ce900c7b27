"""A loan from the first question to its payout, and the same at the console."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from koumen.credit import commands
from koumen.credit.models import LoanRequest, Payout
from koumen.credit.rules.payout import AtTheBank
from koumen.kit.actor import Role
from koumen.kit.ids import new_id
from tests import builders
from tests.credit.test_lending import a_borrower
from tests.pages.sight import Sight
from tests.sites import doors


def lending_sights(at: datetime) -> Iterator[Sight]:
    """Everything about one loan; the clock stands still."""
    borrower = a_borrower()
    customer = borrower.account.customer
    home = doors.as_customer(customer.person_id)
    office = doors.as_staff(builders.a_person(at, role=Role.FINANCE))
    yield Sight("customer-loan-1-amount", home, "/loans/")
    yield Sight("customer-loan-2-months", home, "/loans/months/?amount=1200000")
    sheet_id = borrower.reads(12_000_00, at - timedelta(minutes=1))
    yield Sight("customer-loan-3-ask", home, f"/loans/{sheet_id}/")
    request = commands.ask_loan(sheet_id=sheet_id, key=new_id(), actor=borrower.actor, at=at)
    yield Sight("customer-loan-4-asked", home, "/loans/")
    yield Sight("console-loans", office, "/console/finance/loans/")
    yield Sight("console-loan", office, f"/console/finance/loans/{request.id}/")
    for _ in range(2):
        commands.agree_loan(request_id=request.id, key=new_id(), actor=builders.staff(Role.FINANCE), at=at)
    builders.told_by_the_bank(Payout.objects.get(account=request.account), AtTheBank.SENT, at)
    assert LoanRequest.objects.get(id=request.id).plan_id
    yield Sight("customer-loan-5-paid-out", home, "/loans/")
    yield Sight("console-payouts", office, "/console/finance/payouts/")
    yield Sight("console-bank-account", office, f"/console/customers/{customer.id}/bank-account/")
