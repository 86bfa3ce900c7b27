-- Many repayments at once: what the command record_repayment (commands/paying.py) does for one, done for a part of a
-- file by a few statements. Lines that need more than this (a day that is counted already, a bill to be made first,
-- interest to be posted first, …) are left to that command. The tables are the session's own: importer/payable.py.

-- Choose for each account of the part its next line, if it is simple: nothing between the stored position and the
-- line but days to count, and no charge that the payment would bring to light. Later lines wait for the next round.
-- The conditions are those under which rules/entering.py goes forward; today is counted in the same step.
create or replace function choose_repayments(into_kind text, today date) returns bigint language plpgsql set search_path from current as $$
declare
  chosen bigint;
begin
  truncate chosen_repayment;
  insert into chosen_repayment
    select h.line, a.id, h.payment_id, h.amount_minor, h.tendered_at, m.id, p.currency, uuidv7(), uuidv7(),
      a.counted_to, h.on_date, case when h.waiting = 1 then today else h.on_date end,
      case when h.on_date - d.late_since > p.overdue_after_days then p.overdue_allocation else p.allocation end,
      p.from_posting, p.counts_overdue, a.late_paused_until, d.newest_judged, d.has_unbilled,
      coalesce((select l.credit_minor - l.debit_minor from ledger_account l
                where l.kind = 'credit_balance' and l.owner_id = a.id), 0),
      coalesce((select sum((select coalesce(sum((e.part ->> 0)::bigint), 0)
                  from jsonb_array_elements(i.schedule) with ordinality e(part, no) where e.no >= i.next_no) - i.cut_minor)
                from credit_instalmentplan i where i.account_id = a.id and not i.is_over), 0)
    from (select distinct on (account_id) *, count(*) over (partition by account_id) as waiting
          from hand_repayment where outcome is null order by account_id, tendered_at, line) h
    join credit_creditaccount a on a.id = h.account_id
    join staged_product p on p.id = a.product_id
    join ledger_account m on m.kind = into_kind and m.owner_id is null and m.currency = p.currency
    cross join lateral (
      select coalesce(sum(d.instalment_minor + d.instalment_fee_minor + d.interest_minor + d.late_minor + d.fee_minor
          + d.principal_minor), 0) as unpaid,
        max(d.issued_date) filter (where d.standing <> 'open') as newest_judged,
        min(d.due_date) filter (where d.standing = 'late') as late_since,
        coalesce(bool_or(d.issued_date is null), false) as has_unbilled
      from credit_due d where d.account_id = a.id) d
    where a.state <> 'closed' and a.written_off_minor = 0
      and a.counted_to <= h.on_date and a.next_turn_date > today
      and (a.last_effective_at is null or h.tendered_at > a.last_effective_at)
      and (h.amount_minor <= d.unpaid or d.newest_judged is null);
  get diagnostics chosen = row_count;
  update hand_repayment h set outcome = 'single'
    where h.outcome is null and not exists (select from chosen_repayment c where c.account_id = h.account_id);
  return chosen;
end $$;

-- Spread the chosen payments over the debts in the orders of rules/allocation.py, and count the days before and after
-- them as rules/counting.py does. No bill is made or judged meanwhile, so the days are products.
create or replace function pay_dues() returns void language plpgsql set search_path from current as $$
begin
  insert into credit_due (account_id, standing, instalment_minor, instalment_fee_minor, interest_minor, late_minor,
      fee_minor, principal_minor, minimum_minor, principal_days, relieved_days, overdue_days)
    select c.account_id, 'open', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 from chosen_repayment c where not c.has_unbilled;
  truncate paid_repayment;
  with due as (
    select d.*, c.line, c.amount_minor, c.allocation, c.counted_to, c.on_date, c.until, c.from_posting, c.counts_overdue,
      d.standing <> 'open' as is_judged, coalesce(d.issued_date = c.newest_judged, false) as bears,
      d.instalment_minor + d.principal_minor as bore,
      -- of the days before and after the payment those past the due day, and of these those without a pause
      case when d.due_date is null then 0 else greatest(0, c.on_date - greatest(c.counted_to, d.due_date)) end as days_before,
      case when d.due_date is null then 0 else greatest(0, c.until - greatest(c.on_date, d.due_date)) end as days_after,
      greatest(0, c.on_date - greatest(c.counted_to, d.due_date, c.late_paused_until)) as charged_before,
      greatest(0, c.until - greatest(c.on_date, d.due_date, c.late_paused_until)) as charged_after
    from chosen_repayment c join credit_due d on d.account_id = c.account_id),
  debt as (
    select d.id, b.bucket, greatest(0, least(b.unpaid, d.amount_minor + b.unpaid - (sum(b.unpaid) over (partition by d.line
        order by d.issued_date is null, case when o.is_by_bill then d.issued_date end, o.place, d.issued_date))::bigint)) as part
    from due d cross join lateral (values ('instalment', d.instalment_minor), ('instalment_fee', d.instalment_fee_minor),
      ('interest', d.interest_minor), ('late', d.late_minor), ('fee', d.fee_minor), ('principal', d.principal_minor))
      b(bucket, unpaid)
    join staged_order o on o.name = d.allocation and o.bucket = b.bucket where b.unpaid > 0),
  share as (
    select id, sum(part)::bigint as part, coalesce(sum(part) filter (where bucket = 'instalment'), 0)::bigint as instalment,
      coalesce(sum(part) filter (where bucket = 'instalment_fee'), 0)::bigint as instalment_fee,
      coalesce(sum(part) filter (where bucket = 'interest'), 0)::bigint as interest,
      coalesce(sum(part) filter (where bucket = 'late'), 0)::bigint as late,
      coalesce(sum(part) filter (where bucket = 'fee'), 0)::bigint as fee,
      coalesce(sum(part) filter (where bucket = 'principal'), 0)::bigint as principal
    from debt where part > 0 group by id),
  paid as (
    select d.*, coalesce(s.part, 0) as part, coalesce(s.instalment, 0) as instalment,
      coalesce(s.instalment_fee, 0) as instalment_fee, coalesce(s.interest, 0) as interest, coalesce(s.late, 0) as late,
      coalesce(s.fee, 0) as fee, coalesce(s.principal, 0) as principal,
      d.bore - coalesce(s.instalment + s.principal, 0) as bears_now,
      -- what came off older bills counts for the minimum of this one
      greatest(0, d.minimum_minor - (sum(coalesce(s.part, 0)) over bills)::bigint) as minimum_left
    from due d left join share s on s.id = d.id window bills as (partition by d.line order by d.issued_date nulls last)),
  overdue as (
    select *, least(max(minimum_minor) filter (where bears) over account,
        (sum(bore) filter (where is_judged) over account)::bigint) as overdue,
      least(max(minimum_left) filter (where bears) over account,
        (sum(bears_now) filter (where is_judged) over account)::bigint) as overdue_left
    from paid window account as (partition by line)),
  counted as (
    select *,
      days_before * bore + days_after * bears_now
        + case when from_posting then (on_date - counted_to - days_before) * principal_minor
                                    + (until - on_date - days_after) * (principal_minor - principal) else 0 end as more_principal,
      case when not counts_overdue or due_date is null then 0 when bears then overdue when is_judged then 0
        else least(bore, greatest(0, minimum_minor - coalesce(overdue, 0))) end as overdue_before,
      case when not counts_overdue or due_date is null then 0 when bears then overdue_left when is_judged then 0
        else least(bears_now, greatest(0, minimum_left - coalesce(overdue_left, 0))) end as overdue_after
    from overdue),
  changed as (
    update credit_due d set
        instalment_minor = d.instalment_minor - c.instalment,
        instalment_fee_minor = d.instalment_fee_minor - c.instalment_fee,
        interest_minor = d.interest_minor - c.interest, late_minor = d.late_minor - c.late,
        fee_minor = d.fee_minor - c.fee, principal_minor = d.principal_minor - c.principal,
        minimum_minor = c.minimum_left, principal_days = d.principal_days + c.more_principal,
        relieved_days = d.relieved_days + c.days_before * c.overdue_before + c.days_after * c.overdue_after,
        overdue_days = d.overdue_days + c.charged_before * c.overdue_before + c.charged_after * c.overdue_after
      from counted c where d.id = c.id and (c.part > 0 or c.minimum_left <> c.minimum_minor or c.more_principal > 0
        or c.overdue_before + c.overdue_after > 0 and c.until > c.counted_to))
  insert into paid_repayment
    select line, sum(instalment), sum(instalment_fee), sum(interest), sum(late), sum(fee), sum(principal),
      min(amount_minor) - sum(part), sum(bore + instalment_fee_minor + interest_minor + late_minor + fee_minor) - sum(part)
    from counted group by line;
end $$;

-- Write what the chosen payments made: the accounts, the activities, the splits, the facts with their jobs, and last,
-- since everybody waits for the account where the money lies, the books.
create or replace function keep_repayments(kind_of text, by_whom text, moment timestamptz, jobs jsonb)
returns void language plpgsql set search_path from current as $$
begin
  update credit_creditaccount a set version = a.version + 1, counted_to = c.until, last_effective_at = c.tendered_at,
      is_used = true
    from chosen_repayment c where a.id = c.account_id;
  insert into credit_activity (id, account_id, kind, amount_minor, details, effective_at, recorded_at, entry_id)
    select payment_id, account_id, 'repayment', amount_minor, '{}', tendered_at, moment, entry_id from chosen_repayment;
  insert into credit_repayment (id, account_id, payment_id, entry_id, principal_minor, interest_minor, late_minor,
      fee_minor, credit_minor, recovered_minor, balance_after_minor, tendered_at)
    select c.repayment_id, c.account_id, c.payment_id, c.entry_id, p.instalment + p.principal, p.interest, p.late,
      p.instalment_fee + p.fee, p.credit, 0, p.unpaid_after + c.future_minor - c.credit_minor - p.credit, c.tendered_at
    from chosen_repayment c join paid_repayment p on p.line = c.line;
  truncate staged_fact, moved_repayment;
  insert into staged_fact
    select c.account_id, '{"amount_minor":' || c.amount_minor || ',"balance_after_minor":'
        || p.unpaid_after + c.future_minor - c.credit_minor - p.credit
        || ',"currency":"' || c.currency || '","payment_id":"' || c.payment_id || '"}'
    from chosen_repayment c join paid_repayment p on p.line = c.line;
  perform record_staged_facts('BalanceReduced', by_whom, moment, jobs);
  insert into moved_repayment
    select c.entry_id, c.money_id, c.account_id, c.currency, m.kind, m.amount, l.id
    from chosen_repayment c join paid_repayment p on p.line = c.line
    cross join lateral (values ('principal', p.instalment), ('fee', p.instalment_fee), ('interest', p.interest),
      ('late', p.late), ('fee', p.fee), ('principal', p.principal), ('credit_balance', p.credit)) m(kind, amount)
    left join ledger_account l on l.kind = m.kind and l.owner_id = c.account_id and l.currency = c.currency
    where m.amount > 0;
  if exists (select from moved_repayment where credit_id is null) then
    insert into ledger_account (kind, owner_id, currency, debit_minor, credit_minor)
      select distinct kind, account_id, currency, 0, 0 from moved_repayment where credit_id is null
      on conflict do nothing;
    update moved_repayment m set credit_id = l.id from ledger_account l
      where m.credit_id is null and l.kind = m.kind and l.owner_id = m.account_id and l.currency = m.currency;
  end if;
  insert into staged_entry select entry_id, kind_of, payment_id, tendered_at from chosen_repayment;
  insert into staged_movement select entry_id, money_id, credit_id, amount from moved_repayment;
  perform post_staged(moment);
end $$;

-- Post a part of the file. Afterwards hand_repayment says of each line what came of it: posted, known (the same payment
-- is here already), other (its reference is, for another payment), or not set-based (single, or nothing).
-- A round costs as much as some ten single payments, whatever it posts.
create or replace function post_repayments(wanted int, into_kind text, kind_of text, by_whom text, moment timestamptz, today date,
                                jobs jsonb)
returns void language plpgsql set search_path from current set work_mem = '64MB' as $$
declare
  fewest constant int := 10; chosen bigint; least_chosen int := 1;
begin
  truncate hand_repayment;
  insert into hand_repayment
    select line, account_id, payment_id, amount_minor, currency, tendered_at, on_date from payable where part = wanted;
  analyze hand_repayment;
  perform 1 from credit_creditaccount where id in (select account_id from hand_repayment) order by id for no key update;
  update hand_repayment h set outcome = case
      when (c.account_id, c.amount_minor, c.effective_at) = (h.account_id, h.amount_minor, h.tendered_at) then 'known'
      else 'other' end
    from credit_activity c where c.id = h.payment_id;
  loop
    chosen := choose_repayments(into_kind, today);
    exit when chosen < least_chosen;
    analyze chosen_repayment;
    perform pay_dues();
    analyze paid_repayment;
    perform keep_repayments(kind_of, by_whom, moment, jobs);
    update hand_repayment h set outcome = 'posted' from chosen_repayment c where c.line = h.line;
    least_chosen := fewest;
  end loop;
end $$;
