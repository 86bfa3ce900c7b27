"""Many connections at once on accounts that share the books of the branch."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from koumen.credit.books import check_books
from koumen.credit.commands.mending import reverse_activity
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM
from koumen.ledger.commands import account_for
from koumen.ledger.models import Account
from koumen.ledger.rules.chart import AccountKind
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.usefixtures("committed")

ZONE = ZoneInfo("Asia/Shanghai")
ROUNDS = 6


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 12, tzinfo=ZONE)


def carried() -> Line:
    """A line that carries 4,500.00 over at interest."""
    line = a_line(day(9, 1), parameters=Parameters(), opened=date(2026, 9, 1))
    line.buys(5_000_00, day(9, 15))
    line.pays(500_00, day(10, 9))
    line.owed(day(10, 20))
    return line


def test_payments_that_post_interest_and_reversals_that_take_it_back_never_wait_in_a_circle() -> None:
    bank = account_for(kind=AccountKind.BANK, currency="CNY").id
    lines = [carried() for _ in range(4)]
    for line in lines:
        line.pays(1_00, day(10, 20), into=bank)
    barrier, faults = Barrier(len(lines)), list[BaseException]()

    def pay_and_take_back(line: Line) -> None:
        try:
            barrier.wait()
            for number in range(ROUNDS):
                at = day(10, 21) + timedelta(hours=number)
                paid = line.pays(6_000_00, at, into=bank)  # posts the interest that runs, then the money
                reverse_activity(activity_id=paid.payment_id, reason="wrong_amount", actor=SYSTEM, at=at)
        except BaseException as fault:  # noqa: BLE001  (shown by the test)
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [Thread(target=pay_and_take_back, args=[line]) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [str(fault) for fault in faults] == []
    assert check_books().is_right
    assert Account.objects.get(id=bank).debit_minor == len(lines) * (1_00 + ROUNDS * 6_000_00)
