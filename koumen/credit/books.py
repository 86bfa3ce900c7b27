"""Credit's side of the proof of the books: bills and debts against the movements."""

from datetime import date, datetime

from koumen.audit.command import command, require
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.ledger.commands import close_books as close_ledger
from koumen.ledger.models import BookPeriod
from koumen.ledger.permissions import may_close_books
from koumen.ledger.proof import prove, whole_tables
from koumen.ledger.queries import check_books as check_ledger
from koumen.ledger.rules.books import BooksReport

# What each movement adds to "receivable minus credit balance" of its credit account.
_MOVED = """
  select a.owner_id as account_id, e.id as entry_id, e.kind, e.effective_at, side.amount
  from ledger_movement m
  join ledger_entry e on e.id = m.entry_id
  cross join lateral (values (m.debit_id, m.amount_minor), (m.credit_id, -m.amount_minor)) side(ledger_id, amount)
  join ledger_account a on a.id = side.ledger_id
  where a.kind in ('principal', 'interest', 'late', 'fee', 'credit_balance')
"""

# Of a statement taken over: all that is dated before its day. Of one made here: all that was known when it was
# made, but for what was bought on its day or later.
_STATEMENTS = f"""
  with moved as ({_MOVED}),
  bill as (
    select s.id, s.account_id, s.issued_date, s.balance_minor, s.through_entry_id,
           s.issued_date::timestamp at time zone %s as cut
    from credit_statement s),
  reckoned as (
    select b.id, b.account_id, b.issued_date, b.balance_minor,
      coalesce(sum(m.amount) filter (where case
        when b.through_entry_id is null then m.effective_at < b.cut
        else m.entry_id <= b.through_entry_id and not (m.kind = 'purchase' and m.effective_at >= b.cut) end), 0) as booked
    from bill b left join moved m on m.account_id = b.account_id
    group by b.id, b.account_id, b.issued_date, b.balance_minor)
  select 'account ' || account_id || ' bill of ' || issued_date || ': says ' || balance_minor
    || ', booked ' || booked as what from reckoned where balance_minor <> booked
"""  # noqa: S608  (text of our own)

_DUES = """
  select 'account ' || coalesce(d.account_id, l.owner_id) || ' ' || coalesce(d.bucket, l.kind)
    || ': due ' || coalesce(d.unpaid, 0) || ', booked ' || coalesce(l.owed, 0) as what
  from (select account_id, bucket, sum(unpaid_minor) as unpaid from credit_due group by account_id, bucket) d
  full join (
    select owner_id, kind, sum(debit_minor - credit_minor) as owed from ledger_account
    where kind in ('principal', 'interest', 'late', 'fee') group by owner_id, kind) l
  on l.owner_id = d.account_id and l.kind = d.bucket
  where coalesce(d.unpaid, 0) <> coalesce(l.owed, 0)
"""

_SPLITS = """
  select 'repayment ' || r.id || ': split ' || r.split || ', booked ' || coalesce(b.booked, 0) as what
  from (select id, entry_id, principal_minor + interest_minor + late_minor + fee_minor + credit_minor as split
        from credit_repayment) r
  left join (
    select e.entry_id, sum(m.amount_minor) as booked from ledger_entry e
    join ledger_movement m on m.entry_id = e.id group by e.entry_id) b on b.entry_id = r.entry_id
  where r.split <> coalesce(b.booked, 0)
"""

_PURCHASES = """
  select 'purchase ' || p.id || ': ' || p.amount_minor || ', booked ' || coalesce(b.booked, 0) as what
  from credit_purchase p
  left join (
    select e.source_id, sum(case when e.kind = 'refund' then -m.amount_minor else m.amount_minor end) as booked
    from ledger_entry e join ledger_movement m on m.entry_id = e.id
    where e.kind in ('purchase', 'refund') group by e.source_id) b on b.source_id = p.id
  where p.amount_minor <> coalesce(b.booked, 0)
"""


def check_books() -> BooksReport:
    """Prove the ledger, then that bills, debts, purchases and splits say what the ledger says.

    Whole tables, set-based, two queries a promise.
    """
    return check_ledger() + check_credit()


@command
def close_books(*, through: date, actor: Actor, at: datetime) -> BookPeriod:
    """Close all open days up to and with one, for good, if every promise of the books holds, credit's too.

    Records BooksClosed. Raises what the ledger's close_books raises.
    """
    require(may_close_books(actor), "books-not-yours")
    broken = [check.name for check in check_credit().checks if not check.holds]
    if broken:
        raise Conflict("books-not-right", promises=", ".join(broken))
    return close_ledger(through=through, actor=actor, at=at)


def check_credit() -> BooksReport:
    """Prove that bills, debts, purchases and splits say what the ledger says; two queries a promise."""
    zone = this_branch().zone_name
    with whole_tables():
        return BooksReport(
            (
                prove(
                    "statements-equal-movements", "select count(*) from credit_statement", _STATEMENTS, zone
                ),
                prove("dues-equal-receivables", "select count(*) from credit_due", _DUES),
                prove("purchases-equal-movements", "select count(*) from credit_purchase", _PURCHASES),
                prove("splits-equal-entries", "select count(*) from credit_repayment", _SPLITS),
            )
        )
