-- Thousands of movements at once by kinds of accounts, one owner each: a room's night over all its accounts.

-- The number of an entry that is going to be posted in this transaction, for rows that must name it before. From here
-- on no day can be closed until the transaction has ended, so that the number tells on which side of a close it lies.
create or replace function draw_entry() returns bigint language plpgsql set search_path from current as $$
begin
  lock table ledger_entry in row exclusive mode;
  return nextval(pg_get_serial_sequence('ledger_entry', 'id'));
end $$;

-- The session's own tables for it: one entry a kind (without movements it is none), and its movements.
create or replace function open_owned() returns void language plpgsql set search_path from current as $$
begin
  create temporary table if not exists owned_entry (
    kind text, id bigint, source_id uuid, effective_at timestamptz) on commit delete rows;
  create temporary table if not exists owned_move (
    entry_kind text, owner_id uuid, debit text, credit text, amount bigint, debit_id bigint, credit_id bigint)
    on commit delete rows;
  delete from owned_entry;
  delete from owned_move;
end $$;

-- Post what is staged, under the promises of post_entry (posting.sql); returns how many movements. Accounts are opened
-- where there are none. Owners' accounts are locked in the order of their ids, then those that all share, which others
-- wait for: they are held for the last statement only. Looked up by their keys, however many the planner expects.
create or replace function post_owned(in_currency text, recorded timestamptz) returns bigint
language plpgsql set search_path from current set enable_seqscan = off set random_page_cost = 1.1 as $$
declare
  -- what a credit account owns; every other kind here is the branch's own (ledger/rules/chart.py, held by a test)
  owned constant text[] := '{principal,interest,late,fee,credit_balance}';
  moved bigint; zone text; first_open date;
begin
  lock table ledger_entry in row exclusive mode;
  select b.zone_name, (select max(p.to_date) from ledger_bookperiod p) into strict zone, first_open
    from branch_branch b where b.schema = current_schema();
  for attempt in 1..2 loop
    update owned_move m set
        debit_id = case when m.debit = any(owned)
          then (select a.id from ledger_account a
                where a.kind = m.debit and a.owner_id = m.owner_id and a.currency = in_currency)
          else (select a.id from ledger_account a
                where a.kind = m.debit and a.owner_id is null and a.currency = in_currency) end,
        credit_id = case when m.credit = any(owned)
          then (select a.id from ledger_account a
                where a.kind = m.credit and a.owner_id = m.owner_id and a.currency = in_currency)
          else (select a.id from ledger_account a
                where a.kind = m.credit and a.owner_id is null and a.currency = in_currency) end
      where m.debit_id is null or m.credit_id is null;
    insert into ledger_account (kind, owner_id, currency, debit_minor, credit_minor)
      select distinct s.kind, case when s.kind = any(owned) then m.owner_id end, in_currency, 0, 0
      from owned_move m cross join lateral (values (m.debit, m.debit_id), (m.credit, m.credit_id)) s(kind, id)
      where s.id is null on conflict do nothing;
    exit when not found;
  end loop;
  insert into ledger_entry (id, entry_id, kind, source_id, effective_at, recorded_at, booked_date)
    select e.id, uuidv7(), e.kind, e.source_id, e.effective_at, recorded,
      greatest((e.effective_at at time zone zone)::date, first_open)
    from owned_entry e where exists (select from owned_move m where m.entry_kind = e.kind);
  insert into ledger_movement (entry_id, debit_id, credit_id, amount_minor)
    select e.id, m.debit_id, m.credit_id, m.amount from owned_move m join owned_entry e on e.kind = m.entry_kind;
  get diagnostics moved = row_count;
  if moved <> (select count(*) from owned_move) then
    raise exception 'a staged movement names no staged entry' using errcode = 'foreign_key_violation';
  end if;
  perform add_owned(true);
  perform add_owned(false);
  return moved;
end $$;

-- Add what moved to the sums of accounts: those that somebody owns, or those that all share.
create or replace function add_owned(is_owned boolean) returns void language plpgsql set search_path from current set enable_seqscan = off set random_page_cost = 1.1 as $$
declare
  ids bigint[]; debited bigint[]; credited bigint[];
begin
  select array_agg(s.id order by s.id), array_agg(s.debit order by s.id), array_agg(s.credit order by s.id)
    into ids, debited, credited
    from (select side.id, sum(side.debit)::bigint as debit, sum(side.credit)::bigint as credit
          from (select debit_id as id, amount as debit, 0 as credit from owned_move
                union all select credit_id, 0, amount from owned_move) side
          group by side.id) s
    join ledger_account a on a.id = s.id where (a.owner_id is not null) = is_owned;
  perform lock_accounts(ids);
  update ledger_account a set debit_minor = a.debit_minor + s.debit, credit_minor = a.credit_minor + s.credit
    from unnest(ids, debited, credited) s(id, debit, credit) where a.id = s.id;
end $$;
