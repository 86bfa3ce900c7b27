"""The promises of the ledger, each as the SQL that finds what breaks it; proof.py runs them."""

# When days were closed: the newest entry of each close, and the first open day after it, in order.
_CLOSES = (
    "select coalesce(array_agg(through_entry_id order by to_date), '{}') as newest,"
    " array_agg(to_date order by to_date) as open_from from ledger_bookperiod"
)
# The first open day when entry e was posted: that of the last close before it; null when there was none.
_FIRST_OPEN = "closes.open_from[width_bucket(e.id - 1, closes.newest)]"

# No debt, cash or credit balance may stand on its wrong side.
WRONG_SIDE = (
    "select 'account ' || id || ' ' || kind || ': ' || debit_minor - credit_minor as what from ledger_account"
    " where (kind = any(%s) and debit_minor < credit_minor) or (kind = any(%s) and credit_minor < debit_minor)"
)

# Each entry counts on the day it is effective in the branch's zone, or on the first day open when it was posted.
WRONG_DAY = f"""
  select 'entry ' || e.id || ': effective ' || e.effective_at || ', counts on ' || e.booked_date as what
  from ledger_entry e, ({_CLOSES}) closes
  where e.booked_date <> greatest((e.effective_at at time zone %s)::date, {_FIRST_OPEN})
"""  # noqa: S608  (text of our own)

_COUNTED_AFTER_CLOSE = f"""
  select 'entry ' || e.id || ' counts on ' || e.booked_date as what
  from ledger_entry e, ({_CLOSES}) closes where e.booked_date < {_FIRST_OPEN}
"""  # noqa: S608  (text of our own)

# (name, how many are looked at, one row 'what' for each that breaks the promise)
PROMISES = (
    (
        "entries-have-movements",
        "select count(*) from ledger_entry",
        (
            "select 'entry ' || e.id as what from ledger_entry e"
            " where not exists (select from ledger_movement m where m.entry_id = e.id)"
        ),
    ),
    (
        "entries-balance",
        "select count(*) from ledger_movement",
        # one row moves one amount: it balances unless its two accounts count in different money
        (
            "select 'entry ' || m.entry_id || ' movement ' || m.id as what from ledger_movement m"
            " join ledger_account d on d.id = m.debit_id join ledger_account c on c.id = m.credit_id"
            " where d.currency <> c.currency or m.debit_id = m.credit_id or m.amount_minor <= 0"
        ),
    ),
    (
        "balances-equal-movements",
        "select count(*) from ledger_account",
        (
            "select 'account ' || a.id || ' ' || a.kind || ': kept ' || a.debit_minor || '/' || a.credit_minor"
            " || ', moved ' || coalesce(m.debit, 0) || '/' || coalesce(m.credit, 0) as what"
            " from ledger_account a left join ("
            "   select account, sum(debit) as debit, sum(credit) as credit from ("
            "     select debit_id as account, amount_minor as debit, 0 as credit from ledger_movement"
            "     union all select credit_id, 0, amount_minor from ledger_movement) side group by account"
            " ) m on m.account = a.id"
            " where a.debit_minor <> coalesce(m.debit, 0) or a.credit_minor <> coalesce(m.credit, 0)"
        ),
    ),
    (
        "reversals-turn-their-entry",
        "select count(*) from ledger_entry where reverses_id is not null",
        (
            "select 'entry ' || r.id as what from ledger_entry r where r.reverses_id is not null and exists ("
            " (select debit_id, credit_id, amount_minor from ledger_movement where entry_id = r.reverses_id"
            "  except all select credit_id, debit_id, amount_minor from ledger_movement where entry_id = r.id)"
            " union all"
            " (select credit_id, debit_id, amount_minor from ledger_movement where entry_id = r.id"
            "  except all select debit_id, credit_id, amount_minor from ledger_movement where entry_id = r.reverses_id))"
        ),
    ),
    (
        "trial-balance-is-zero",
        "select count(distinct currency) from ledger_account",
        (
            "select currency || ' ' || sum(debit_minor - credit_minor) as what from ledger_account"
            " group by currency having sum(debit_minor - credit_minor) <> 0"
        ),
    ),
    ("closed-days-stay-closed", "select count(*) from ledger_entry", _COUNTED_AFTER_CLOSE),
    (
        "periods-follow-each-other",
        "select count(*) from ledger_bookperiod",
        (
            "select 'period from ' || from_date || ': the one before ends ' || ended as what from ("
            " select from_date, lag(to_date) over (order by from_date) as ended from ledger_bookperiod) p"
            " where ended <> from_date"
        ),
    ),
)
