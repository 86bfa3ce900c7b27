-- The two round trips of everything that changes an account: lock and read it whole, write what changed.

-- An account with its open bills (oldest first, what is not billed last), running plans and credit balance. Told of money
-- that came in, it says where that lies and whether the activity is known already. json and not jsonb: it is only sent.
create or replace function read_credit_account(wanted uuid, money bigint default null, activity uuid default null)
returns json stable language plpgsql set search_path from current as $$
begin
  return (
    select json_build_object(
      'account', json_build_object('id', a.id, 'number', a.number, 'customer_id', a.customer_id, 'product_id', a.product_id,
        'limit_minor', a.limit_minor, 'state', a.state, 'version', a.version, 'opened_date', a.opened_date,
        'reported_lateness', a.reported_lateness, 'due_day', a.due_day, 'counted_to', a.counted_to,
        'last_effective_at', a.last_effective_at, 'late_paused_until', a.late_paused_until,
        'interest_since_bill_minor', a.interest_since_bill_minor, 'late_since_bill_minor', a.late_since_bill_minor,
        'plan_charges_since_bill_minor', a.plan_charges_since_bill_minor, 'written_off_minor', a.written_off_minor,
        'is_used', a.is_used),
      'dues', (select coalesce(json_agg(d order by d.issued_date nulls last), '[]') from credit_due d
               where d.account_id = a.id),
      'plans', (select coalesce(json_agg(p order by p.started_at, p.id), '[]') from credit_instalmentplan p
                where p.account_id = a.id and not p.is_over),
      'credit_minor', coalesce((select l.credit_minor - l.debit_minor from ledger_account l
                                where l.kind = 'credit_balance' and l.owner_id = a.id), 0),
      'money', (select json_build_object('kind', l.kind, 'currency', l.currency) from ledger_account l where l.id = money),
      'is_known', activity is not null and exists (select from credit_activity c where c.id = activity))
    from credit_creditaccount a where a.id = wanted);
end $$;

-- The same, locked; a function of its own, so that it reads what is there after the wait and not before.
create or replace function lock_credit_account(wanted uuid, money bigint, activity uuid) returns json
language plpgsql set search_path from current as $$
begin
  perform 1 from credit_creditaccount where id = wanted for no key update;
  return read_credit_account(wanted, money, activity);
end $$;

-- Everything that one command writes about a locked account: see commands/keeping.py, which makes the document.
create or replace function write_credit_change(doc jsonb) returns void language plpgsql set search_path from current as $$
declare
  of_account constant uuid := doc ->> 'account_id';
  now_ constant timestamptz := doc ->> 'at';
  now_is constant jsonb := doc -> 'account';
  entry jsonb; row_ jsonb; posted bigint[] := '{}'; newest bigint; recorded int;
begin
  update credit_creditaccount set
      version = version + 1, due_day = (now_is ->> 'due_day')::int, counted_to = (now_is ->> 'counted_to')::date,
      next_turn_date = (now_is ->> 'next_turn_date')::date,
      last_effective_at = (now_is ->> 'last_effective_at')::timestamptz,
      late_paused_until = (now_is ->> 'late_paused_until')::date,
      interest_since_bill_minor = (now_is ->> 'interest_since_bill_minor')::bigint,
      late_since_bill_minor = (now_is ->> 'late_since_bill_minor')::bigint,
      plan_charges_since_bill_minor = (now_is ->> 'plan_charges_since_bill_minor')::bigint,
      written_off_minor = (now_is ->> 'written_off_minor')::bigint, is_used = (now_is ->> 'is_used')::boolean
    where id = of_account;
  if doc ? 'state' then
    update credit_creditaccount set state = doc ->> 'state' where id = of_account;
  end if;
  if doc ? 'dues_gone' then
    delete from credit_due where account_id = of_account
      and id in (select g::bigint from jsonb_array_elements_text(doc -> 'dues_gone') g);
  end if;
  for place in 0 .. jsonb_array_length(doc -> 'dues_changed') - 1 loop
    row_ := doc -> 'dues_changed' -> place;
    update credit_due set
        issued_date = (row_ ->> 'issued_date')::date, due_date = (row_ ->> 'due_date')::date,
        judged_on = (row_ ->> 'judged_on')::date, standing = row_ ->> 'standing',
        instalment_minor = (row_ ->> 'instalment_minor')::bigint,
        instalment_fee_minor = (row_ ->> 'instalment_fee_minor')::bigint,
        interest_minor = (row_ ->> 'interest_minor')::bigint, late_minor = (row_ ->> 'late_minor')::bigint,
        fee_minor = (row_ ->> 'fee_minor')::bigint, principal_minor = (row_ ->> 'principal_minor')::bigint,
        minimum_minor = (row_ ->> 'minimum_minor')::bigint, principal_days = (row_ ->> 'principal_days')::bigint,
        relieved_days = (row_ ->> 'relieved_days')::bigint, overdue_days = (row_ ->> 'overdue_days')::bigint
      where id = (row_ ->> 'id')::bigint and account_id = of_account;
  end loop;
  if doc ? 'dues_new' then
    insert into credit_due (account_id, issued_date, due_date, judged_on, standing, instalment_minor,
        instalment_fee_minor, interest_minor, late_minor, fee_minor, principal_minor, minimum_minor,
        principal_days, relieved_days, overdue_days)
      select of_account, issued_date, due_date, judged_on, standing, instalment_minor, instalment_fee_minor,
        interest_minor, late_minor, fee_minor, principal_minor, minimum_minor, principal_days, relieved_days,
        overdue_days
      from jsonb_populate_recordset(null::credit_due, doc -> 'dues_new');
  end if;
  if doc ? 'plans_new' then
    insert into credit_instalmentplan (id, account_id, kind, purchase_id, sheet_id, principal_minor, schedule,
        charge_bucket, started_at, next_no, cut_minor, is_over)
      select id, of_account, kind, purchase_id, sheet_id, principal_minor, schedule, charge_bucket, started_at,
        next_no, cut_minor, is_over
      from jsonb_populate_recordset(null::credit_instalmentplan, doc -> 'plans_new');
  end if;
  if doc ? 'plans' then
    update credit_instalmentplan p set next_no = n.next_no, cut_minor = n.cut_minor, is_over = n.is_over
      from jsonb_populate_recordset(null::credit_instalmentplan, doc -> 'plans') n
      where p.id = n.id and p.account_id = of_account;
  end if;
  if doc ? 'statements' then
    select coalesce(max(id), 0) into newest from ledger_entry;
  end if;
  if jsonb_array_length(doc -> 'entries') > 1 then
    perform lock_accounts(accounts_of(of_account, doc ->> 'currency', (doc ->> 'money_id')::bigint, array(
      select distinct k.kind from jsonb_array_elements(doc -> 'entries') e
      cross join lateral unnest((e ->> 'debits')::text[] || (e ->> 'credits')::text[]) k(kind))));
  end if;
  for place in 0 .. jsonb_array_length(doc -> 'entries') - 1 loop
    entry := doc -> 'entries' -> place;
    posted := posted || post_moves((entry ->> 'entry_id')::uuid, entry ->> 'kind', (entry ->> 'source_id')::uuid,
      (entry ->> 'effective_at')::timestamptz, now_, of_account, doc ->> 'currency', (doc ->> 'money_id')::bigint,
      (entry ->> 'debits')::text[], (entry ->> 'credits')::text[], (entry ->> 'amounts')::bigint[]);
  end loop;
  if doc ? 'activity' then
    row_ := doc -> 'activity';
    insert into credit_activity (id, account_id, kind, amount_minor, details, effective_at, recorded_at, entry_id,
        reverses_id)
      values ((row_ ->> 'id')::uuid, of_account, row_ ->> 'kind', (row_ ->> 'amount_minor')::bigint, row_ -> 'details',
        (row_ ->> 'effective_at')::timestamptz, now_, (row_ ->> 'entry_id')::uuid, (row_ ->> 'reverses_id')::uuid);
  end if;
  if doc ? 'repayment' then
    row_ := doc -> 'repayment';
    insert into credit_repayment (id, account_id, payment_id, entry_id, principal_minor, interest_minor, late_minor,
        fee_minor, credit_minor, recovered_minor, balance_after_minor, tendered_at)
      values ((row_ ->> 'id')::uuid, of_account, (row_ ->> 'payment_id')::uuid, (row_ ->> 'entry_id')::uuid,
        (row_ ->> 'principal_minor')::bigint, (row_ ->> 'interest_minor')::bigint, (row_ ->> 'late_minor')::bigint,
        (row_ ->> 'fee_minor')::bigint, (row_ ->> 'credit_minor')::bigint, (row_ ->> 'recovered_minor')::bigint,
        (row_ ->> 'balance_after_minor')::bigint, (row_ ->> 'tendered_at')::timestamptz);
  end if;
  if doc ? 'statements' then
    insert into credit_statement (id, account_id, issued_date, due_date, balance_minor, minimum_minor, future_minor,
        purchases_minor, refunds_minor, payments_minor, interest_minor, late_minor, plan_charges_minor,
        instalments_minor, others_minor, corrections_minor, issued_at, through_entry_id)
      select id, of_account, issued_date, due_date, balance_minor, minimum_minor, future_minor, purchases_minor,
        refunds_minor, payments_minor, interest_minor, late_minor, plan_charges_minor, instalments_minor,
        others_minor, corrections_minor, now_,
        -- in the document: how many of its entries were posted before the bill
        case when through_entry_id = 0 then newest else posted[through_entry_id] end
      from jsonb_populate_recordset(null::credit_statement, doc -> 'statements');
  end if;
  recorded := record_facts(doc -> 'facts');  -- an expression costs less than a statement
  if doc ? 'once' then
    update audit_once set answer = doc -> 'once' -> 'answer' where id = (doc -> 'once' ->> 'id')::bigint;
  end if;
end $$;
