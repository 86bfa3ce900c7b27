"""Credit's side of the proof of the books: bills and debts against the movements."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from koumen.audit.command import command, require
from koumen.branch.queries import this_branch
from koumen.credit.models import Activity, CreditAccount
from koumen.credit.permissions import visible_to
from koumen.credit.queries.past import stands_as_folded
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.ledger.commands import close_books as close_ledger
from koumen.ledger.models import BookPeriod
from koumen.ledger.permissions import may_close_books
from koumen.ledger.proof import prove, whole_tables
from koumen.ledger.queries import check_books as check_ledger
from koumen.ledger.rules.books import BooksReport, Check, check_of

# What each movement adds to "receivable minus credit balance" of its credit account. Both sides one after the other:
# turning each movement into two rows by a lateral join costs a third more.
_MOVED = """
  select a.owner_id as account_id, e.id as entry_id, e.kind, e.effective_at, side.amount
  from (
    select entry_id, debit_id as ledger_id, amount_minor as amount from ledger_movement
    union all
    select entry_id, credit_id, -amount_minor from ledger_movement) side
  join ledger_entry e on e.id = side.entry_id
  join ledger_account a on a.id = side.ledger_id
  where a.kind in ('principal', 'interest', 'late', 'fee', 'credit_balance')
"""

# Of a statement taken over: all that is dated before its day. Of one made here: all that was known when it was made.
_STATEMENTS = f"""
  with moved as ({_MOVED}),
  bill as (
    select s.id, s.account_id, s.issued_date, s.balance_minor + s.future_minor as said, s.through_entry_id,
           s.issued_date::timestamp at time zone %s as cut
    from credit_statement s),
  reckoned as (
    select b.id, b.account_id, b.issued_date, b.said,
      coalesce(sum(m.amount) filter (where case
        when b.through_entry_id is null then m.effective_at < b.cut
        else m.entry_id <= b.through_entry_id end), 0) as booked
    from bill b left join moved m on m.account_id = b.account_id
    group by b.id, b.account_id, b.issued_date, b.said)
  select 'account ' || account_id || ' bill of ' || issued_date || ': says ' || said
    || ', booked ' || booked as what from reckoned where said <> booked
"""  # noqa: S608  (text of our own)

# The lines of a bill lead from the bill before (or from where the account began) to this one.
_LINES = """
  with chained as (
    select s.*, lag(s.balance_minor + s.future_minor) over (partition by account_id order by issued_date) as before
    from credit_statement s)
  select 'account ' || account_id || ' bill of ' || issued_date || ': its lines do not add up' as what
  from chained where through_entry_id is not null and before is not null
    and balance_minor + future_minor <> before + purchases_minor - refunds_minor - payments_minor + interest_minor
      + late_minor + plan_charges_minor + others_minor + corrections_minor
"""

_DUES = """
  with due as (
    select account_id, sum(principal_minor + instalment_minor) as principal, sum(interest_minor) as interest,
           sum(late_minor) as late, sum(fee_minor + instalment_fee_minor) as fee
    from credit_due group by account_id),
  future as (
    select p.account_id, sum((select coalesce(sum((e.part ->> 0)::bigint), 0)
        from jsonb_array_elements(p.schedule) with ordinality e(part, no) where e.no >= p.next_no) - p.cut_minor) as principal
    from credit_instalmentplan p where not p.is_over group by p.account_id),
  wanted as (
    select d.account_id, k.kind, k.amount from due d left join future f on f.account_id = d.account_id
    cross join lateral (values ('principal', d.principal + coalesce(f.principal, 0)), ('interest', d.interest),
                               ('late', d.late), ('fee', d.fee)) k(kind, amount))
  select 'account ' || coalesce(w.account_id, l.owner_id) || ' ' || coalesce(w.kind, l.kind)
    || ': due ' || coalesce(w.amount, 0) || ', booked ' || coalesce(l.owed, 0) as what
  from (select * from wanted where amount <> 0) w
  full join (
    select owner_id, kind, debit_minor - credit_minor as owed from ledger_account
    where kind in ('principal', 'interest', 'late', 'fee') and debit_minor <> credit_minor) l
  on l.owner_id = w.account_id and l.kind = w.kind
  where coalesce(w.amount, 0) <> coalesce(l.owed, 0)
"""

_SPLITS = """
  select 'repayment ' || r.id || ': split ' || r.split || ', booked ' || coalesce(b.booked, 0) as what
  from (select id, entry_id, principal_minor + interest_minor + late_minor + fee_minor + credit_minor
          + recovered_minor as split
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

# What stands to be paid out is what the bank has not sent, or gave back and nobody has taken back yet.
_PAYOUTS = """
  with waiting as (
    select v.currency, sum(p.amount_minor) as amount from credit_payout p
    join credit_creditaccount a on a.id = p.account_id join credit_productversion v on v.id = a.product_id
    where p.state = 'asked' or (p.state = 'returned'
      and not exists (select from credit_activity r where r.reverses_id = p.activity_id))
    group by v.currency),
  booked as (
    select currency, credit_minor - debit_minor as amount from ledger_account
    where kind = 'payout' and credit_minor <> debit_minor)
  select 'payouts in ' || coalesce(w.currency, b.currency) || ': ' || coalesce(w.amount, 0) || ', booked '
    || coalesce(b.amount, 0) as what
  from waiting w full join booked b on b.currency = w.currency where coalesce(w.amount, 0) <> coalesce(b.amount, 0)
"""

# Accounts that are folded again in Python: enough to see a fault of the engine, in about a second.
SAMPLE = 100


def _folded() -> Check:
    """Fold some accounts from all that happened on them: each must stand where its rows say; five queries each."""
    ids = list(
        CreditAccount.objects.filter(Exists(Activity.objects.filter(account=OuterRef("id"))))
        .order_by("?")
        .values_list("id", flat=True)[:SAMPLE]
    )
    wrong = [
        f"account {account_id}: another position" for account_id in ids if not stands_as_folded(account_id)
    ]
    return check_of("positions-equal-activities", len(ids), wrong, faults=len(wrong))


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
                prove("statement-lines-add-up", "select count(*) from credit_statement", _LINES),
                prove("dues-equal-receivables", "select count(*) from credit_due", _DUES),
                prove("purchases-equal-movements", "select count(*) from credit_purchase", _PURCHASES),
                prove("payouts-equal-account", "select count(*) from credit_payout", _PAYOUTS),
                prove("splits-equal-entries", "select count(*) from credit_repayment", _SPLITS),
                _folded(),
            )
        )


def owners(*, actor: Actor, account_ids: Iterable[UUID]) -> dict[UUID, CreditAccount]:
    """The credit accounts that own accounts of the ledger, as far as the actor may see them; one query."""
    return visible_to(actor).in_bulk(list(account_ids))
