"""What had moved on each account before a day: the kept sums, less what has counted since."""

# One parameter, the day; 'infinity' for all that ever moved. The newer the day, the less is read: closed years are not.
SUMS_BEFORE = """
  select a.id, a.kind, a.owner_id, a.currency,
    (a.debit_minor - coalesce(later.debit, 0))::bigint as debit_minor,
    (a.credit_minor - coalesce(later.credit, 0))::bigint as credit_minor
  from ledger_account a
  left join (
    select account, sum(debit) as debit, sum(credit) as credit
    from (
      select m.debit_id as account, m.amount_minor as debit, 0 as credit
        from ledger_entry e join ledger_movement m on m.entry_id = e.id where e.booked_date >= %(day)s
      union all
      select m.credit_id, 0, m.amount_minor
        from ledger_entry e join ledger_movement m on m.entry_id = e.id where e.booked_date >= %(day)s) side
    group by account) later on later.account = a.id
"""
