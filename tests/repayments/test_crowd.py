"""Files of repayments beside each other, beside payments at the counter, and after an interruption."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections

from koumen.credit.books import check_books
from koumen.credit.importer import payable
from koumen.credit.importer.repayments import Posted, RepaymentFile, import_repayments
from koumen.credit.models import CreditAccount, Repayment
from koumen.embedded import supervisor
from koumen.kit.actor import SYSTEM
from koumen.ledger.rules.chart import AccountKind
from tests.credit.stories import Line, a_line
from tests.repayments.files import Paid, post, written

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of four lines instead of thousands."""
    monkeypatch.setattr(payable, "PART", 4)


@pytest.fixture
def lines(at: datetime) -> list[Line]:
    """Six lines that owe 500.00 each, in the order of their ids, which is that of a file's parts."""
    made = [a_line(at - timedelta(days=60)) for _ in range(6)]
    for line in made:
        line.buys(500_00, at - timedelta(days=40))
        line.is_billed(date(2026, 11, 1), at - timedelta(days=5))
    return sorted(made, key=lambda line: line.account_id)


def two_on_each(lines: list[Line], at: datetime, name: str = "R") -> list[Paid]:
    numbers = dict(CreditAccount.objects.values_list("id", "number"))
    return [
        Paid(numbers[line.account_id], 10_00, at - timedelta(hours=hour), f"{name}{place}-{hour}")
        for place, line in enumerate(lines)
        for hour in (1, 2)
    ]


@pytest.mark.usefixtures("small_parts")
def test_after_an_interruption_the_same_file_posts_what_is_missing(
    tmp_path: Path, lines: list[Line], at: datetime
) -> None:
    file = written(tmp_path, two_on_each(lines, at))

    def break_off(done: int, of: int) -> None:
        if done == 8:
            kill_this_session()

    with pytest.raises(DatabaseError):
        post(file, at, on_progress=break_off)
    connection.close()
    assert Repayment.objects.count() == 8
    assert check_books().is_right
    again = post(file, at)
    assert (again.known, again.at_once + again.one_by_one) == (8, 4)
    assert [line.owed(at).all_minor for line in lines] == [480_00] * 6
    assert check_books().is_right


def kill_this_session() -> None:
    """End the server's process behind this connection, as a crash would."""
    pid = connection.connection.info.backend_pid
    with psycopg.connect(supervisor.conninfo(settings.KOUMEN_DATA, "postgres"), autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.usefixtures("small_parts")
def test_two_imports_at_the_same_time_post_each_line_once(
    tmp_path: Path, lines: list[Line], at: datetime
) -> None:
    rows = two_on_each(lines, at)
    files = [written(tmp_path, rows[:9], name="one.csv"), written(tmp_path, rows[3:], name="other.csv")]
    posted: list[Posted] = []
    at_once([lambda file=file: posted.append(post(file, at)) for file in files])  # type: ignore[misc]
    assert sum(one.at_once + one.one_by_one for one in posted) == 12
    assert sum(one.known for one in posted) == 6
    assert [line.owed(at).all_minor for line in lines] == [480_00] * 6
    assert check_books().is_right


@pytest.mark.usefixtures("small_parts")
def test_three_sessions_post_a_file_as_one_does(tmp_path: Path, lines: list[Line], at: datetime) -> None:
    told: list[tuple[int, int]] = []
    file = RepaymentFile(file=written(tmp_path, two_on_each(lines, at)), into=AccountKind.BANK)
    posted = import_repayments(
        repayments=file,
        sessions=3,
        on_progress=lambda done, of: told.append((done, of)),
        actor=SYSTEM,
        at=at,
    )
    assert posted.at_once + posted.one_by_one == 12
    assert told == sorted(told)
    assert told[-1] == (12, 12)
    assert [line.owed(at).all_minor for line in lines] == [480_00] * 6
    assert check_books().is_right


@pytest.mark.usefixtures("small_parts")
def test_customers_pay_while_a_file_is_posted(tmp_path: Path, lines: list[Line], at: datetime) -> None:
    file = written(tmp_path, two_on_each(lines, at))

    def pay() -> None:
        for line in reversed(lines):
            line.pays(5_00, at)

    at_once([lambda: post(file, at), pay])
    assert [line.owed(at).all_minor for line in lines] == [475_00] * 6
    assert Repayment.objects.count() == 18
    assert check_books().is_right


@pytest.mark.usefixtures("small_parts")
def test_a_payment_between_two_parts_counts_with_the_file(
    tmp_path: Path, lines: list[Line], at: datetime
) -> None:
    file = written(tmp_path, two_on_each(lines, at))

    def pay_last(done: int, of: int) -> None:
        if done == 4:
            lines[-1].pays(490_00, at)

    posted = post(file, at, on_progress=pay_last)
    assert posted.at_once + posted.one_by_one == 12
    assert posted.one_by_one >= 2, "the payment is newer than the two lines of its account"
    owed = lines[-1].owed(at)
    assert (owed.all_minor, owed.credit_balance_minor) == (0, 10_00)
    assert check_books().is_right


def at_once(acts: list[Callable[[], object]]) -> None:
    """Several acts on connections of their own; all of them end well."""
    faults: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as fault:  # noqa: BLE001  (told below)
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
