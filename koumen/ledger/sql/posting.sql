-- The only writers of ledger_account's sums. Accounts are locked in the order of their ids, so that two
-- postings never wait for each other in a circle.
--
-- An entry counts on the day it is effective, or on the first open day when that one is closed. ledger_entry is
-- locked before the closed days are read, in the mode of the insert that follows: a close at the same time either
-- waits for this transaction, or has ended and is seen (see closing.sql).

-- One entry with its movements; returns the entry's id. Planned once in a session: for a handful of accounts a plan
-- of its own each time costs a quarter of the whole posting. The accounts come last and one by one, in the order of their
-- ids: for so few it costs less than one statement that locks and one that adds.
create or replace function post_entry(entry_uuid uuid, kind_of text, source uuid, effective timestamptz, recorded timestamptz,
                           reversed_id bigint, debits bigint[], credits bigint[], amounts bigint[])
returns bigint language plpgsql set search_path from current set plan_cache_mode = force_generic_plan as $$
declare
  posted bigint; side record; currency_of text; other_currency text; zone text; first_open date;
begin
  lock table ledger_entry in row exclusive mode;
  select b.zone_name, (select max(p.to_date) from ledger_bookperiod p) into strict zone, first_open
    from branch_branch b where b.schema = current_schema();
  insert into ledger_entry (entry_id, kind, source_id, effective_at, recorded_at, reverses_id, booked_date)
    values (entry_uuid, kind_of, source, effective, recorded, reversed_id,
            greatest((effective at time zone zone)::date, first_open)) returning id into posted;
  insert into ledger_movement (entry_id, debit_id, credit_id, amount_minor)
    select posted, m.debit, m.credit, m.amount from unnest(debits, credits, amounts) as m(debit, credit, amount);
  for side in
    select s.account, sum(s.debit)::bigint as debit, sum(s.credit)::bigint as credit
      from unnest(debits || credits, amounts || array_fill(0::bigint, array[cardinality(amounts)]),
                  array_fill(0::bigint, array[cardinality(amounts)]) || amounts) as s(account, debit, credit)
      group by s.account order by s.account
  loop
    update ledger_account a set debit_minor = a.debit_minor + side.debit, credit_minor = a.credit_minor + side.credit
      where a.id = side.account returning a.currency into other_currency;
    if not found then
      raise exception 'an account of the entry does not exist' using errcode = 'foreign_key_violation';
    end if;
    currency_of := coalesce(currency_of, other_currency);
    if currency_of <> other_currency then
      raise exception 'an entry has one currency, not % and %', currency_of, other_currency using errcode = 'check_violation';
    end if;
  end loop;
  return posted;
end $$;

-- Many entries at once, from the session's own tables staged_entry and staged_movement (see ledger/staging.py),
-- which are emptied; the same promises as above, checked for the whole set. Returns how many movements.
create or replace function post_staged(recorded timestamptz) returns bigint language plpgsql set search_path from current as $$
declare
  moved bigint; wrong text; zone text; first_open date;
begin
  lock table ledger_entry in row exclusive mode;
  select b.zone_name, (select max(p.to_date) from ledger_bookperiod p) into strict zone, first_open
    from branch_branch b where b.schema = current_schema();
  -- without it the planner takes the fresh tables for a few rows and joins them one by one
  analyze staged_entry, staged_movement;
  perform 1 from ledger_account
    where id in (select debit_id from staged_movement union select credit_id from staged_movement)
    order by id for no key update;
  select m.entry_id::text into wrong from staged_movement m
    left join ledger_account d on d.id = m.debit_id left join ledger_account c on c.id = m.credit_id
    where d.currency is distinct from c.currency or d.id is null limit 1;
  if found then
    raise exception 'entry % has two currencies or an unknown account', wrong using errcode = 'check_violation';
  end if;
  select e.entry_id::text into wrong from staged_entry e
    where not exists (select from staged_movement m where m.entry_id = e.entry_id) limit 1;
  if found then
    raise exception 'entry % has no movement', wrong using errcode = 'check_violation';
  end if;
  with posted as (
    insert into ledger_entry (entry_id, kind, source_id, effective_at, recorded_at, booked_date)
    select entry_id, kind, source_id, effective_at, recorded,
      greatest((effective_at at time zone zone)::date, first_open) from staged_entry
    returning id, entry_id)
  insert into ledger_movement (entry_id, debit_id, credit_id, amount_minor)
    select posted.id, m.debit_id, m.credit_id, m.amount_minor
    from staged_movement m join posted on posted.entry_id = m.entry_id;
  get diagnostics moved = row_count;
  if moved <> (select count(*) from staged_movement) then
    raise exception 'a staged movement names no staged entry' using errcode = 'foreign_key_violation';
  end if;
  update ledger_account a
    set debit_minor = a.debit_minor + sums.debit, credit_minor = a.credit_minor + sums.credit
    from (select account, sum(debit) as debit, sum(credit) as credit from (
            select debit_id as account, amount_minor as debit, 0 as credit from staged_movement
            union all
            select credit_id, 0, amount_minor from staged_movement) side
          group by account) sums
    where a.id = sums.account;
  truncate staged_entry, staged_movement;
  return moved;
end $$;
