-- Accounts to measure on, as real rows: persons, customers, accounts, a bill and what is not billed, ledger accounts,
-- and for each an opening entry. The ids are numbers after one prefix, so that pgbench can name an account: UUIDs in
-- the order of the accounts, as those of life are. Foreign keys are right by construction and not asked again.
set session_replication_role = replica;

create temporary table numbered as
  select (%(prefix)s || (%(first)s + i))::uuid as id, %(first)s + i as no from generate_series(1, %(accounts)s::bigint) i;

insert into people_person (id, password, roles, is_active, language, elder_mode, created_at)
  select id, '', '["customer"]', true, 'zh-hans', false, %(at)s from numbered;
insert into people_customer (id, person_id, number, created_at)
  select id, id, 'B' || no, %(at)s from numbered;

insert into credit_creditaccount (id, number, customer_id, product_id, limit_minor, opened_date, version, state, due_day,
    counted_to, next_turn_date, interest_since_bill_minor, late_since_bill_minor, plan_charges_since_bill_minor,
    written_off_minor, is_used)
  select n.id, 'A' || n.no, n.id, %(product)s, %(limit_minor)s, %(opened)s, 1, 'active', a.due_day,
    a.counted_to, a.next_turn_date, 0, 0, 0, 0, false
  from numbered n, jsonb_populate_record(null::credit_creditaccount, %(account)s) a;

-- The bill has the account's number, so that pgbench can name it too.
insert into credit_due (id, account_id, issued_date, due_date, judged_on, standing, instalment_minor,
    instalment_fee_minor, interest_minor, late_minor, fee_minor, principal_minor, minimum_minor, principal_days,
    relieved_days, overdue_days)
  select case when d.issued_date is null then n.no + %(accounts)s else n.no end, n.id, d.issued_date, d.due_date,
    d.judged_on, d.standing, d.instalment_minor, d.instalment_fee_minor, d.interest_minor, d.late_minor, d.fee_minor,
    d.principal_minor, d.minimum_minor, d.principal_days, d.relieved_days, d.overdue_days
  from numbered n, jsonb_populate_recordset(null::credit_due, %(dues)s) d;

insert into ledger_account (kind, owner_id, currency, debit_minor, credit_minor)
  select k.kind, n.id, %(currency)s, k.owed, 0
  from numbered n, (values ('principal', %(principal_minor)s), ('interest', %(interest_minor)s)) k(kind, owed);
insert into ledger_account (kind, owner_id, currency, debit_minor, credit_minor)
  values ('opening', null, %(currency)s, 0, %(accounts)s::bigint * (%(principal_minor)s + %(interest_minor)s));
insert into ledger_entry (entry_id, kind, source_id, effective_at, recorded_at, booked_date)
  select id, 'opening', id, %(at)s, %(at)s, %(today)s from numbered;
insert into ledger_movement (entry_id, debit_id, credit_id, amount_minor)
  select e.id, a.id, o.id, a.debit_minor
  from ledger_entry e join ledger_account a on a.owner_id = e.source_id
  join ledger_account o on o.kind = 'opening';

drop table numbered;
set session_replication_role = default;
