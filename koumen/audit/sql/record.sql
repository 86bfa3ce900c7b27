-- Facts with the jobs that follow them, in one call: [{fact_id, kind, subject_id, actor, at, body,
-- jobs: [{queue, task, priority}]}, …]. The job's only argument is the fact.
create function record_facts(facts jsonb) returns void language plpgsql set search_path from current as $$
begin
  insert into audit_fact (fact_id, kind, subject_id, actor, at, body)
    select f.fact_id, f.kind, f.subject_id, f.actor, f.at, f.body
    from jsonb_to_recordset(facts) as f(fact_id uuid, kind text, subject_id uuid, actor text, at timestamptz, body text);
  perform procrastinate_defer_jobs_v1(array_agg(
      row(j.queue, j.task, j.priority, null, null, jsonb_build_object('fact_id', f.fact_id), null)
        ::procrastinate_job_to_defer_v1))
    from jsonb_to_recordset(facts) as f(fact_id text, jobs jsonb)
    cross join lateral jsonb_to_recordset(f.jobs) as j(queue text, task text, priority int)
    having count(*) > 0;
end $$;

-- The key of a command: the row's id when it is new, else nothing, and what was kept of the first time.
create function take_once(command_of text, actor_of text, key_of uuid, digest bytea, moment timestamptz)
returns table (taken bigint, known bigint, known_digest bytea, known_answer jsonb)
language plpgsql set search_path from current as $$
begin
  insert into audit_once (command, actor, key, inputs_digest, at) values (command_of, actor_of, key_of, digest, moment)
    on conflict do nothing returning id into taken;
  if taken is null then
    select o.id, o.inputs_digest, o.answer into known, known_digest, known_answer
      from audit_once o where o.command = command_of and o.actor = actor_of and o.key = key_of;
  end if;
  return next;
end $$;
