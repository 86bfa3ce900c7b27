-- Holding the accounts of a chunk of the night, writing what night.sql made of them, and the chunk as a whole.

-- Lock accounts whose turn it is, in the order of their ids, from an id on; those that somebody else holds are left for
-- later, unless we wait. A function of its own, so that what follows reads what is there now. They are always found by
-- walking along the ids: what the planner believes of a night that is half done is wrong.
create or replace function hold_turning(turn date, products uuid[], past uuid, most int, is_waiting boolean) returns uuid[]
language plpgsql set search_path from current set enable_seqscan = off set enable_sort = off as $$
begin
  if is_waiting then
    return array(select id from credit_creditaccount
      where next_turn_date = turn and id > past and product_id = any(products)
      order by id limit most for no key update);
  end if;
  return array(select id from credit_creditaccount
    where next_turn_date = turn and id > past and product_id = any(products)
    order by id limit most for no key update skip locked);
end $$;

-- Write the positions. A bill not made yet has a row when it says something.
create or replace function write_turning(turn date) returns void language plpgsql set search_path from current set enable_seqscan = off set random_page_cost = 1.1 as $$
begin
  delete from credit_due d using night_due n where n.id = d.id and n.is_gone;
  update credit_due d set
      issued_date = n.issued_date, due_date = n.due_date, judged_on = n.judged_on, standing = n.standing,
      instalment_minor = n.instalment_minor, instalment_fee_minor = n.instalment_fee_minor,
      interest_minor = n.interest_minor, late_minor = n.late_minor, fee_minor = n.fee_minor,
      principal_minor = n.principal_minor, minimum_minor = n.minimum_minor, principal_days = n.principal_days,
      relieved_days = n.relieved_days, overdue_days = n.overdue_days
    from night_due n where n.id = d.id and not n.is_gone and (
      d.standing <> n.standing or d.issued_date is distinct from n.issued_date or d.interest_minor <> n.interest_minor
      or d.late_minor <> n.late_minor or d.principal_minor <> n.principal_minor or d.fee_minor <> n.fee_minor
      or d.instalment_minor <> n.instalment_minor or d.instalment_fee_minor <> n.instalment_fee_minor
      or d.minimum_minor <> n.minimum_minor or d.principal_days <> n.principal_days
      or d.relieved_days <> n.relieved_days or d.overdue_days <> n.overdue_days);
  insert into credit_due (id, account_id, issued_date, due_date, judged_on, standing, instalment_minor,
      instalment_fee_minor, interest_minor, late_minor, fee_minor, principal_minor, minimum_minor, principal_days,
      relieved_days, overdue_days)
    select id, account_id, issued_date, due_date, judged_on, standing, instalment_minor, instalment_fee_minor,
      interest_minor, late_minor, fee_minor, principal_minor, minimum_minor, principal_days, relieved_days, overdue_days
    from night_due where is_new and (issued_date is not null or late_minor > 0 or interest_minor > 0);
  update credit_instalmentplan p set
      next_no = case when n.is_over then p.next_no else p.next_no + 1 end,
      cut_minor = case when n.is_over then p.cut_minor else n.cut end, is_over = n.is_over
    from night_plan n where n.id = p.id;
  update credit_creditaccount a set
      version = a.version + 1, counted_to = turn, next_turn_date = least(n.next_bill, o.judged_on),
      interest_since_bill_minor = case when n.is_bill_day then 0 else n.interest_since end,
      late_since_bill_minor = case when n.is_bill_day then 0 else n.late_since end,
      plan_charges_since_bill_minor = case when n.is_bill_day then 0 else n.charges_since end,
      is_used = n.is_used and not n.is_bill_day
    from night_account n
    left join (select account_id, min(judged_on) as judged_on from night_due where standing = 'open' group by account_id) o
      on o.account_id = n.id
    where a.id = n.id;
end $$;

-- Freeze the bills with the lines of their month (commands/billing.py): what no line explains was changed in an earlier
-- month. Moments are compared as dates of the branch, since a local midnight may come twice.
create or replace function write_statements(turn date, issued timestamptz, through bigint) returns void
language plpgsql set search_path from current set enable_seqscan = off set random_page_cost = 1.1 as $$
declare
  zone text;
begin
  select b.zone_name into strict zone from branch_branch b where b.schema = current_schema();
  insert into credit_statement (id, account_id, issued_date, due_date, balance_minor, minimum_minor, future_minor,
      purchases_minor, refunds_minor, payments_minor, interest_minor, late_minor, plan_charges_minor,
      instalments_minor, others_minor, corrections_minor, issued_at, through_entry_id)
    select uuidv7(), b.account_id, turn, d.due_date, b.balance, b.minimum, b.future,
      l.purchases + t.bought, l.refunds + t.returned, l.payments, n.interest_since, n.late_since,
      b.charges + n.charges_since, b.principal, l.others,
      b.balance + b.future - w.total - l.purchases - t.bought + l.refunds + t.returned + l.payments - l.others
        - n.interest_since - n.late_since - b.charges - n.charges_since,
      issued, through
    from night_bill b
    join night_account n on n.id = b.account_id
    join night_due d on d.account_id = b.account_id and d.issued_date = turn
    left join lateral (
      select s.issued_date, s.balance_minor + s.future_minor as total from credit_statement s
      where s.account_id = b.account_id order by s.issued_date desc limit 1) s on true
    cross join lateral (
      select coalesce(s.issued_date, n.began) as since, coalesce(s.total, began_with(b.account_id)) as total) w
    cross join lateral (
      select coalesce(sum(c.amount_minor) filter (where c.kind in ('purchase', 'disbursement')), 0) as purchases,
        coalesce(sum(c.amount_minor) filter (where c.kind = 'refund'), 0) as refunds,
        coalesce(sum(c.amount_minor) filter (where c.kind = 'repayment'), 0) as payments,
        coalesce(sum(c.amount_minor) filter (where c.kind = 'credit_refund'), 0)
          - coalesce(sum(c.amount_minor) filter (where c.kind in ('waiver', 'write_off')), 0) as others
      from credit_activity c
      where c.account_id = b.account_id and c.effective_at > w.since::timestamp at time zone 'UTC' - interval '2 days'
        and (c.effective_at at time zone zone)::date >= w.since and (c.effective_at at time zone zone)::date < turn
        and not exists (select from credit_activity r where r.reverses_id = c.id)) l
    cross join lateral (
      -- what was bought before a takeover is no activity; the first bill after it names it all the same
      select coalesce(sum(p.amount_minor) filter (where p.amount_minor > 0), 0) as bought,
        coalesce(-sum(p.amount_minor) filter (where p.amount_minor < 0), 0) as returned
      from credit_purchase p
      where n.is_taken_over and p.account_id = b.account_id
        and (p.purchased_at at time zone zone)::date >= w.since and (p.purchased_at at time zone zone)::date < turn
        and not exists (select from credit_activity c where c.id = p.id)) t;
end $$;

-- All that was owed where an account was taken over, less its credit balance.
create or replace function began_with(wanted uuid) returns bigint stable language sql set search_path from current as $$
  select case when a.baseline is null then 0 else (
    select coalesce(sum((d ->> 'instalment_minor')::bigint + (d ->> 'instalment_fee_minor')::bigint
      + (d ->> 'interest_minor')::bigint + (d ->> 'late_minor')::bigint + (d ->> 'fee_minor')::bigint
      + (d ->> 'principal_minor')::bigint), 0)
    from jsonb_array_elements(a.baseline -> 'dues') d)::bigint - (a.baseline ->> 'credit_minor')::bigint end
  from credit_creditaccount a where a.id = wanted
$$;

-- One chunk of one turn, without the postings, which come last (post_owned): what was done, in figures. `midnight` is the
-- turn's beginning at the branch. The digest is of the bills in the order of their accounts.
create or replace function turn_accounts(turn date, ids uuid[], products jsonb, due_dates date[], midnight timestamptz,
                              chunk uuid, moment timestamptz) returns jsonb
language plpgsql set search_path from current as $$
declare
  kind_of text; through bigint; late bigint;
begin
  perform open_night();
  perform read_turning(turn, ids, products);
  foreach kind_of in array '{credit_used,late_charge,interest,plan_fee}'::text[] loop
    through := draw_entry();
    insert into owned_entry values (kind_of, through, chunk, midnight);
  end loop;
  perform judge_turning();
  select coalesce(sum(amount), 0) into late from owned_move where credit = 'late_income';
  perform bill_turning(turn, due_dates);
  perform write_statements(turn, moment, through);
  perform write_turning(turn);
  return (
    select jsonb_build_object('judged', count(*) filter (where is_due), 'late_minor', late,
      'late', count(*) filter (where is_due and standing = 'late'))
    from night_due) || (
    select jsonb_build_object('interest_minor', coalesce(sum(amount) filter (where credit = 'interest_income'), 0),
      'late_charges_minor', coalesce(sum(amount) filter (where credit = 'late_income'), 0) - late,
      'plan_charges_minor', coalesce(sum(amount) filter (where credit = 'fee_income'), 0))
    from owned_move) || (
    select jsonb_build_object('bills', count(*), 'through_entry_id', through,
      'balance_minor', coalesce(sum(balance), 0), 'minimum_minor', coalesce(sum(minimum), 0),
      'digest', encode(sha256(convert_to(
        string_agg(account_id || ' ' || balance || ' ' || minimum, e'\n' order by account_id), 'UTF8')), 'hex'))
    from night_bill);
end $$;
