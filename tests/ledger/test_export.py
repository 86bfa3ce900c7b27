"""The books as a file: what Beancount makes of it is what we say."""

import csv
import io
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest
from beancount import loader
from beancount.core import data, realization

from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Denied, Invalid
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.ledger.commands import account_for, post_entry, reverse_entry
from koumen.ledger.export import BooksExport, Format, export_books
from koumen.ledger.queries import trial_balance
from koumen.ledger.rules.beancount import NAMES, account_name
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from tests import builders

pytestmark = pytest.mark.django_db

OWNER = UUID("01a21587-3922-7697-a428-954dabbeac93")
NAME = "Assets:Receivable:Principal:01A21587-3922-7697-A428-954DABBEAC93"


@pytest.fixture
def books(at: datetime) -> datetime:
    """Some days of two customers in two currencies: bought, paid in cash, and one purchase undone."""
    for currency in ("CNY", "TWD"):
        for number, owner in enumerate((OWNER, new_id()), 1):
            for ago in (40, 20, 1):
                post(owner, currency, 1234 * number, at - timedelta(days=ago), at)
    wrong = post(OWNER, "CNY", 77, at - timedelta(days=20), at)
    reverse_entry(entry_id=wrong, actor=SYSTEM, at=at)
    return at


def post(owner: UUID, currency: str, amount: int, effective_at: datetime, at: datetime) -> UUID:
    """A purchase, of which a part is paid at once to an agent."""
    principal = account_for(kind=AccountKind.PRINCIPAL, owner_id=owner, currency=currency).id
    cash = account_for(kind=AccountKind.AGENT_CASH, owner_id=OWNER, currency=currency).id
    merchant = account_for(kind=AccountKind.MERCHANT, currency=currency).id
    entry = post_entry(
        kind=EntryKind.PURCHASE,
        lines=[Line(principal, merchant, amount), Line(cash, principal, amount // 3)],
        source_id=new_id(),
        effective_at=effective_at,
        actor=SYSTEM,
        at=at,
    )
    return entry.entry_id


def exported(form: Format, **wanted: object) -> str:
    """The whole file as text."""
    file = io.StringIO()
    export_books(
        wanted=BooksExport(form=form, **wanted),  # type: ignore[arg-type]
        write=file.write,
        actor=SYSTEM,
    )
    return file.getvalue()


def balances_in(text: str) -> dict[tuple[str, str], Decimal]:
    """What stands on each account when Beancount has read a file without a fault."""
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    found: dict[tuple[str, str], Decimal] = Counter()  # type: ignore[assignment]
    for account in realization.iter_children(realization.realize(entries)):  # type: ignore[no-untyped-call]
        for position in account.balance:
            found[account.account, position.units.currency] += position.units.number
    return {key: amount for key, amount in found.items() if amount}


def by_kind(balances: dict[tuple[str, str], Decimal]) -> dict[tuple[str, str], Decimal]:
    """Accounts of owners added up under the name of their kind."""
    found: dict[tuple[str, str], Decimal] = Counter()  # type: ignore[assignment]
    for (name, currency), amount in balances.items():
        found[next(kind for kind in NAMES.values() if name.startswith(kind)), currency] += amount
    return {key: amount for key, amount in found.items() if amount}


def ours(through: date | None = None) -> dict[tuple[str, str], Decimal]:
    """The trial balance under the names of the file."""
    lines = trial_balance(actor=SYSTEM, through=through)
    return {
        (account_name(line.kind), line.currency): Money(line.balance_minor, line.currency).decimal
        for line in lines
        if line.balance_minor
    }


def test_beancount_reads_the_file_without_a_fault_and_ends_with_our_balances(books: datetime) -> None:
    starts = (None, date(2026, 11, 4), date(2026, 11, 24), date(2020, 1, 1))
    ends = (None, date(2026, 11, 23), date(2026, 12, 31))
    for from_date, through, condensed in product(starts, ends, (False, True)):
        if not (from_date and through and from_date > through):
            text = exported(Format.BEANCOUNT, from_date=from_date, through=through, condensed=condensed)
            assert by_kind(balances_in(text)) == ours(through), (from_date, through, condensed)


def test_a_customer_is_one_account_below_the_receivables_named_by_their_id(books: datetime) -> None:
    balances = balances_in(exported(Format.BEANCOUNT))
    assert balances[NAME, "CNY"] == Decimal("24.69")  # three times 12.34, a third of it paid
    assert balances[NAME, "TWD"] == Decimal(2469)
    assert not any(
        len(name.split(":")) > 3 for name, _ in balances_in(exported(Format.BEANCOUNT, condensed=True))
    )


def test_an_entry_carries_its_number_its_moments_its_source_and_what_it_reverses(books: datetime) -> None:
    entries, _, _ = loader.load_string(exported(Format.BEANCOUNT))
    told = [entry for entry in entries if isinstance(entry, data.Transaction)]
    reversal = next(entry for entry in told if entry.narration == "reversal")
    reversed_one = next(entry for entry in told if entry.meta["entry"] == reversal.meta["reverses"])
    assert reversal.links == reversed_one.links, "both belong to one source"
    assert reversal.date == date(2026, 11, 24)
    assert reversed_one.date == date(2026, 11, 4)
    assert reversed_one.meta["effective"] == "2026-11-04T04:00:00+00:00"


def test_a_sum_that_does_not_follow_from_the_movements_is_found_by_beancount(books: datetime) -> None:
    text = exported(Format.BEANCOUNT).replace(f"balance {NAME}  24.69", f"balance {NAME}  24.70")
    _, errors, _ = loader.load_string(text)
    assert ["Balance failed" in error.message for error in errors] == [True]


def test_every_kind_of_account_has_a_name_of_its_own_that_beancount_accepts() -> None:
    assert set(NAMES) == set(AccountKind)
    names = sorted(NAMES.values())
    assert not any(longer.startswith(f"{name}:") for name in names for longer in names)
    text = "".join(f"2026-01-01 open {account_name(kind, OWNER)}\n" for kind in AccountKind)
    assert loader.load_string(text)[1] == []


def test_a_csv_has_one_line_a_movement_and_all_its_columns(books: datetime) -> None:
    lines = list(csv.DictReader(io.StringIO(exported(Format.CSV))))
    assert len(lines) == 2 * (12 + 2)
    first = lines[0]
    assert list(first) == [
        *(
            "movement",
            "entry",
            "entry_kind",
            "source",
            "reverses",
            "booked_date",
            "effective_at",
            "recorded_at",
        ),
        *("debit_kind", "debit_owner", "credit_kind", "credit_owner", "currency", "amount"),
    ]
    assert (first["booked_date"], first["debit_kind"], first["credit_kind"]) == (
        *("2026-10-15", "principal", "merchant"),
    )
    assert {line["amount"] for line in lines if line["currency"] == "TWD"} == {"1234", "411", "2468", "822"}
    assert lines[-1]["reverses"] in {line["entry"] for line in lines}


def test_a_condensed_csv_adds_up_each_day_kind_and_pair_of_accounts(books: datetime) -> None:
    lines = list(
        csv.DictReader(io.StringIO(exported(Format.CSV, condensed=True, from_date=date(2026, 11, 23))))
    )
    assert {tuple(line.values()) for line in lines if line["currency"] == "CNY"} == {
        ("2026-11-23", "purchase", "principal", "merchant", "CNY", "37.02", "2"),
        ("2026-11-23", "purchase", "agent_cash", "principal", "CNY", "12.33", "2"),
        ("2026-11-24", "reversal", "merchant", "principal", "CNY", "0.77", "1"),
        ("2026-11-24", "reversal", "principal", "agent_cash", "CNY", "0.25", "1"),
    }


@pytest.mark.parametrize("form", list(Format))
def test_empty_books_are_a_file_without_entries(form: Format) -> None:
    text = exported(form, from_date=date(2026, 11, 1))
    if form is Format.BEANCOUNT:
        assert balances_in(text) == {}
    assert len(text.split("\n\n")[0].splitlines()) == 1


def test_days_the_wrong_way_round_and_strangers_are_refused_before_a_word_is_written() -> None:
    wrong = BooksExport(form=Format.CSV, from_date=date(2026, 11, 2), through=date(2026, 11, 1))
    written: list[str] = []
    with pytest.raises(Invalid) as refused:
        export_books(wanted=wrong, write=written.append, actor=SYSTEM)
    assert refused.value.code == "days-crossed"
    for actor in (builders.staff(Role.DISPATCHER), Actor(Role.AGENT, new_id(), agent_id=new_id())):
        with pytest.raises(Denied):
            export_books(wanted=BooksExport(form=Format.CSV), write=written.append, actor=actor)
    assert written == []
