-- A shift's version counts every change of what its day is made from. Commands that change a day count it themselves;
-- what an agent may do and speaks belongs to all their days, whoever changes it.

create function count_days_of_agent() returns trigger language plpgsql set search_path from current as $$
declare changed uuid;
begin
    if tg_table_name = 'agents_agent' then changed := new.id;
    elsif tg_op = 'DELETE' then changed := old.agent_id;
    else changed := new.agent_id;
    end if;
    -- in the order of ids, as every command locks shifts; of a team the day with the stops is not the agent's own
    with days as (
        select s.id from agents_shift s
        where s.agent_id = changed
           or s.id in (select j.joined_to_id from agents_shift j where j.agent_id = changed)
        order by s.id for update
    )
    update agents_shift s set version = s.version + 1 from days where s.id = days.id;
    return null;
end$$;

create trigger agents_certificate_days after insert or update or delete on agents_certificate
    for each row execute function count_days_of_agent();
create trigger agents_agent_days after update of skills, languages on agents_agent
    for each row when (old.skills is distinct from new.skills or old.languages is distinct from new.languages)
    execute function count_days_of_agent();
