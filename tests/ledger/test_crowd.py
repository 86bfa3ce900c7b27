"""Many connections at once on the same entry and the same accounts."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connections

from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Refusal
from koumen.ledger.commands import reverse_entry
from koumen.ledger.export import BooksExport, Format, export_books
from koumen.ledger.models import Account, Movement
from koumen.ledger.queries import check_books
from koumen.ledger.rules.beancount import account_name
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.posting import Line
from tests.ledger.test_export import NAME, OWNER, balances_in, ours
from tests.ledger.test_export import post as buy
from tests.ledger.test_posting import bank, merchant, post

pytestmark = pytest.mark.usefixtures("committed")


def test_of_many_reversals_at_once_one_counts(at: datetime) -> None:
    entry = post([Line(bank(), merchant(), 250)], at)
    outcomes = at_once(8, lambda: reverse_entry(entry_id=entry.entry_id, actor=SYSTEM, at=at))
    assert sorted(outcomes) == ["done", *["entry-already-reversed"] * 7]
    assert Movement.objects.count() == 2
    assert check_books().is_right


def test_postings_in_both_directions_at_once_neither_wait_for_ever_nor_lose_anything(at: datetime) -> None:
    one, other = bank(), merchant()
    turns = iter([Line(one, other, 10), Line(other, one, 3)] * 8)
    outcomes = at_once(16, lambda: post([next(turns)], at))
    assert outcomes == ["done"] * 16
    assert Account.objects.get(id=one).debit_minor == 80
    assert check_books().is_right


def test_what_is_posted_while_a_file_is_written_is_in_none_of_its_figures(at: datetime) -> None:
    buy(OWNER, "CNY", 900, at, at)
    pieces: list[str] = []

    def write(piece: str) -> None:
        if not pieces:
            assert at_once(1, lambda: buy(OWNER, "CNY", 300, at, at)) == ["done"]
        pieces.append(piece)

    assert export_books(wanted=BooksExport(form=Format.BEANCOUNT), write=write, actor=SYSTEM) == 2
    assert balances_in("".join(pieces))[NAME, "CNY"] == Decimal("6.00")
    assert ours()[account_name(AccountKind.PRINCIPAL), "CNY"] == Decimal("8.00")


def at_once(how_many: int, act: Callable[[], object]) -> list[str]:
    """What becomes of the same act on so many connections at the same moment."""
    barrier, outcomes = Barrier(how_many), list[str]()

    def run() -> None:
        barrier.wait()
        try:
            act()
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(how_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
