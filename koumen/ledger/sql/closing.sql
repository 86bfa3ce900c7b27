-- Days that are closed. Whoever posts holds ledger_entry in row exclusive mode until the end of the transaction, and
-- whoever closes holds it in share row exclusive mode: so a close sees every entry of its days, and an entry every
-- close before it (see posting.sql).

-- Nothing may count on a closed day, whoever writes it; the posting functions move such an entry to the first open one.
create function guard_open_day() returns trigger language plpgsql set search_path from current as $$
declare
  closed date;
begin
  select min(p.booked_date) into closed from posted p
    where p.booked_date < (select max(b.to_date) from ledger_bookperiod b);
  if closed is not null then
    raise exception 'the books of % are closed', closed using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger ledger_entry_open_day after insert on ledger_entry
  referencing new table as posted for each statement execute function guard_open_day();

-- Periods follow one another without a gap, and only days that are over are closed.
create function guard_period() returns trigger language plpgsql set search_path from current as $$
declare
  first_open date; zone text;
begin
  select max(p.to_date) into first_open from ledger_bookperiod p;
  if first_open <> new.from_date then
    raise exception 'a period from % does not follow the last one, to %', new.from_date, first_open
      using errcode = 'check_violation';
  end if;
  select b.zone_name into strict zone from branch_branch b where b.schema = current_schema();
  if new.to_date > (new.closed_at at time zone zone)::date then
    raise exception 'a period to % is not over', new.to_date using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger ledger_bookperiod_follows before insert on ledger_bookperiod
  for each row execute function guard_period();

-- Close all days up to and with one; returns from when on, or null when that day was closed before. Acts as its owner:
-- the application's role may neither write a period nor keep postings out. Gives up after some seconds behind a long
-- posting (lock_not_available), since everyone who posts would wait behind us.
create function close_books(period uuid, through date, closed timestamptz, closer text)
returns date language plpgsql security definer set search_path from current set lock_timeout = '3s' as $$
declare
  since date; newest bigint;
begin
  lock table ledger_entry in share row exclusive mode;
  select max(p.to_date) into since from ledger_bookperiod p;
  if since > through then return null; end if;
  if since is null then
    select least(min(e.booked_date), through) into since from ledger_entry e;
  end if;
  select coalesce(max(e.id), 0) into newest from ledger_entry e;
  insert into ledger_bookperiod (id, from_date, to_date, through_entry_id, closed_at, closed_by)
    values (period, since, through + 1, newest, closed, closer);
  return since;
end $$;
