-- Every account owes what it owed at the beginning: what was paid is lent again, in the books too.
create temporary table paid on commit drop as
  select a.id, a.owner_id, w.owed - (a.debit_minor - a.credit_minor) as amount
  from ledger_account a
  join (values ('principal', %(principal_minor)s), ('interest', %(interest_minor)s)) w(kind, owed) using (kind)
  where a.debit_minor - a.credit_minor <> w.owed;

create temporary table staged_entry on commit drop as
  select uuidv7() as entry_id, 'opening' as kind, owner_id as source_id, %(at)s::timestamptz as effective_at
  from (select distinct owner_id from paid) p;
create temporary table staged_movement on commit drop as
  select s.entry_id, case when p.amount > 0 then p.id else o.id end as debit_id,
    case when p.amount > 0 then o.id else p.id end as credit_id, abs(p.amount)::bigint as amount_minor
  from paid p join staged_entry s on s.source_id = p.owner_id
  join ledger_account o on o.kind = 'opening';
select post_staged(%(at)s);

update credit_due d set principal_minor = n.principal_minor, interest_minor = n.interest_minor,
    minimum_minor = n.minimum_minor
  from (select distinct owner_id from paid) p, jsonb_populate_recordset(null::credit_due, %(dues)s) n
  where d.account_id = p.owner_id and d.issued_date = n.issued_date;
