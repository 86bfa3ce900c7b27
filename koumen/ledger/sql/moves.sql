-- The accounts of these kinds, in their order, found by their whole key or opened; '' stands for the account `money`.
create or replace function accounts_of(owner uuid, in_currency text, money bigint, kinds text[]) returns bigint[]
language plpgsql set search_path from current set plan_cache_mode = force_generic_plan as $$
declare
  -- what a credit account owns; every other kind here is the branch's own (ledger/rules/chart.py, held by a test)
  owned constant text[] := '{principal,interest,late,fee,credit_balance}';
  ids bigint[];
begin
  for attempt in 1..2 loop
    ids := array(
      select case when k = '' then money
        -- two look-ups by the whole key: "is not distinct from" would read every account of the kind
        when k = any(owned) then
          (select a.id from ledger_account a where a.kind = k and a.owner_id = owner and a.currency = in_currency)
        else (select a.id from ledger_account a where a.kind = k and a.owner_id is null and a.currency = in_currency) end
      from unnest(kinds) with ordinality u(k, place) order by place);
    exit when array_position(ids, null) is null;
    insert into ledger_account (kind, owner_id, currency, debit_minor, credit_minor)
      select distinct k, case when k = any(owned) then owner end, in_currency, 0, 0
      from unnest(kinds, ids) u(k, id) where id is null and k <> '' on conflict do nothing;
  end loop;
  return ids;
end $$;

-- One entry by kinds of accounts instead of their ids, for a room that posts in one round trip: the accounts of
-- one owner and of the branch are found, or opened where there are none. An empty kind stands for the account
-- `money`. Returns the entry's id, as post_entry does.
create or replace function post_moves(entry_uuid uuid, kind_of text, source uuid, effective timestamptz, recorded timestamptz,
                           owner uuid, in_currency text, money bigint, debits text[], credits text[], amounts bigint[])
returns bigint language plpgsql set search_path from current set plan_cache_mode = force_generic_plan as $$
declare
  ids constant bigint[] := accounts_of(owner, in_currency, money, debits || credits);
begin
  return post_entry(entry_uuid, kind_of, source, effective, recorded, null,
    ids[:cardinality(debits)], ids[cardinality(debits) + 1:], amounts);
end $$;

-- Whoever posts several entries in one transaction locks all their accounts first, in the order of their ids: entry
-- by entry, two of them could wait for each other in a circle.
create or replace function lock_accounts(ids bigint[]) returns void language plpgsql set search_path from current
set plan_cache_mode = force_generic_plan as $$
begin
  perform 1 from ledger_account where id = any(ids) order by id for no key update;
end $$;
