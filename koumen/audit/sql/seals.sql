-- Block n holds the facts visible in its snapshot and not in that of block n-1. If one transaction committed before
-- another began, its facts are never in a later block. Inside a block the order is the id.

-- The columns and not the row type: on a distributed schema a shard has another row type.
create function fact_leaf(id bigint, fact_id uuid, subject_id uuid, at timestamptz, recorded_at timestamptz,
                          kind text, actor text, body text)
returns bytea language sql immutable parallel safe set search_path from current as $$
  select sha256('koumen.fact.1'::bytea || int8send(id) || uuid_send(fact_id) || uuid_send(subject_id)
    || timestamptz_send(at) || timestamptz_send(recorded_at)
    || int4send(octet_length(kind)) || convert_to(kind, 'UTF8')
    || int4send(octet_length(actor)) || convert_to(actor, 'UTF8')
    || int4send(octet_length(body)) || convert_to(body, 'UTF8'))
$$;

-- Both sealing functions act as their owner: the application's role may neither write a seal nor lock the facts.

-- The first block ever, or the first on another cluster (restore, move, upgrade): transaction ids of two clusters
-- cannot be compared, so every fact not yet sealed goes in, under a lock of milliseconds.
create function seal_rebase(last_no bigint, last_hash bytea, cluster bigint)
returns int language plpgsql security definer set search_path from current as $$
declare
  seen pg_snapshot; sealed int8multirange; highest bigint; written int;
begin
  lock table audit_fact in share row exclusive mode;
  seen := pg_current_snapshot();
  select coalesce(max(id), 0) into highest from audit_fact;
  select coalesce(range_agg(s.r), '{}') into sealed from audit_seal, unnest(ids) s(r);
  with leaf as materialized (
    select f.id, fact_leaf(f.id, f.fact_id, f.subject_id, f.at, f.recorded_at, f.kind, f.actor, f.body) as h
    from audit_fact f where not sealed @> f.id),
  block as (
    select count(*)::int as n, coalesce(range_agg(int8range(id, id, '[]')), '{}') as ids,
      sha256('koumen.block.1'::bytea || int8send(last_no + 1) || last_hash || int4send(count(*)::int)
        || coalesce(string_agg(h, ''::bytea order by id), '')) as hash
    from leaf)
  insert into audit_seal (no, prev_hash, hash, n, ids, era, floor_id, snap)
  select last_no + 1, last_hash, block.hash, block.n, block.ids, cluster, highest, seen from block
  returning n into written;
  return written;
end $$;

-- One call, at most one block; returns how many facts (0: nothing to do, or another sealer was faster).
create function seal_facts() returns int language plpgsql security definer set search_path from current as $$
declare
  last record; seen pg_snapshot; cluster bigint; written int;
begin
  if pg_current_xact_id_if_assigned() is not null then
    -- its own later facts would count as already covered
    raise exception 'the sealer needs a transaction of its own that has written nothing';
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'the sealer needs read committed';
  end if;
  -- takes no transaction id, as FOR UPDATE would; comfort only, the keys of audit_seal are the guard
  if not pg_try_advisory_xact_lock(hashtextextended('seal ' || current_schema, 0)) then return 0; end if;
  select system_identifier into cluster from pg_control_system();
  select * into last from audit_seal order by no desc limit 1;
  if not found then return seal_rebase(0, sha256('koumen.seal.1'::bytea), cluster); end if;
  if last.era <> cluster then return seal_rebase(last.no, last.hash, cluster); end if;
  seen := pg_current_snapshot();
  with leaf as materialized (
    select f.id, fact_leaf(f.id, f.fact_id, f.subject_id, f.at, f.recorded_at, f.kind, f.actor, f.body) as h
    from audit_fact f   -- begun since the last block
    where f.xid >= pg_snapshot_xmax(last.snap) and f.xid < pg_snapshot_xmax(seen)
      and pg_visible_in_snapshot(f.xid, seen) and f.id > last.floor_id
    union all
    select l.* from pg_snapshot_xip(last.snap) x(xid)   -- were running at the last block, finished since
    cross join lateral (
      select f.id, fact_leaf(f.id, f.fact_id, f.subject_id, f.at, f.recorded_at, f.kind, f.actor, f.body)
      from audit_fact f where f.xid = x.xid and f.id > last.floor_id
      offset 0) l   -- always by the index
    where pg_visible_in_snapshot(x.xid, seen)),
  block as (
    select count(*)::int as n, range_agg(int8range(id, id, '[]')) as ids,
      sha256('koumen.block.1'::bytea || int8send(last.no + 1) || last.hash || int4send(count(*)::int)
        || string_agg(h, ''::bytea order by id)) as hash
    from leaf)
  insert into audit_seal (no, prev_hash, hash, n, ids, era, floor_id, snap)
  select last.no + 1, last.hash, block.hash, block.n, block.ids, cluster, last.floor_id, seen
  from block where block.n > 0
  returning n into written;
  return coalesce(written, 0);
end $$;

revoke execute on function seal_rebase(bigint, bytea, bigint) from public;
