-- Every function keeps the branch's search path: a trigger does not inherit the caller's on a distributed schema.

create function refuse_change() returns trigger language plpgsql set search_path from current as $$
begin
  raise exception '% rows of % may not change', lower(tg_op), tg_table_name using errcode = 'restrict_violation';
end $$;

-- The moves that kit.states allows, as rows; '' stands before the first state.
create function guard_state() returns trigger language plpgsql set search_path from current as $$
declare
  before text := '';
begin
  if tg_op = 'UPDATE' then
    if new.state = old.state then return new; end if;
    before := old.state;
  end if;
  perform 1 from audit_allowedmove
    where machine = tg_argv[0] and from_state = before and to_state = new.state;
  if not found then
    raise exception '% may not go from "%" to "%"', tg_argv[0], before, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;

-- The top-level transaction is set here and not by a default: through a coordinator a default would be another node's.
create function guard_fact() returns trigger language plpgsql set search_path from current as $$
begin
  new.xid := pg_current_xact_id();
  return new;
end $$;

create trigger audit_fact_insert before insert on audit_fact for each row execute function guard_fact();
create trigger audit_fact_append_only before update or delete on audit_fact for each row execute function refuse_change();
create trigger audit_fact_no_truncate before truncate on audit_fact for each statement execute function refuse_change();
create trigger audit_seal_append_only before update or delete on audit_seal for each row execute function refuse_change();
create trigger audit_seal_no_truncate before truncate on audit_seal for each statement execute function refuse_change();

-- No fact in two blocks, whatever the code does.
alter table audit_seal add constraint audit_seal_disjoint exclude using gist (ids with &&);
alter table audit_seal add constraint audit_seal_hashes check (length(prev_hash) = 32 and length(hash) = 32 and n >= 0);
