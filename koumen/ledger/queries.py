"""Reading the books and proving them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Sum

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.ledger.models import Account, BookPeriod, Entry, Movement
from koumen.ledger.permissions import may_read_books, visible_to
from koumen.ledger.promises import PROMISES, WRONG_DAY, WRONG_SIDE
from koumen.ledger.proof import prove, whole_tables
from koumen.ledger.rules.books import BooksReport
from koumen.ledger.rules.chart import CHART, AccountKind, Side
from koumen.ledger.sums import SUMS_BEFORE


@dataclass(frozen=True, kw_only=True)
class TrialLine:
    """One kind of account in one currency: all that moved, and what stands there now."""

    kind: AccountKind
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debit minus credit: the lines of a currency add up to zero."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, kw_only=True)
class MovementLine:
    """One movement as the console shows it."""

    entry_id: UUID
    kind: str
    debit: AccountKind
    credit: AccountKind
    amount_minor: int
    currency: str
    is_reversed: bool


def trial_balance(*, actor: Actor, through: date | None = None) -> list[TrialLine]:
    """Every kind of account by currency, in the chart's order; one query.

    Of all that was booked, or of all that counts up to and with a day. Raises Denied("books-not-yours").
    """
    require(may_read_books(actor), "books-not-yours")
    order = {kind: place for place, kind in enumerate(CHART)}
    with connection.cursor() as cursor:
        cursor.execute(_BY_KIND, {"day": through + timedelta(days=1) if through else "infinity"})
        lines = [
            TrialLine(
                kind=AccountKind(kind), currency=currency, debit_minor=int(debit), credit_minor=int(credit)
            )
            for kind, currency, debit, credit in cursor.fetchall()
            if debit or credit
        ]
    return sorted(lines, key=lambda line: (line.currency, order[line.kind]))


def posted_to(*, kind: AccountKind, owner_id: UUID, after: datetime) -> int:
    """What an owner's accounts added to a kind of the branch's, less what was turned round, recorded after a moment.

    Two queries; for a room that owns the accounts.
    """
    rows = Movement.objects.filter(entry__recorded_at__gt=after)
    added = rows.filter(credit__kind=kind, debit__owner_id=owner_id).aggregate(sum=Sum("amount_minor"))
    taken = rows.filter(debit__kind=kind, credit__owner_id=owner_id).aggregate(sum=Sum("amount_minor"))
    return int(added["sum"] or 0) - int(taken["sum"] or 0)


_BY_KIND = f"""
  select kind, currency, sum(debit_minor), sum(credit_minor) from ({SUMS_BEFORE}) s group by kind, currency
"""  # noqa: S608  (text of our own)


def cash_by_agent(*, actor: Actor) -> list[tuple[UUID, str, int]]:
    """(agent, currency, amount) for every agent with cash in hand, most first; one query.

    An agent sees their own only.
    """
    rows = (
        visible_to(actor)
        .filter(kind=AccountKind.AGENT_CASH)
        .annotate(in_hand=F("debit_minor") - F("credit_minor"))
        .exclude(in_hand=0)
        .order_by("-in_hand", "id")
        .values_list("owner_id", "currency", "in_hand")
    )
    return [(owner_id, currency, int(in_hand)) for owner_id, currency, in_hand in rows if owner_id]


@dataclass(frozen=True)
class CashHeld:
    """Cash with one agent, and the moment from which on its oldest part has been there."""

    agent_id: UUID
    currency: str
    in_hand_minor: int
    held_since: datetime


def cash_held(*, actor: Actor) -> list[CashHeld]:
    """Every agent with cash in hand and since when, the oldest first; one query. An agent sees their own only.

    What came in first goes out first: what is in hand now is the newest of what came in.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [AccountKind.AGENT_CASH, actor.agent_id if not may_read_books(actor) else None])
        rows = cursor.fetchall() if may_read_books(actor) or actor.agent_id else []
    return [CashHeld(owner_id, currency, int(in_hand), since) for owner_id, currency, in_hand, since in rows]


_HELD = """
  with held as (
    select id, owner_id, currency, debit_minor - credit_minor as in_hand from ledger_account
    where kind = %s and debit_minor > credit_minor and owner_id = coalesce(%s, owner_id)),
  inflow as (
    select h.*, e.effective_at, sum(m.amount_minor) over newest - m.amount_minor as newer
    from held h join ledger_movement m on m.debit_id = h.id join ledger_entry e on e.id = m.entry_id
    window newest as (partition by h.id order by e.effective_at desc, m.id desc rows unbounded preceding))
  select owner_id, currency, in_hand, min(effective_at) as since from inflow where newer < in_hand
  group by owner_id, currency, in_hand order by since, owner_id
"""


def balance_minor(*, account_id: int) -> int:
    """What stands on an account, debit less credit; one query. For rooms, which ask their own permission."""
    debit, credit = Account.objects.values_list("debit_minor", "credit_minor").get(id=account_id)
    return int(debit - credit)


def entries_for(*, actor: Actor, source_id: UUID) -> list[MovementLine]:
    """The movements behind one payment, purchase or batch, oldest first; one query."""
    require(may_read_books(actor), "books-not-yours")
    rows = (
        Entry.objects.filter(source_id=source_id)
        .order_by("id", "movements__id")
        .values_list(
            *("entry_id", "kind", "movements__debit__kind", "movements__credit__kind"),
            *("movements__amount_minor", "movements__debit__currency", "reversed_by__id"),
        )
    )
    return [
        MovementLine(
            entry_id=entry_id,
            kind=kind,
            debit=AccountKind(debit),
            credit=AccountKind(credit),
            amount_minor=amount,
            currency=currency,
            is_reversed=reversed_by is not None,
        )
        for entry_id, kind, debit, credit, amount, currency, reversed_by in rows
    ]


@dataclass(frozen=True)
class EntryMove:
    """One movement of an entry by the kinds of its accounts."""

    debit: AccountKind
    credit: AccountKind
    amount_minor: int


def moves_of_entry(entry_id: UUID) -> list[EntryMove]:
    """The movements of one entry, in their order; one query. For rooms, which ask their own permission."""
    rows = Movement.objects.filter(entry__entry_id=entry_id).order_by("id")
    return [
        EntryMove(AccountKind(debit), AccountKind(credit), amount)
        for debit, credit, amount in rows.values_list("debit__kind", "credit__kind", "amount_minor")
    ]


def closed_periods(*, actor: Actor) -> list[BookPeriod]:
    """The closed periods, newest first; one query. Raises Denied("books-not-yours")."""
    require(may_read_books(actor), "books-not-yours")
    return list(BookPeriod.objects.order_by("-to_date"))


def first_open_date(*, actor: Actor) -> date | None:
    """From which day on entries may count; None while no day is closed. One query. Raises Denied("books-not-yours")."""
    require(may_read_books(actor), "books-not-yours")
    return BookPeriod.objects.order_by("-to_date").values_list("to_date", flat=True).first()


def check_books() -> BooksReport:
    """Prove the promises of the ledger from its movements; whole tables, two queries a promise. For the command line."""
    debit = [kind.value for kind, side in CHART.items() if side is Side.DEBIT]
    credit = [kind.value for kind, side in CHART.items() if side is Side.CREDIT]
    with whole_tables():
        return BooksReport(
            (
                *(prove(*promise) for promise in PROMISES),
                prove(
                    "balances-on-their-side",
                    "select count(*) from ledger_account",
                    WRONG_SIDE,
                    debit,
                    credit,
                ),
                prove(
                    "entries-count-on-their-day",
                    "select count(*) from ledger_entry",
                    WRONG_DAY,
                    this_branch().zone_name,
                ),
            )
        )
