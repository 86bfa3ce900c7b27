"""The night among others, with real commits: nights that share the work, payments, and a server that is killed."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.nightly import Night, Turn, run_night, turn_accounts
from koumen.credit.models import CreditAccount, Statement
from koumen.credit.queries.night import versions_lent_by
from koumen.credit.rules.night import terms_of_turn
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.ledger.commands import account_for
from koumen.ledger.models import Account, Entry
from koumen.ledger.rules.chart import AccountKind
from tests.credit.stories import Line
from tests.credit.test_night import a_debtor, night_of

pytestmark = pytest.mark.usefixtures("committed")

NOVEMBER, JUDGED, DECEMBER = date(2026, 11, 1), date(2026, 11, 14), date(2026, 12, 1)


def a_night(day: date, **more: Any) -> Night:
    """The night of a day, from a connection of its own."""
    try:
        with clock.stopped_at(night_of(day)):
            return run_night(until=day, actor=SYSTEM, **more)
    finally:
        connection.close()


@contextmanager
def held(lock: str, *values: Any) -> Iterator[Event]:
    """Another connection holds rows until the event is set, or the block ends."""
    taken, release = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(lock, values)
                taken.set()
                release.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        taken.wait(30)
        try:
            yield release
        finally:
            release.set()
            holding.result()


def who_waits(how_many: int) -> list[int]:
    """The servers that wait for a row, once there are so many."""
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(
                "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            waiting = [pid for (pid,) in cursor.fetchall()]
            if len(waiting) >= how_many:
                return waiting
            sleep(0.05)
    raise AssertionError("nobody waits")


def the_turn(on: date) -> Turn:
    """All that is lent here, on a day."""
    return Turn(
        on=on,
        currency="CNY",
        products=[terms_of_turn(one.product_id, "CNY", one.parameters, on) for one in versions_lent_by()],
    )


def test_nights_at_once_share_the_work_and_each_account_is_billed_once() -> None:
    lines = [a_debtor() for _ in range(9)]
    with ThreadPoolExecutor(2) as pool:
        nights = [pool.submit(a_night, DECEMBER, most=2, workers=2) for _ in range(2)]
        done = [night.result() for night in nights]
    assert sum(night.accounts for night in done) == 3 * len(lines)
    assert sum(night.bills for night in done) == 2 * len(lines)
    assert Statement.objects.count() == 2 * len(lines)
    assert check_books().is_right


def test_an_account_that_somebody_holds_comes_last_and_is_waited_for() -> None:
    first, *others = sorted(a_debtor().account_id for _ in range(4))
    order: list[int] = []
    with held("select 1 from credit_creditaccount where id = %s for no key update", first) as release:

        def tell(night: Night) -> None:
            order.append(night.accounts)
            if night.accounts == len(others):
                assert not Statement.objects.filter(account_id=first).exists()
                release.set()

        a_night(NOVEMBER, most=2, on_chunk=tell)
    assert order == [2, 3, 4]
    assert Statement.objects.count() == 4


def test_a_server_killed_in_the_middle_of_a_chunk_leaves_nothing_and_the_next_night_does_it_once() -> None:
    lines = [a_debtor() for _ in range(3)]
    a_night(JUDGED)
    income = account_for(kind=AccountKind.INTEREST_INCOME, currency="CNY")
    before = (
        Entry.objects.count(),
        Account.objects.count(),
        set(CreditAccount.objects.values_list("version")),
    )
    with (
        ThreadPoolExecutor(1) as pool,
        held("select 1 from ledger_account where id = %s for no key update", income.id),
    ):
        night = pool.submit(a_night, DECEMBER)
        (server,) = who_waits(1)
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s)", [server])
        with pytest.raises(OperationalError):
            night.result()
    after = (
        Entry.objects.count(),
        Account.objects.count(),
        set(CreditAccount.objects.values_list("version")),
    )
    assert after == before
    assert not Statement.objects.filter(issued_date=DECEMBER).exists()
    assert a_night(DECEMBER).bills == len(lines)
    assert {bill.interest_minor > 0 for bill in Statement.objects.filter(issued_date=DECEMBER)} == {True}
    assert check_books().is_right


def test_an_account_that_makes_up_for_its_own_nights_and_the_night_never_wait_in_a_circle() -> None:
    """One posts a late charge and then interest, the other interest and late charges: both lock in one order."""
    own = a_debtor(late_mode="pct_of_unpaid_min")
    a_night(NOVEMBER)
    others = [a_debtor() for _ in range(2)]
    for line in others:
        commands.bring_forward(account_id=line.account_id, actor=SYSTEM, at=night_of(JUDGED))
    account_for(kind=AccountKind.INTEREST_INCOME, currency="CNY")
    last = account_for(kind=AccountKind.LATE_INCOME, currency="CNY")

    def alone() -> object:
        try:
            return commands.bring_forward(account_id=own.account_id, actor=SYSTEM, at=night_of(DECEMBER))
        finally:
            connection.close()

    def together() -> object:
        try:
            return turn_accounts(turn=the_turn(DECEMBER), actor=SYSTEM, at=night_of(DECEMBER))
        finally:
            connection.close()

    running: list[Future[object]] = []
    with (
        ThreadPoolExecutor(2) as pool,
        held("select 1 from ledger_account where id = %s for no key update", last.id) as release,
    ):
        running.append(pool.submit(alone))
        who_waits(1)
        running.append(pool.submit(together))
        who_waits(2)
        release.set()
        for one in running:
            one.result()
    assert Statement.objects.filter(issued_date=DECEMBER).count() == 3
    assert check_books().is_right


def test_people_pay_while_the_night_is_kept() -> None:
    lines = [a_debtor() for _ in range(6)]
    a_night(JUDGED)

    def pays(line: Line) -> None:
        try:
            for minutes in range(5):
                line.pays(10_00, night_of(DECEMBER) + timedelta(minutes=minutes))
        finally:
            connection.close()

    with ThreadPoolExecutor(7) as pool:
        running = [pool.submit(pays, line) for line in lines]
        night = pool.submit(a_night, DECEMBER, most=2, workers=2)
        for one in running:
            one.result()
        night.result()
    assert Statement.objects.filter(issued_date=DECEMBER).count() == 6
    assert {bill.payments_minor for bill in Statement.objects.filter(issued_date=DECEMBER)} == {0}
    assert check_books().is_right


def test_an_account_is_not_counted_twice_when_it_was_brought_forward_meanwhile(at: datetime) -> None:
    """The night waits for an account that pays; when it gets it, its turn has been made."""
    line = a_debtor()
    a_night(JUDGED)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        hold_account(SYSTEM, line.account_id)
        night = pool.submit(a_night, DECEMBER)
        who_waits(1)
        commands.bring_forward(account_id=line.account_id, actor=SYSTEM, at=night_of(DECEMBER))
    assert night.result().accounts == 0
    assert Statement.objects.filter(issued_date=DECEMBER).count() == 1
    assert check_books().is_right
