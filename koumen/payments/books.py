"""The proof of custody: the cash of every person in the ledger against everything that was counted."""

from datetime import date, datetime

from koumen.audit.command import command, require
from koumen.credit.books import check_books as check_credit_books
from koumen.credit.books import close_books as close_credit_books
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.ledger.models import BookPeriod
from koumen.ledger.permissions import may_close_books
from koumen.ledger.proof import prove, whole_tables
from koumen.ledger.rules.books import BooksReport

# R16: cash in hand = float + cash receipts − voids repaid − hand-ins ± booked differences, for each agent and currency.
# A receipt taken back lowers it only when its notes are given back, or when none had come and nobody has counted since.
_IN_HAND = """
  with part as (
    select agent_id, currency, amount_minor as amount from payments_cashfloat where state = 'taken'
    union all
    select agent_id, currency, amount_minor from payments_payment where tender = 'cash' and state = 'paid'
    union all
    select p.agent_id, p.currency, -p.amount_minor from payments_cashreturn r
      join payments_payment p on p.id = r.payment_id
      where (r.state = 'returned' and not r.from_safe) or (r.state = 'absent' and r.missed_in_id is null)
    union all
    select h.agent_id, h.currency, h.difference_minor - c.amount_minor from payments_handin h
      join payments_pile c on c.id = h.counted_id),
  reckoned as (select agent_id, currency, sum(amount) as amount from part group by agent_id, currency),
  booked as (
    select owner_id, currency, debit_minor - credit_minor as amount from ledger_account where kind = 'agent_cash')
  select 'agent ' || coalesce(r.agent_id, b.owner_id) || ' ' || coalesce(r.currency, b.currency) || ': counted '
    || coalesce(r.amount, 0) || ', booked ' || coalesce(b.amount, 0) as what
  from reckoned r full join booked b on b.owner_id = r.agent_id and b.currency = r.currency
  where coalesce(r.amount, 0) <> coalesce(b.amount, 0)
"""

# What went through the safe by the rows of this room, what differed, and what is owed of payments that were taken back;
# a payment that an import booked into the safe counts by its entry.
_OFFICE = """
  with part as (
    select 'safe' as kind, p.currency, p.amount_minor as amount
      from payments_cashfetch f join payments_pile p on p.id = f.pile_id
    union all
    select 'safe', currency, -amount_minor from payments_cashfloat where state = 'taken'
    union all
    select 'safe', c.currency, c.amount_minor from payments_handin h join payments_pile c on c.id = h.counted_id
    union all
    select 'safe', currency, -amount_minor from payments_deposit where state in ('sent', 'arrived')
    union all
    select 'safe', p.currency, -p.amount_minor from payments_cashreturn r join payments_payment p on p.id = r.payment_id
      where r.from_safe
    union all
    select 'cash_to_return', p.currency, -p.amount_minor from payments_payment p
      join credit_activity r on r.reverses_id = p.id where p.tender = 'cash'
    union all
    select 'cash_to_return', p.currency, p.amount_minor from payments_cashreturn r
      join payments_payment p on p.id = r.payment_id where r.ended_at is not null
    union all
    select case when difference_minor > 0 then 'cash_over' else 'agent_short' end, currency, -difference_minor
      from payments_handin where difference_minor <> 0
    union all
    select case when r.state = 'kept' then 'cash_over' else 'agent_short' end, p.currency, -p.amount_minor
      from payments_cashreturn r join payments_payment p on p.id = r.payment_id
      where r.state = 'kept' or r.missed_in_id is not null
    union all
    select case when difference_minor > 0 then 'cash_over' else 'cash_short' end, currency, -difference_minor
      from payments_deposit where difference_minor <> 0
    union all
    select 'cash_in_transit', currency, amount_minor from payments_deposit where state = 'sent'),
  moved as (
    select debit_id as account, entry_id, amount_minor as amount from ledger_movement
    union all select credit_id, entry_id, -amount_minor from ledger_movement),
  other as (
    select a.kind, a.currency, m.amount
    from ledger_account a join moved m on m.account = a.id join ledger_entry e on e.id = m.entry_id
    where a.kind = 'safe' and e.kind not in ('cash_fetched', 'float', 'hand_in', 'deposit', 'cash_returned')),
  reckoned as (
    select kind, currency, sum(amount) as amount from (select * from part union all select * from other) p
    group by kind, currency),
  booked as (
    select kind, currency, sum(debit_minor - credit_minor) as amount from ledger_account
    where kind in ('safe', 'cash_in_transit', 'cash_to_return', 'agent_short', 'cash_over', 'cash_short')
    group by kind, currency)
  select coalesce(r.kind, b.kind) || ' ' || coalesce(r.currency, b.currency) || ': counted ' || coalesce(r.amount, 0)
    || ', booked ' || coalesce(b.amount, 0) as what
  from reckoned r full join booked b on b.kind = r.kind and b.currency = r.currency
  where coalesce(r.amount, 0) <> coalesce(b.amount, 0)
"""

# What the acquirer owes: card payments that stand, less what it has paid.
_CARD = """
  with part as (
    select p.currency, p.amount_minor as amount from payments_payment p
      where p.tender = 'card' and not exists (select from credit_activity r where r.reverses_id = p.id)
    union all
    select currency, -amount_minor from payments_settlementline where is_payout),
  reckoned as (select currency, sum(amount) as amount from part group by currency),
  booked as (select currency, debit_minor - credit_minor as amount from ledger_account where kind = 'card')
  select 'card ' || coalesce(r.currency, b.currency) || ': taken ' || coalesce(r.amount, 0) || ', booked '
    || coalesce(b.amount, 0) as what
  from reckoned r full join booked b on b.currency = r.currency where coalesce(r.amount, 0) <> coalesce(b.amount, 0)
"""

_PILES = """
  select 'pile ' || p.id || ': says ' || p.amount_minor || ', notes ' || coalesce(n.amount, 0) as what
  from payments_pile p left join (
    select pile_id, sum(denomination_minor * count) as amount from payments_pilenote group by pile_id) n
  on n.pile_id = p.id where p.amount_minor <> coalesce(n.amount, 0)
"""

_OWN_COUNT = """
  select 'hand-in ' || h.id as what from payments_handin h join agents_agent a on a.id = h.agent_id
    join payments_pile c on c.id = h.counted_id where c.counted_by_id = a.person_id
  union all
  select 'float ' || f.id from payments_cashfloat f join agents_agent a on a.id = f.agent_id
    join payments_pile g on g.id = f.given_id left join payments_pile t on t.id = f.taken_id
    where g.counted_by_id = a.person_id or t.counted_by_id <> a.person_id
  union all
  select 'deposit ' || d.id from payments_deposit d join payments_pile p on p.id = d.prepared_id
    join payments_pile s on s.id = d.sent_id where p.counted_by_id = s.counted_by_id
"""

# The branch's own series; a number of a phone's series may still be on its way (devices watches those).
_GAPS = """
  with used as (
    select series_id, number from payments_receipt
    union all select series_id, number from payments_deposit
    union all select series_id, number from payments_forgednote where number is not null)
  select 'series ' || s.code || ': next ' || s.next_number || ', used ' || coalesce(u.used, 0) as what
  from payments_receiptseries s left join (
    select series_id, count(*) as used, max(number) as last from used group by series_id) u on u.series_id = s.code
  where s.code in (upper(current_schema()), upper(current_schema()) || '-B', upper(current_schema()) || '-F')
    and (coalesce(u.used, 0) <> s.next_number - 1 or coalesce(u.last, 0) <> s.next_number - 1)
"""


def check_books() -> BooksReport:
    """Prove the ledger, credit, and custody; whole tables, two queries a promise."""
    return check_credit_books() + check_custody()


def check_custody() -> BooksReport:
    """Prove that cash is where the counts say, and that every count had two people; two queries a promise."""
    with whole_tables():
        return BooksReport(
            (
                prove(
                    "cash-in-hand-equals-counts",
                    "select count(*) from ledger_account where kind = 'agent_cash'",
                    _IN_HAND,
                ),
                prove(
                    "safe-equals-counts",
                    "select count(*) from ledger_account where kind in ('safe', 'cash_in_transit', 'cash_to_return',"
                    " 'agent_short', 'cash_over', 'cash_short')",
                    _OFFICE,
                ),
                prove(
                    "cards-equal-what-is-owed-for-them",
                    "select count(*) from ledger_account where kind = 'card'",
                    _CARD,
                ),
                prove("piles-equal-notes", "select count(*) from payments_pile", _PILES),
                prove("counts-by-two-people", "select count(*) from payments_handin", _OWN_COUNT),
                prove("numbers-without-gaps", "select count(*) from payments_receiptseries", _GAPS),
            )
        )


@command
def close_books(*, through: date, actor: Actor, at: datetime) -> BookPeriod:
    """Close all open days up to and with one, for good, if every promise of the books holds, custody's too.

    Records BooksClosed. Raises what credit's close_books raises.
    """
    require(may_close_books(actor), "books-not-yours")
    broken = [check.name for check in check_custody().checks if not check.holds]
    if broken:
        raise Conflict("books-not-right", promises=", ".join(broken))
    return close_credit_books(through=through, actor=actor, at=at)
