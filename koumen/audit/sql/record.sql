-- Facts with the jobs that follow them, in one call: [{fact_id, kind, subject_id, actor, at, body,
-- jobs: [{queue, task, priority}]}, …]. The job's only argument is the fact. Returns how many.
create or replace function record_facts(facts jsonb) returns int language plpgsql set search_path from current as $$
declare
  fact jsonb;
begin
  for place in 0 .. jsonb_array_length(facts) - 1 loop
    fact := facts -> place;
    insert into audit_fact (fact_id, kind, subject_id, actor, at, body)
      values ((fact ->> 'fact_id')::uuid, fact ->> 'kind', (fact ->> 'subject_id')::uuid, fact ->> 'actor',
        (fact ->> 'at')::timestamptz, fact ->> 'body');
    if jsonb_array_length(fact -> 'jobs') > 0 then
      perform procrastinate_defer_jobs_v1(array_agg(
          row(j.queue, j.task, j.priority, null, null, jsonb_build_object('fact_id', fact ->> 'fact_id'), null)
            ::procrastinate_job_to_defer_v1))
        from jsonb_to_recordset(fact -> 'jobs') as j(queue text, task text, priority int);
    end if;
  end loop;
  return jsonb_array_length(facts);
end $$;

-- Many facts of one kind at once, from the session's own table staged_fact (subject_id, body), each with these jobs.
create or replace function record_staged_facts(kind_of text, by_whom text, moment timestamptz, jobs jsonb) returns void
language plpgsql set search_path from current as $$
declare
  deferred bigint[];
begin
  with recorded as (
    insert into audit_fact (fact_id, kind, subject_id, actor, at, body)
      select uuidv7(), kind_of, s.subject_id, by_whom, moment, s.body from staged_fact s returning fact_id)
  select procrastinate_defer_jobs_v1(array_agg(
      row(j.queue, j.task, j.priority, null, null, jsonb_build_object('fact_id', r.fact_id), null)
        ::procrastinate_job_to_defer_v1)) into deferred
    from recorded r cross join lateral jsonb_to_recordset(jobs) as j(queue text, task text, priority int)
    having count(*) > 0;
end $$;

-- The key of a command: {"taken": row's id} when it is new, with the answer where it is known before; else what was
-- kept of the first time: {"known": row's id, "digest": hexadecimal, "answer": {…}}.
create or replace function take_once(command_of text, actor_of text, key_of uuid, digest bytea, answer_of jsonb,
                                     moment timestamptz)
returns json language plpgsql set search_path from current as $$
declare
  taken bigint;
begin
  insert into audit_once (command, actor, key, inputs_digest, answer, at)
    values (command_of, actor_of, key_of, digest, answer_of, moment) on conflict do nothing returning id into taken;
  if taken is not null then
    return json_build_object('taken', taken);
  end if;
  return (select json_build_object('known', o.id, 'digest', encode(o.inputs_digest, 'hex'), 'answer', o.answer)
          from audit_once o where o.command = command_of and o.actor = actor_of and o.key = key_of);
end $$;
