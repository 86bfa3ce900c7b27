"""Opening accounts, posting, reversing, closing days."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import OperationalError, connection
from django.db.models import Sum
from psycopg.errors import LockNotAvailable

from koumen.audit.command import command, lock_by_ids, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.kit.money import CURRENCIES
from koumen.ledger.events import BooksClosed, EntryReversed
from koumen.ledger.models import Account, BookPeriod, Entry, Movement
from koumen.ledger.permissions import may_close_books, may_reverse_entry
from koumen.ledger.queries import check_books, first_open_date
from koumen.ledger.rules.chart import OWNED, AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line, check_lines, turned


def account_for(*, kind: AccountKind, owner_id: UUID | None = None, currency: str) -> Account:
    """The account of this kind, owner and currency, opened if there is none yet; one or two SQL queries.

    Joins the caller's transaction. Raises Invalid("currency-unknown") or Invalid("account-owner").
    """
    return accounts_for(kinds=[kind], owner_id=owner_id, currency=currency)[kind]


def accounts_for(
    *, kinds: Iterable[AccountKind], owner_id: UUID | None = None, currency: str
) -> dict[AccountKind, Account]:
    """Several accounts of one owner at once, opened where missing; one or two SQL queries."""
    wanted = set(kinds)
    if currency not in CURRENCIES:
        raise Invalid("currency-unknown", field="currency", value=currency)
    for kind in wanted:
        if (kind in OWNED) != (owner_id is not None):
            raise Invalid("account-owner", field="owner_id", kind=kind)
    rows = Account.objects.filter(kind__in=wanted, owner_id=owner_id, currency=currency)
    found = {AccountKind(row.kind): row for row in rows}
    if missing := sorted(wanted - found.keys()):
        # two callers may come at once: the unique key decides, and both read what is there
        Account.objects.bulk_create(
            [Account(kind=kind, owner_id=owner_id, currency=currency) for kind in missing],
            ignore_conflicts=True,
        )
        found = {AccountKind(row.kind): row for row in rows.all()}
    return found


def lock_cash(*, agent_id: UUID | None, currency: str) -> dict[AccountKind, Account]:
    """Lock where cash can be and where its differences are booked, as it stands; three to five queries.

    With the cash of an agent, or of the office alone. In the order of their ids, before any of them is posted to.
    """
    offices = (AccountKind.SAFE, AccountKind.CASH_IN_TRANSIT, AccountKind.BANK)
    kinds = (*offices, AccountKind.CASH_OVER, AccountKind.CASH_SHORT, AccountKind.CASH_TO_RETURN)
    found = accounts_for(kinds=kinds, currency=currency)
    if agent_id:
        owned = (AccountKind.AGENT_CASH, AccountKind.AGENT_SHORT)
        found |= accounts_for(kinds=owned, owner_id=agent_id, currency=currency)
    held = lock_by_ids(Account.objects.all(), {account.id for account in found.values()})
    return {kind: held[account.id] for kind, account in found.items()}


def lock_with_entry(*, entry_id: UUID, kinds: Iterable[str], owner_id: UUID, currency: str) -> None:
    """Lock the accounts of an entry that is to be reversed together with others of these kinds; one query.

    In the order of their ids, before the first of them is posted to: so that two transactions that post several
    entries never wait for each other in a circle. Accounts of ``kinds`` are opened where there are none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select lock_accounts(accounts_of(%s, %s, null, %s) || array("
            "  select unnest(array[m.debit_id, m.credit_id]) from ledger_movement m"
            "  join ledger_entry e on e.id = m.entry_id where e.entry_id = %s))",
            [owner_id, currency, sorted(kinds), entry_id],
        )


@command
def post_entry(
    *, kind: str, lines: Sequence[Line], source_id: UUID, effective_at: datetime, actor: Actor, at: datetime
) -> Entry:
    """Post one entry: movements and the sums of their accounts, which are locked in the order of their ids.

    It counts on the day it is effective or, when that day is closed, on the first open one (``booked_date``).
    An inner command: whoever calls it has required its own permission and records its own fact, which
    names the actor; two SQL queries. ``kind`` is one of rules.entries.EntryKind. Raises
    Invalid("entry-empty", "amount-not-positive", "amount-too-large", "movement-one-sided",
    "currencies-differ") or Missing("account-not-found").
    """
    del actor  # named by the caller's fact; an entry has no second copy of it
    check_lines(lines)
    _require_one_currency(lines)
    return _post(kind=EntryKind(kind), lines=lines, source_id=source_id, effective_at=effective_at, at=at)


@command
def reverse_entry(*, entry_id: UUID, actor: Actor, at: datetime) -> Entry:
    """Undo an entry by a new one with every movement turned round; once.

    What a room keeps beside the books (a debt, a custody) is that room's to undo in the same transaction.
    Records EntryReversed. Raises Missing("entry-not-found"), Conflict("entry-already-reversed") or
    Conflict("entry-is-a-reversal"): then nothing has moved.
    """
    require(may_reverse_entry(actor), "books-not-yours")
    entry = Entry.objects.filter(entry_id=entry_id).first()
    if entry is None:
        raise Missing("entry-not-found")
    if entry.reverses_id is not None:
        raise Conflict("entry-is-a-reversal")
    lines = [
        Line(debit_id, credit_id, amount)
        for debit_id, credit_id, amount in Movement.objects.filter(entry=entry)
        .order_by("id")
        .values_list("debit_id", "credit_id", "amount_minor")
    ]
    # The accounts are the lock: an entry is append-only and may not be locked by the application's role.
    lock_by_ids(Account.objects.all(), {line.debit_id for line in lines} | {line.credit_id for line in lines})
    if Entry.objects.filter(reverses=entry).exists():
        raise Conflict("entry-already-reversed")
    undone = _post(
        kind=EntryKind.REVERSAL,
        lines=turned(lines),
        source_id=entry.source_id,
        effective_at=at,
        at=at,
        reverses=entry,
    )
    record(EntryReversed(subject_id=undone.entry_id, reverses_id=entry.entry_id), actor=actor, at=at)
    return undone


@command
def owe_notes(*, reversal: Entry, actor: Actor, at: datetime) -> Entry | None:
    """Keep the notes of a reversed payment in custody: they still lie where they were counted, and are owed to somebody.

    An inner command, in the transaction of the reversal: cash in hand falls only when notes are given back, or when two
    people have settled that there were none. None when no agent took cash for it. Three or four SQL queries.
    """
    taken = (
        Movement.objects.filter(entry=reversal, credit__kind=AccountKind.AGENT_CASH)
        .values_list("credit_id", "credit__currency")
        .annotate(minor=Sum("amount_minor"))
    )
    lines = [
        Line(held, account_for(kind=AccountKind.CASH_TO_RETURN, currency=currency).id, int(minor))
        for held, currency, minor in taken
    ]
    if not lines:
        return None
    return post_entry(
        kind=EntryKind.RETURN_OWED,
        lines=lines,
        source_id=reversal.source_id,
        effective_at=at,
        actor=actor,
        at=at,
    )


@command
def close_books(*, through: date, actor: Actor, at: datetime) -> BookPeriod:
    """Close all open days up to and with one, for good, if every promise of the ledger holds.

    Proven before postings are kept out, since a proof takes seconds: whatever is posted meanwhile is right by
    the posting function. Records BooksClosed. Raises Denied("books-not-yours"),
    Invalid("books-day-not-over"), Conflict("books-closed-already" | "books-not-right" | "books-busy").
    """
    require(may_close_books(actor), "books-not-yours")
    if through >= local_date(at, this_branch().zone):
        raise Invalid("books-day-not-over", field="through", day=through)
    first_open = first_open_date(actor=actor)
    if first_open and through < first_open:
        raise Conflict("books-closed-already", day=through)
    broken = [check.name for check in check_books().checks if not check.holds]
    if broken:
        raise Conflict("books-not-right", promises=", ".join(broken))
    period = _close(through=through, actor=actor, at=at)
    record(
        BooksClosed(subject_id=period.id, from_date=period.from_date, to_date=period.to_date),
        actor=actor,
        at=at,
    )
    return period


def _close(*, through: date, actor: Actor, at: datetime) -> BookPeriod:
    period_id = new_id()
    try:
        with connection.cursor() as cursor:
            cursor.execute("select close_books(%s, %s, %s, %s)", [period_id, through, at, actor.key])
            (since,) = cursor.fetchone()
    except OperationalError as fault:
        if isinstance(fault.__cause__, LockNotAvailable):
            raise Conflict("books-busy") from fault
        raise
    if since is None:  # somebody was faster
        raise Conflict("books-closed-already", day=through)
    return BookPeriod.objects.get(id=period_id)


def _require_one_currency(lines: Sequence[Line]) -> None:
    ids = {line.debit_id for line in lines} | {line.credit_id for line in lines}
    currencies = dict(Account.objects.filter(id__in=ids).values_list("id", "currency"))
    if ids - currencies.keys():
        raise Missing("account-not-found")
    if len(set(currencies.values())) != 1:
        raise Invalid("currencies-differ", field="currency", value=",".join(sorted(set(currencies.values()))))


def _post(
    *,
    kind: EntryKind,
    lines: Sequence[Line],
    source_id: UUID,
    effective_at: datetime,
    at: datetime,
    reverses: Entry | None = None,
) -> Entry:
    entry = Entry(
        entry_id=new_id(),
        kind=kind,
        source_id=source_id,
        effective_at=effective_at,
        recorded_at=at,
        reverses=reverses,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select post_entry(%s, %s, %s, %s, %s, %s, %s::bigint[], %s::bigint[], %s::bigint[])",
            [
                *(entry.entry_id, kind, source_id, effective_at, at, reverses.id if reverses else None),
                [line.debit_id for line in lines],
                [line.credit_id for line in lines],
                [line.amount_minor for line in lines],
            ],
        )
        (entry.id,) = cursor.fetchone()
    entry._state.adding = False  # noqa: SLF001  (the row exists: the database's function wrote it)
    return entry
