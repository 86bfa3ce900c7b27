"""Parts of the books: what stood there, what moved, whose it is, and each entry with all that belongs to it."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for, post_entry, reverse_entry
from koumen.ledger.queries import trial_balance
from koumen.ledger.reports import Book, book_lines, book_page, entry_record, owners_in
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from tests import builders

pytestmark = pytest.mark.django_db

ONE, OTHER = new_id(), new_id()
CASH = Book(kind=AccountKind.AGENT_CASH, currency="CNY")


def cash(agent: UUID) -> int:
    return account_for(kind=AccountKind.AGENT_CASH, owner_id=agent, currency="CNY").id


@pytest.fixture
def entries(at: datetime) -> list[UUID]:
    """Five days of cash: two agents take money, one hands some to the other, who brings it to the safe."""
    bank = account_for(kind=AccountKind.BANK, currency="CNY").id
    safe = account_for(kind=AccountKind.SAFE, currency="CNY").id
    account_for(kind=AccountKind.AGENT_CASH, owner_id=ONE, currency="TWD")
    moves = (
        (5, Line(cash(ONE), bank, 100)),
        (4, Line(cash(OTHER), bank, 50)),
        (3, Line(cash(OTHER), cash(ONE), 30)),
        (2, Line(safe, cash(OTHER), 80)),
        (1, Line(cash(ONE), bank, 7)),
    )
    return [
        post_entry(
            kind=EntryKind.HAND_IN,
            lines=[line],
            source_id=new_id(),
            effective_at=at - timedelta(days=ago),
            actor=SYSTEM,
            at=at,
        ).entry_id
        for ago, line in moves
    ]


def day(number: int) -> date:
    return date(2026, 11, number)  # the entries lie on the 19th to the 23rd


@pytest.mark.parametrize(
    ("book", "opening", "moved", "closing"),
    [
        (CASH, 0, (187, 110), 77),
        (Book(kind=AccountKind.AGENT_CASH, currency="CNY", owner_id=ONE), 0, (107, 30), 77),
        (
            Book(kind=AccountKind.AGENT_CASH, currency="CNY", owner_id=ONE, from_date=day(20)),
            100,
            (7, 30),
            77,
        ),
        (
            Book(
                kind=AccountKind.AGENT_CASH,
                currency="CNY",
                owner_id=OTHER,
                from_date=day(21),
                through=day(21),
            ),
            *(50, (30, 0), 80),
        ),
        (Book(kind=AccountKind.AGENT_CASH, currency="CNY", through=day(20)), 0, (150, 0), 150),
        (Book(kind=AccountKind.BANK, currency="CNY", through=day(22)), 0, (0, 150), -150),
        (Book(kind=AccountKind.WALLET, currency="CNY"), 0, (0, 0), 0),
        (Book(kind=AccountKind.AGENT_CASH, currency="CNY", from_date=day(24)), 77, (0, 0), 77),
    ],
)
def test_a_book_opens_with_what_stood_before_its_days_and_closes_with_what_moved(
    entries: list[UUID], book: Book, opening: int, moved: tuple[int, int], closing: int
) -> None:
    totals = book_page(actor=SYSTEM, book=book).totals
    assert (totals.opening_minor, (totals.debit_minor, totals.credit_minor)) == (opening, moved)
    assert totals.closing_minor == closing


def test_each_line_says_what_stood_there_after_it_also_on_later_pages(entries: list[UUID]) -> None:
    first = book_page(actor=SYSTEM, book=CASH, limit=2)
    second = book_page(actor=SYSTEM, book=CASH, before=first.older, limit=2)
    third = book_page(actor=SYSTEM, book=CASH, before=second.older, limit=2)
    assert (first.balances, second.balances, third.balances) == ([77, 70], [150, 150], [100])
    assert third.older is None
    lines = [*first.lines, *second.lines, *third.lines]
    assert [line.entry_id for line in lines] == entries[::-1]
    assert lines == list(book_lines(actor=SYSTEM, book=CASH))
    handed_over = lines[2]
    assert (handed_over.debit_minor, handed_over.credit_minor) == (30, 30), "inside the book, on both sides"


def test_the_other_side_of_a_line_is_named_with_its_owner(entries: list[UUID]) -> None:
    book = Book(kind=AccountKind.AGENT_CASH, currency="CNY", owner_id=OTHER)
    lines = book_page(actor=SYSTEM, book=book).lines
    assert [(line.other, line.other_owner_id, line.debit_minor, line.credit_minor) for line in lines] == [
        (AccountKind.SAFE, None, 0, 80),
        (AccountKind.AGENT_CASH, ONE, 30, 0),
        (AccountKind.BANK, None, 50, 0),
    ]


def test_a_trial_balance_of_an_earlier_day_is_what_it_was_then(entries: list[UUID]) -> None:
    then = {line.kind.value: line.balance_minor for line in trial_balance(actor=SYSTEM, through=day(21))}
    assert then == {"agent_cash": 150, "bank": -150}
    assert trial_balance(actor=SYSTEM, through=day(18)) == []
    assert trial_balance(actor=SYSTEM, through=day(30)) == trial_balance(actor=SYSTEM)


def test_owners_are_listed_with_what_stood_on_their_account_that_day(entries: list[UUID]) -> None:
    now, older = owners_in(actor=SYSTEM, book=CASH)
    assert {line.owner_id: line.balance_minor for line in now} == {ONE: 77, OTHER: 0}
    assert older is None
    then, _ = owners_in(actor=SYSTEM, book=Book(kind=CASH.kind, currency="CNY", through=day(19)))
    assert [(line.owner_id, line.balance_minor) for line in then] == [(ONE, 100)]
    first, older = owners_in(actor=SYSTEM, book=CASH, limit=1)
    second, end = owners_in(actor=SYSTEM, book=CASH, before=older, limit=1)
    assert [line.owner_id for line in (*first, *second)] == [line.owner_id for line in now]
    assert end is None


def test_an_entry_leads_to_what_undid_it_and_back(entries: list[UUID], at: datetime) -> None:
    undone = reverse_entry(entry_id=entries[2], actor=SYSTEM, at=at).entry_id
    one, other = (entry_record(actor=SYSTEM, entry_id=key) for key in (entries[2], undone))
    assert (one.reverses_id, one.reversed_by_id) == (None, undone)
    assert (other.reverses_id, other.reversed_by_id) == (entries[2], None)
    assert [entry.entry_id for entry in one.same_source] == [undone]
    (moved,) = one.moved
    assert (moved.debit_owner_id, moved.credit_owner_id, moved.amount_minor) == (OTHER, ONE, 30)


def test_what_is_not_there_and_days_the_wrong_way_round_are_refused(entries: list[UUID]) -> None:
    with pytest.raises(Missing):
        entry_record(actor=SYSTEM, entry_id=new_id())
    with pytest.raises(Missing):
        book_page(actor=SYSTEM, book=Book(kind=CASH.kind, currency="CNY", owner_id=new_id()))
    with pytest.raises(Invalid):
        book_page(actor=SYSTEM, book=Book(kind=CASH.kind, currency="CNY", from_date=day(2), through=day(1)))


def test_an_agent_and_the_desk_read_no_books(entries: list[UUID]) -> None:
    for actor in (builders.staff(Role.DISPATCHER), Actor(Role.AGENT, new_id(), agent_id=ONE)):
        for ask in (
            lambda who: book_page(actor=who, book=CASH),
            lambda who: book_lines(actor=who, book=CASH),
            lambda who: owners_in(actor=who, book=CASH),
            lambda who: entry_record(actor=who, entry_id=entries[0]),
        ):
            with pytest.raises(Denied):
                ask(actor)


def test_a_page_asks_as_often_as_it_says(entries: list[UUID]) -> None:
    single = Book(kind=AccountKind.AGENT_CASH, currency="CNY", owner_id=ONE)
    for book, before, wanted in ((CASH, None, 3), (CASH, (day(22), 10**9), 4), (single, None, 4)):
        with CaptureQueriesContext(connection) as asked:
            book_page(actor=SYSTEM, book=book, before=before)
        assert len(asked) == wanted
