"""Days of the books that are closed: what counts where, what is refused, and what happens at the same moment."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from threading import Thread
from time import sleep

import pytest
from django.db import connection, connections, transaction
from django.db.utils import Error

from koumen.audit.models import Fact
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Refusal
from koumen.kit.ids import new_id
from koumen.ledger.commands import close_books, post_entry, reverse_entry
from koumen.ledger.models import Account, BookPeriod, Entry
from koumen.ledger.queries import check_books, closed_periods, first_open_date
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.ledger.staging import open_staging, post_many
from tests import builders
from tests.ledger.test_crowd import at_once
from tests.ledger.test_posting import bank, merchant, post

TODAY = date(2026, 11, 24)  # the day of the fixture ``at``
YESTERDAY = date(2026, 11, 23)


def posted(effective_at: datetime, at: datetime, amount: int = 100) -> Entry:
    entry = post_entry(
        kind=EntryKind.CORRECTION,
        lines=[Line(bank(), merchant(), amount)],
        source_id=new_id(),
        effective_at=effective_at,
        actor=SYSTEM,
        at=at,
    )
    return Entry.objects.get(id=entry.id)


@pytest.mark.django_db
class TestCounting:
    """On which day an entry counts."""

    def test_an_entry_counts_on_the_day_it_is_effective_where_the_branch_stands(self, at: datetime) -> None:
        late_in_the_evening = datetime.fromisoformat("2026-11-22T16:30:00+00:00")  # half past midnight there
        assert posted(late_in_the_evening, at).booked_date == date(2026, 11, 23)
        assert posted(at - timedelta(days=40), at).booked_date == date(2026, 10, 15)

    def test_what_belongs_to_a_closed_day_counts_on_the_first_open_one(self, at: datetime) -> None:
        before = posted(at - timedelta(days=2), at)
        close_books(through=YESTERDAY, actor=SYSTEM, at=at)
        late = posted(at - timedelta(days=2), at)
        assert (before.booked_date, late.booked_date) == (date(2026, 11, 22), TODAY)
        assert late.effective_at == at - timedelta(days=2), "the economic moment stays what it was"
        assert check_books().is_right

    def test_many_at_once_count_as_one_by_one(self, at: datetime) -> None:
        posted(at - timedelta(days=9), at)
        close_books(through=date(2026, 11, 20), actor=SYSTEM, at=at)
        debit, credit = bank(), merchant()
        ids = [new_id() for _ in range(4)]
        with transaction.atomic():
            open_staging()
            post_many(
                entries=[
                    (key, "correction", new_id(), at - timedelta(days=2 * n)) for n, key in enumerate(ids)
                ],
                movements=[(key, debit, credit, 5) for key in ids],
                at=at,
            )
        days = dict(Entry.objects.filter(entry_id__in=ids).values_list("entry_id", "booked_date"))
        assert [days[key].day for key in ids] == [24, 22, 21, 21]
        assert check_books().is_right

    def test_a_closed_entry_is_corrected_in_the_open_days(self, at: datetime) -> None:
        entry = posted(at - timedelta(days=5), at)
        close_books(through=YESTERDAY, actor=SYSTEM, at=at)
        undone = reverse_entry(entry_id=entry.entry_id, actor=SYSTEM, at=at)
        assert Entry.objects.get(id=undone.id).booked_date == TODAY
        assert Entry.objects.get(id=entry.id).booked_date == date(2026, 11, 19)


@pytest.mark.django_db
class TestClosing:
    """What closing does and refuses."""

    def test_the_first_period_begins_with_the_first_entry_and_the_next_where_it_ends(
        self, at: datetime
    ) -> None:
        posted(at - timedelta(days=30), at)
        finance = builders.staff(Role.FINANCE)
        first = close_books(through=date(2026, 10, 31), actor=finance, at=at)
        second = close_books(through=YESTERDAY, actor=finance, at=at)
        assert (first.from_date, first.to_date) == (date(2026, 10, 25), date(2026, 11, 1))
        assert (second.from_date, second.to_date) == (date(2026, 11, 1), TODAY)
        assert closed_periods(actor=finance) == [second, first]
        assert first_open_date(actor=finance) == TODAY
        assert second.closed_by == finance.key
        fact = Fact.objects.get(kind="BooksClosed", subject_id=second.id)
        assert fact.body == '{"from_date":"2026-11-01","to_date":"2026-11-24"}'

    def test_books_without_entries_can_be_closed_too(self, at: datetime) -> None:
        period = close_books(through=YESTERDAY, actor=SYSTEM, at=at)
        assert (period.from_date, period.to_date) == (YESTERDAY, TODAY)

    @pytest.mark.parametrize(
        ("through", "refusal", "code"),
        [
            (TODAY, Invalid, "books-day-not-over"),
            (TODAY + timedelta(days=1), Invalid, "books-day-not-over"),
            (YESTERDAY, Conflict, "books-closed-already"),
            (date(2020, 1, 1), Conflict, "books-closed-already"),
        ],
    )
    def test_a_day_that_is_not_over_or_that_is_closed_is_refused(
        self, at: datetime, through: date, refusal: type[Refusal], code: str
    ) -> None:
        close_books(through=YESTERDAY, actor=SYSTEM, at=at)
        with pytest.raises(refusal) as refused:
            close_books(through=through, actor=SYSTEM, at=at)
        assert refused.value.code == code
        assert BookPeriod.objects.count() == 1

    def test_books_that_are_not_right_stay_open_and_the_promise_is_named(self, at: datetime) -> None:
        posted(at - timedelta(days=1), at)
        Account.objects.filter(kind="bank").update(debit_minor=101)
        with pytest.raises(Conflict) as refused:
            close_books(through=YESTERDAY, actor=SYSTEM, at=at)
        assert refused.value.code == "books-not-right"
        assert "balances-equal-movements" in str(refused.value.params["promises"])
        assert not BookPeriod.objects.exists()
        assert not Fact.objects.filter(kind="BooksClosed").exists()

    @pytest.mark.parametrize(
        "actor",
        [
            Actor(Role.AGENT, new_id(), agent_id=new_id()),
            builders.staff(Role.DISPATCHER),
            builders.staff(Role.COMPLIANCE),
        ],
        ids=lambda actor: str(actor.role),
    )
    def test_only_finance_closes(self, at: datetime, actor: Actor) -> None:
        with pytest.raises(Denied):
            close_books(through=YESTERDAY, actor=actor, at=at)
        assert not BookPeriod.objects.exists()


@pytest.mark.django_db
class TestGuards:
    """What the database refuses even us."""

    @pytest.mark.parametrize(
        "change",
        [
            "update ledger_bookperiod set to_date = to_date - 1",
            "delete from ledger_bookperiod",
            "truncate ledger_bookperiod",
            "insert into ledger_bookperiod values (gen_random_uuid(), '2026-11-23', '2026-11-24', 0, now(), 'us')",
        ],
    )
    def test_no_period_is_reopened_or_written_past_the_function(self, at: datetime, change: str) -> None:
        posted(at - timedelta(days=5), at)
        close_books(through=date(2026, 11, 22), actor=SYSTEM, at=at)
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
        assert BookPeriod.objects.get().to_date == YESTERDAY

    def test_no_entry_is_put_on_a_closed_day_past_the_function(self, at: datetime) -> None:
        close_books(through=YESTERDAY, actor=SYSTEM, at=at)
        with pytest.raises(Error, match="closed"), transaction.atomic():
            Entry.objects.create(
                kind="correction", source_id=new_id(), effective_at=at, recorded_at=at, booked_date=YESTERDAY
            )

    def test_a_future_day_is_not_closed_past_the_command(self, at: datetime) -> None:
        with pytest.raises(Error, match="not over"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select close_books(%s, %s, %s, 'us')", [new_id(), TODAY, at])


@pytest.mark.usefixtures("committed")
class TestAtOnce:
    """Posting and closing at the same moment."""

    def test_of_many_closes_at_once_one_counts(self, at: datetime) -> None:
        outcomes = at_once(6, lambda: close_books(through=YESTERDAY, actor=SYSTEM, at=at))
        assert sorted(outcomes) == [*["books-closed-already"] * 5, "done"]
        assert BookPeriod.objects.count() == 1

    def test_an_entry_that_comes_while_the_books_close_waits_and_counts_on_the_first_open_day(
        self, at: datetime
    ) -> None:
        debit, credit = bank(), merchant()  # opened before, so that only the entry waits
        with ExitStack() as threads, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select close_books(%s, %s, %s, 'us')", [new_id(), YESTERDAY, at])
            threads.enter_context(beside(lambda: post([Line(debit, credit, 9)], at - timedelta(days=1))))
            wait_until_somebody_waits()
        assert Entry.objects.get().booked_date == TODAY
        assert check_books().is_right

    def test_a_close_waits_for_an_entry_that_was_there_before_it(self, at: datetime) -> None:
        debit, credit = bank(), merchant()
        with ExitStack() as threads, transaction.atomic():
            post([Line(debit, credit, 9)], at - timedelta(days=1))
            threads.enter_context(beside(lambda: close_books(through=YESTERDAY, actor=SYSTEM, at=at)))
            wait_until_somebody_waits()
        entry = Entry.objects.get()
        assert entry.booked_date == YESTERDAY
        assert BookPeriod.objects.get().through_entry_id == entry.id
        assert check_books().is_right

    def test_a_close_gives_up_behind_a_posting_that_takes_long(self, at: datetime) -> None:
        debit, credit = bank(), merchant()
        with transaction.atomic():
            post([Line(debit, credit, 9)], at - timedelta(days=1))
            assert at_once(1, lambda: close_books(through=YESTERDAY, actor=SYSTEM, at=at)) == ["books-busy"]
        assert not BookPeriod.objects.exists()

    def test_whatever_the_order_of_posting_and_closing_no_closed_day_gets_an_entry(
        self, at: datetime
    ) -> None:
        debit, credit = bank(), merchant()
        days = iter(range(30, 0, -1))

        def act() -> None:
            ago = next(days)
            if ago % 5:
                post([Line(debit, credit, ago)], at - timedelta(days=ago))
            else:
                close_books(through=TODAY - timedelta(days=ago), actor=SYSTEM, at=at)

        outcomes = at_once(30, act)
        assert set(outcomes) <= {"done", "books-closed-already", "books-busy"}
        assert Entry.objects.count() == 24
        assert check_books().is_right


@contextmanager
def beside(act: Callable[[], object]) -> Iterator[None]:
    """Something on another connection, while the body runs here; it has ended when the body is left."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(30)
    assert not thread.is_alive()


def wait_until_somebody_waits() -> None:
    """Until another connection waits for a lock of ours."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.01)
    raise AssertionError("nobody waits")
