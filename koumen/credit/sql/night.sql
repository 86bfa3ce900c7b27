-- What a day brings by itself to thousands of accounts at once: rules/turning.py `advance`, one turn, as sets. The order of
-- the steps is that of the rules, and tests/credit/test_night.py holds the two against each other, row by row.
--
-- The steps work on the session's own tables: the chunk's accounts with what their product says, and their bills.
-- `place` of a bucket is its position in rules/allocation.py Bucket: 1 instalment, 2 instalment fee, 3 interest,
-- 4 late charge, 5 fee, 6 principal.

create or replace function open_night() returns void language plpgsql set search_path from current as $$
begin
  create temporary table if not exists night_account (
    id uuid, counted_to date, due_day int, paused date, interest_since bigint, late_since bigint, charges_since bigint,
    is_used boolean, credit bigint, days int, began date, is_taken_over boolean,
    grace_days int, minimum_share numeric, floor_minor bigint, from_posting boolean, is_daily boolean,
    late_share numeric, daily_interest numeric, daily_late numeric, cap_minor bigint, places int[], is_by_bill boolean,
    is_bill_day boolean, next_bill date,
    is_judged boolean, is_billed boolean) on commit delete rows;
  create temporary table if not exists night_due (like credit_due, is_new boolean, is_due boolean, is_gone boolean)
    on commit delete rows;
  create temporary table if not exists night_plan (
    id uuid, account_id uuid, part bigint, charge bigint, bucket text, cut bigint, future bigint, is_over boolean)
    on commit delete rows;
  create temporary table if not exists night_bill (
    account_id uuid, balance bigint, minimum bigint, principal bigint, charges bigint, future bigint)
    on commit delete rows;
  delete from night_account; delete from night_due; delete from night_plan; delete from night_bill;
  perform open_owned();
end $$;

-- Read the accounts and their bills with the days counted (rules/counting.py), in one pass since nothing else happens in
-- between. The overdue part is what is unpaid of the newest judged minimum; a bill in its grace counts what passes it.
-- Like all steps that touch the branch's tables it looks the rows of a chunk up by their keys: they lie together, and
-- the planner would rather read a million accounts for five thousand.
create or replace function read_turning(turn date, ids uuid[], products jsonb) returns void
language plpgsql set search_path from current set enable_seqscan = off set random_page_cost = 1.1 as $$
begin
  insert into night_account
    select a.id, a.counted_to, a.due_day, a.late_paused_until, a.interest_since_bill_minor, a.late_since_bill_minor,
      a.plan_charges_since_bill_minor, a.is_used, coalesce(l.credit_minor - l.debit_minor, 0), turn - a.counted_to,
      coalesce((a.baseline -> 'account' ->> 'counted_to')::date, a.opened_date), a.baseline is not null,
      p.grace_days, p.minimum_share, p.floor_minor, p.from_posting, p.is_daily, p.late_share, p.daily_interest,
      p.daily_late, p.cap_minor, p.places, p.is_by_bill, p.is_bill_day, p.next_bill, false, false
    from unnest(ids) held(id) join credit_creditaccount a on a.id = held.id
    join jsonb_to_recordset(products) p(id uuid, currency text, grace_days int, minimum_share numeric,
      floor_minor bigint, from_posting boolean, is_daily boolean, late_share numeric, daily_interest numeric,
      daily_late numeric, cap_minor bigint, places int[], is_by_bill boolean, is_bill_day boolean, next_bill date)
      on p.id = a.product_id
    left join ledger_account l on l.kind = 'credit_balance' and l.owner_id = a.id and l.currency = p.currency;
  insert into night_due (id, account_id, issued_date, due_date, judged_on, standing, instalment_minor,
      instalment_fee_minor, interest_minor, late_minor, fee_minor, principal_minor, minimum_minor, principal_days,
      relieved_days, overdue_days, is_new, is_due, is_gone)
    with due as materialized (
      select d.*, a.days, a.from_posting, a.is_daily,
        case when d.due_date < turn then turn - greatest(a.counted_to, d.due_date) else 0 end as past,
        case when d.due_date < turn
          then greatest(0, turn - greatest(a.counted_to, d.due_date, a.paused)) else 0 end as charged
      from night_account a join credit_due d on d.account_id = a.id),
    overdue as (
      select account_id, max(issued_date) as newest,
        least((array_agg(minimum_minor order by issued_date desc))[1], sum(principal_minor + instalment_minor))::bigint
          as part
      from due where is_daily and standing <> 'open' group by account_id),
    counted as (
      select d.*, case
          when not d.is_daily then 0
          when d.standing = 'open' then
            least(d.principal_minor + d.instalment_minor, greatest(0, d.minimum_minor - coalesce(o.part, 0)))
          when d.issued_date = o.newest then o.part
          else 0 end as part
      from due d left join overdue o on o.account_id = d.account_id)
    select id, account_id, issued_date, due_date, judged_on, standing, instalment_minor, instalment_fee_minor,
      interest_minor, late_minor, fee_minor, principal_minor, minimum_minor,
      principal_days + past * (principal_minor + instalment_minor)
        + case when from_posting then (days - past) * principal_minor else 0 end,
      relieved_days + past * part, overdue_days + charged * part,
      false, standing = 'open' and judged_on <= turn, false
    from counted;
  insert into night_due (id, account_id, standing, instalment_minor, instalment_fee_minor, interest_minor, late_minor,
      fee_minor, principal_minor, minimum_minor, principal_days, relieved_days, overdue_days, is_new, is_due, is_gone)
    select nextval(pg_get_serial_sequence('credit_due', 'id')), a.id, 'open', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      true, false, false
    from night_account a
    where not exists (select from night_due d where d.account_id = a.id and d.issued_date is null);
  update night_account a set is_judged = true from night_due d where d.account_id = a.id and d.is_due and a.credit > 0;
end $$;

-- Pay debts from credit balances, in the order of the product: of the accounts that are judged, or of those that are
-- billed; who has none is not marked as either. What comes off a bill comes off its minimum and that of every later bill.
create or replace function use_credits(on_bill boolean) returns void language plpgsql set search_path from current as $$
begin
  with debt as (
    select a.id as account_id, d.id as due_id, d.issued_date, b.place, b.amount, a.credit,
      sum(b.amount) over (partition by a.id order by d.issued_date is null,
        case when a.is_by_bill then d.issued_date end, a.places[b.place], d.issued_date) - b.amount as before
    from night_account a join night_due d on d.account_id = a.id
    cross join lateral (values (1, d.instalment_minor), (2, d.instalment_fee_minor), (3, d.interest_minor),
                               (4, d.late_minor), (5, d.fee_minor), (6, d.principal_minor)) b(place, amount)
    where a.credit > 0 and case when on_bill then a.is_billed else a.is_judged end),
  paid as (
    select account_id, due_id, issued_date,
      array_agg(greatest(0, least(amount, credit - before))::bigint order by place) as parts,
      sum(greatest(0, least(amount, credit - before)))::bigint as amount
    from debt group by account_id, due_id, issued_date),
  lowered as (
    select *, sum(amount) over (partition by account_id order by issued_date nulls last)::bigint as so_far from paid),
  taken as (
    update night_due d set
        instalment_minor = d.instalment_minor - w.parts[1], instalment_fee_minor = d.instalment_fee_minor - w.parts[2],
        interest_minor = d.interest_minor - w.parts[3], late_minor = d.late_minor - w.parts[4],
        fee_minor = d.fee_minor - w.parts[5], principal_minor = d.principal_minor - w.parts[6],
        minimum_minor = greatest(0, d.minimum_minor - w.so_far)
      from lowered w where w.due_id = d.id),
  total as (
    select account_id, sum(parts[1] + parts[6])::bigint as principal, sum(parts[2] + parts[5])::bigint as fee,
      sum(parts[3])::bigint as interest, sum(parts[4])::bigint as late, sum(amount)::bigint as amount
    from paid group by account_id having sum(amount) > 0),
  posted as (
    insert into owned_move (entry_kind, owner_id, debit, credit, amount)
      select 'credit_used', t.account_id, 'credit_balance', k.kind, k.amount
      from total t cross join lateral (values ('principal', t.principal), ('interest', t.interest), ('late', t.late),
                                              ('fee', t.fee)) k(kind, amount) where k.amount > 0)
  update night_account a set credit = a.credit - t.amount from total t where t.account_id = a.id;
end $$;

-- Bills that are paid, judged and have no day left to post are gone.
create or replace function drop_done() returns void language plpgsql set search_path from current as $$
begin
  update night_due set is_gone = true
    where standing <> 'open' and not is_gone and principal_days = 0 and relieved_days = 0 and overdue_days = 0
      and instalment_minor + instalment_fee_minor + interest_minor + late_minor + fee_minor + principal_minor = 0;
end $$;

-- Owe interest (or late charges) that are not billed yet, and post them.
create or replace function charge_turning(is_late boolean, accounts uuid[], amounts bigint[]) returns void
language plpgsql set search_path from current as $$
begin
  insert into owned_move (entry_kind, owner_id, debit, credit, amount)
    select case when is_late then 'late_charge' else 'interest' end, c.account_id,
      case when is_late then 'late' else 'interest' end,
      case when is_late then 'late_income' else 'interest_income' end, c.amount
    from unnest(accounts, amounts) c(account_id, amount);
  update night_due d set
      interest_minor = d.interest_minor + case when is_late then 0 else c.amount end,
      late_minor = d.late_minor + case when is_late then c.amount else 0 end
    from unnest(accounts, amounts) c(account_id, amount) where d.account_id = c.account_id and d.issued_date is null;
  update night_account a set
      interest_since = a.interest_since + case when is_late then 0 else c.amount end,
      late_since = a.late_since + case when is_late then c.amount else 0 end
    from unnest(accounts, amounts) c(account_id, amount) where a.id = c.account_id;
end $$;

-- Graces end: paid in full costs nothing, paid the minimum bears interest, less is late.
create or replace function judge_turning() returns void language plpgsql set search_path from current as $$
declare
  accounts uuid[]; amounts bigint[];
begin
  perform use_credits(false);
  update night_due d set
      standing = case when j.unpaid > 0 and d.minimum_minor > 0 then 'late' else 'revolving' end,
      principal_days = case when j.unpaid > 0 then d.principal_days else 0 end,
      relieved_days = case when j.unpaid > 0 and d.minimum_minor > 0 then d.relieved_days else 0 end,
      overdue_days = case when j.unpaid > 0 and d.minimum_minor > 0 then d.overdue_days else 0 end
    from (select id, instalment_minor + instalment_fee_minor + interest_minor + late_minor + fee_minor
            + principal_minor as unpaid from night_due where is_due) j
    where j.id = d.id;
  -- the late charge that is a part of the unpaid minimum, as far as the cap of one bill leaves room
  with share as (
    select d.account_id, d.issued_date, round(d.minimum_minor * a.late_share)::bigint as share,
      case when a.cap_minor > 0 then greatest(0, a.cap_minor - a.late_since) end as room
    from night_due d join night_account a on a.id = d.account_id
    where d.is_due and d.standing = 'late' and a.late_share is not null
      and (a.paused is null or d.judged_on >= a.paused))
  select array_agg(account_id), array_agg(charge) into accounts, amounts
    from (select account_id, least(sum(share), min(room))::bigint as charge from share group by account_id) c
    where charge > 0;
  perform charge_turning(true, accounts, amounts);
  perform drop_done();
end $$;

-- On the bill day interest and daily late charges of judged bills are posted; rounded here, once.
create or replace function accrue_turning() returns void language plpgsql set search_path from current as $$
declare
  of_interest uuid[]; interests bigint[]; of_late uuid[]; lates bigint[];
begin
  with accrued as materialized (
    select a.id, round(sum(d.principal_days - d.relieved_days) * a.daily_interest)::bigint as interest,
      least(round(coalesce(sum(d.overdue_days) filter (where d.standing = 'late'), 0) * a.daily_late),
        case when a.cap_minor > 0 then greatest(0, a.cap_minor - a.late_since) end)::bigint as late
    from night_account a join night_due d on d.account_id = a.id
    where a.is_bill_day and d.standing <> 'open' and not d.is_gone
    group by a.id, a.daily_interest, a.daily_late, a.cap_minor, a.late_since)
  select array_agg(id) filter (where interest > 0), array_agg(interest) filter (where interest > 0),
      array_agg(id) filter (where late > 0), array_agg(late) filter (where late > 0)
    into of_interest, interests, of_late, lates from accrued;
  perform charge_turning(false, of_interest, interests);
  perform charge_turning(true, of_late, lates);
  update night_due d set principal_days = 0, relieved_days = 0, overdue_days = 0
    from night_account a where a.id = d.account_id and a.is_bill_day and d.standing <> 'open' and not d.is_gone;
  perform drop_done();
end $$;

-- The next instalment of each plan falls due; a plan shortened from its end asks no more than is left.
create or replace function bill_plans() returns void language plpgsql set search_path from current as $$
begin
  insert into night_plan
    select p.id, p.account_id, n.part, n.charge, p.charge_bucket, p.cut_minor - (n.principal - n.part),
      n.coming - n.part, p.next_no >= jsonb_array_length(p.schedule) or n.coming - n.part <= 0
    from night_account a join credit_instalmentplan p on p.account_id = a.id and not p.is_over
    cross join lateral (
      select f.principal, f.charge, f.coming, least(f.principal, f.coming) as part
      from (select (p.schedule -> (p.next_no - 1) ->> 0)::bigint as principal,
              (p.schedule -> (p.next_no - 1) ->> 1)::bigint as charge,
              (select sum((e.part ->> 0)::bigint)::bigint from jsonb_array_elements(p.schedule) with ordinality e(part, no)
                 where e.no >= p.next_no) - p.cut_minor as coming) f) n
    where a.is_bill_day;
  if not found then return; end if;
  update night_due d set
      instalment_minor = d.instalment_minor + n.part, instalment_fee_minor = d.instalment_fee_minor + n.fee,
      interest_minor = d.interest_minor + n.interest
    from (select account_id, sum(part) as part, coalesce(sum(charge) filter (where bucket = 'instalment_fee'), 0) as fee,
            coalesce(sum(charge) filter (where bucket = 'interest'), 0) as interest
          from night_plan group by account_id) n
    where n.account_id = d.account_id and d.issued_date is null;
  insert into owned_move (entry_kind, owner_id, debit, credit, amount)
    select case when bucket = 'interest' then 'interest' else 'plan_fee' end, account_id,
      case when bucket = 'interest' then 'interest' else 'fee' end,
      case when bucket = 'interest' then 'interest_income' else 'fee_income' end, charge
    from night_plan where charge > 0;
end $$;

-- Make the bills: an account without debt, credit, plan or anything that happened gets none. `due_dates` gives for each due
-- day of a month the date on which a bill of this turn is due.
create or replace function bill_turning(turn date, due_dates date[]) returns void language plpgsql set search_path from current as $$
begin
  perform accrue_turning();
  perform bill_plans();
  update night_account a set is_billed = true where a.is_bill_day and a.credit > 0;
  perform use_credits(true);
  insert into night_bill
    with owed as (
      select a.id, a.credit, a.minimum_share, a.floor_minor, sum(u.unpaid)::bigint as total,
        sum(d.principal_minor)::bigint as principal,
        coalesce(sum(u.unpaid - d.principal_minor) filter (where d.issued_date is not null), 0)::bigint as before,
        coalesce((array_agg(d.minimum_minor order by d.issued_date desc) filter (where d.issued_date is not null))[1], 0)
          as newest
      from night_account a join night_due d on d.account_id = a.id and not d.is_gone
      cross join lateral (select d.instalment_minor + d.instalment_fee_minor + d.interest_minor + d.late_minor
        + d.fee_minor + d.principal_minor as unpaid) u
      where a.is_bill_day group by a.id, a.credit, a.minimum_share, a.floor_minor, a.is_used, a.is_billed
      having a.is_used or a.is_billed or sum(u.unpaid) > 0 or exists (select from night_plan p where p.account_id = a.id)),
    -- what an earlier minimum still asks beyond interest and charges is principal that is due in full too
    carried as (select *, least(greatest(0, newest - before), principal) as carried from owed),
    planned as (
      select account_id, sum(part)::bigint as part, sum(charge)::bigint as charge,
        coalesce(sum(future) filter (where not is_over), 0)::bigint as future
      from night_plan group by account_id)
    select c.id, c.total - c.credit,
      case when c.total <= c.floor_minor then c.total else greatest(c.floor_minor,
        round((c.principal - c.carried) * c.minimum_share)::bigint + c.total - c.principal + c.carried) end,
      coalesce(p.part, 0), coalesce(p.charge, 0), coalesce(p.future, 0)
    from carried c left join planned p on p.account_id = c.id;
  update night_due d set
      issued_date = turn, due_date = due_dates[a.due_day], judged_on = due_dates[a.due_day] + a.grace_days + 1,
      minimum_minor = b.minimum
    from night_bill b join night_account a on a.id = b.account_id
    where d.account_id = b.account_id and d.issued_date is null;
end $$;
