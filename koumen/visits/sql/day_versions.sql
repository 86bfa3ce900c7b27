-- Setting out, turning back, arriving and ending change what is left of a day: its version counts them. Booking, moving
-- and planning count the change themselves, with the stops that they write.

create function count_day_of_visit() returns trigger language plpgsql set search_path from current as $$
begin
    update agents_shift set version = version + 1 where id = new.shift_id;
    return null;
end$$;

create trigger visits_visit_day after update of set_out_at, arrived_at, ended_at, service_s on visits_visit
    for each row when (
        (old.set_out_at, old.arrived_at, old.ended_at, old.service_s)
        is distinct from (new.set_out_at, new.arrived_at, new.ended_at, new.service_s)
    )
    execute function count_day_of_visit();
