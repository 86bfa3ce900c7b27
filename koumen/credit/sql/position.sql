-- The two round trips of everything that changes an account: lock and read it whole, write what changed.

-- An account with its open bills (oldest first, what is not billed last), running plans and credit balance.
create or replace function read_credit_account(wanted uuid) returns jsonb stable
language sql set search_path from current as $$
  select jsonb_build_object(
    'account', to_jsonb(a) - 'baseline',
    'product', (select jsonb_build_object('id', v.id, 'currency', v.currency, 'parameters', v.parameters)
                from credit_productversion v where v.id = a.product_id),
    'dues', (select coalesce(jsonb_agg(to_jsonb(d) - 'account_id' order by d.issued_date nulls last), '[]')
             from credit_due d where d.account_id = a.id),
    'plans', (select coalesce(jsonb_agg(to_jsonb(p) order by p.started_at, p.id), '[]')
              from credit_instalmentplan p where p.account_id = a.id and not p.is_over),
    'credit_minor', coalesce((select l.credit_minor - l.debit_minor from ledger_account l
                              where l.kind = 'credit_balance' and l.owner_id = a.id), 0))
  from credit_creditaccount a where a.id = wanted
$$;

-- The same, locked; a function of its own, so that it reads what is there after the wait and not before. Told of
-- money that came in, it says where it lies and whether the activity is known already.
create or replace function lock_credit_account(wanted uuid, money bigint, activity uuid) returns jsonb
language plpgsql set search_path from current as $$
begin
  perform 1 from credit_creditaccount where id = wanted for no key update;
  return read_credit_account(wanted) || case when activity is null then '{}'::jsonb else jsonb_build_object(
    'money', (select jsonb_build_object('kind', l.kind, 'currency', l.currency) from ledger_account l where l.id = money),
    'is_known', exists (select from credit_activity c where c.id = activity)) end;
end $$;

-- Everything that one command writes about a locked account: see commands/keeping.py, which makes the document.
create or replace function write_credit_change(doc jsonb) returns void language plpgsql set search_path from current as $$
declare
  of_account constant uuid := doc ->> 'account_id';
  now_ constant timestamptz := doc ->> 'at';
  entry jsonb; posted bigint[] := '{}'; newest bigint;
begin
  update credit_creditaccount a set
      version = a.version + 1, state = n.state, due_day = n.due_day, counted_to = n.counted_to,
      next_turn_date = n.next_turn_date, last_effective_at = n.last_effective_at,
      late_paused_until = n.late_paused_until, interest_since_bill_minor = n.interest_since_bill_minor,
      late_since_bill_minor = n.late_since_bill_minor,
      plan_charges_since_bill_minor = n.plan_charges_since_bill_minor, written_off_minor = n.written_off_minor, is_used = n.is_used
    from jsonb_populate_record(null::credit_creditaccount, doc -> 'account') n where a.id = of_account;
  if doc ? 'dues_gone' then
    delete from credit_due where account_id = of_account
      and id in (select g::bigint from jsonb_array_elements_text(doc -> 'dues_gone') g);
  end if;
  update credit_due d set
      issued_date = n.issued_date, due_date = n.due_date, judged_on = n.judged_on, standing = n.standing,
      instalment_minor = n.instalment_minor, instalment_fee_minor = n.instalment_fee_minor,
      interest_minor = n.interest_minor, late_minor = n.late_minor, fee_minor = n.fee_minor,
      principal_minor = n.principal_minor, minimum_minor = n.minimum_minor, principal_days = n.principal_days,
      relieved_days = n.relieved_days, overdue_days = n.overdue_days
    from jsonb_populate_recordset(null::credit_due, doc -> 'dues_changed') n
    where d.id = n.id and d.account_id = of_account;
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
      cross join lateral jsonb_array_elements_text((e -> 'debits') || (e -> 'credits')) k(kind))));
  end if;
  for entry in select e from jsonb_array_elements(doc -> 'entries') e loop
    posted := posted || post_moves((entry ->> 'entry_id')::uuid, entry ->> 'kind', (entry ->> 'source_id')::uuid,
      (entry ->> 'effective_at')::timestamptz, now_, of_account, doc ->> 'currency', (doc ->> 'money_id')::bigint,
      array(select jsonb_array_elements_text(entry -> 'debits')),
      array(select jsonb_array_elements_text(entry -> 'credits')),
      array(select m::bigint from jsonb_array_elements_text(entry -> 'amounts') m));
  end loop;
  if doc ? 'activity' then
    insert into credit_activity (id, account_id, kind, amount_minor, details, effective_at, recorded_at, entry_id,
        reverses_id)
      select id, of_account, kind, amount_minor, details, effective_at, now_, entry_id, reverses_id
      from jsonb_populate_record(null::credit_activity, doc -> 'activity');
  end if;
  if doc ? 'repayment' then
    insert into credit_repayment (id, account_id, payment_id, entry_id, principal_minor, interest_minor, late_minor,
        fee_minor, credit_minor, recovered_minor, balance_after_minor, tendered_at)
      select id, of_account, payment_id, entry_id, principal_minor, interest_minor, late_minor, fee_minor,
        credit_minor, recovered_minor, balance_after_minor, tendered_at
      from jsonb_populate_record(null::credit_repayment, doc -> 'repayment');
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
  perform record_facts(doc -> 'facts');
  if doc ? 'once' then
    update audit_once set answer = doc -> 'once' -> 'answer' where id = (doc -> 'once' ->> 'id')::bigint;
  end if;
end $$;
