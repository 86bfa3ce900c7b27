"""Closing asks credit's side of the books as well."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from koumen.credit.books import close_books
from koumen.credit.commands import PurchaseRequest, record_purchase
from koumen.credit.models import Due
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied
from koumen.ledger.models import BookPeriod, Entry
from tests import builders
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def line() -> Line:
    """A coat bought in September and paid in October."""
    line = a_line(day(9, 1))
    line.buys(420_00, day(9, 5))
    line.is_billed(date(2026, 10, 1), day(10, 1))
    line.pays(420_00, day(10, 9))
    return line


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 12, tzinfo=ZONE)


def test_a_month_is_closed_and_a_purchase_that_is_told_late_counts_in_the_next(line: Line) -> None:
    period = close_books(through=date(2026, 9, 30), actor=builders.staff(Role.FINANCE), at=day(10, 10))
    assert (period.from_date, period.to_date) == (date(2026, 9, 5), date(2026, 10, 1))
    pan = record_purchase(
        purchase=PurchaseRequest(
            account_id=line.account_id,
            amount_minor=50_00,
            currency="CNY",
            description="pan",
            purchased_at=day(9, 28),
            posted_at=day(9, 28),
        ),
        actor=SYSTEM,
        at=day(10, 12),
    )
    entry = Entry.objects.get(source_id=pan.id)
    assert (entry.effective_at, entry.booked_date) == (day(9, 28), date(2026, 10, 1))


def test_a_debt_that_differs_from_the_books_keeps_them_open(line: Line) -> None:
    Due.objects.filter(account_id=line.account_id).update(principal_minor=1)
    with pytest.raises(Conflict) as refused:
        close_books(through=date(2026, 9, 30), actor=SYSTEM, at=day(10, 10))
    assert refused.value.params["promises"] == "dues-equal-receivables, positions-equal-activities"
    assert not BookPeriod.objects.exists()


def test_a_dispatcher_does_not_close(line: Line) -> None:
    with pytest.raises(Denied):
        close_books(through=date(2026, 9, 30), actor=builders.staff(Role.DISPATCHER), at=day(10, 10))
