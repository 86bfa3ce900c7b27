-- One entry by kinds of accounts instead of their ids, for a room that posts in one round trip: the accounts of
-- one owner and of the branch are found, or opened where there are none. An empty kind stands for the account
-- `money`. Returns the entry's id, as post_entry does.
create function post_moves(entry_uuid uuid, kind_of text, source uuid, effective timestamptz, recorded timestamptz,
                           owner uuid, in_currency text, money bigint, debits text[], credits text[], amounts bigint[])
returns bigint language plpgsql set search_path from current as $$
declare
  -- what a credit account owns; every other kind here is the branch's own (ledger/rules/chart.py, held by a test)
  owned constant text[] := '{principal,interest,late,fee,credit_balance}';
  kinds text[]; ids bigint[];
begin
  select array_agg(distinct k) into kinds from unnest(debits || credits) k where k <> '';
  select array_agg(a.kind), array_agg(a.id) into kinds, ids
    from (select w.kind, a.id from unnest(kinds) w(kind)
          left join ledger_account a on a.kind = w.kind and a.currency = in_currency
            and a.owner_id is not distinct from case when w.kind = any(owned) then owner end) a;
  if array_position(ids, null) is not null then
    insert into ledger_account (kind, owner_id, currency, debit_minor, credit_minor)
      select w.kind, case when w.kind = any(owned) then owner end, in_currency, 0, 0
      from unnest(kinds, ids) w(kind, id) where w.id is null on conflict do nothing;
    select array_agg(a.id order by w.place) into ids from unnest(kinds) with ordinality w(kind, place)
      join ledger_account a on a.kind = w.kind and a.currency = in_currency
        and a.owner_id is not distinct from case when w.kind = any(owned) then owner end;
  end if;
  return post_entry(entry_uuid, kind_of, source, effective, recorded, null,
    (select array_agg(case when d = '' then money else ids[array_position(kinds, d)] end order by place)
       from unnest(debits) with ordinality u(d, place)),
    (select array_agg(case when c = '' then money else ids[array_position(kinds, c)] end order by place)
       from unnest(credits) with ordinality u(c, place)),
    amounts);
end $$;
