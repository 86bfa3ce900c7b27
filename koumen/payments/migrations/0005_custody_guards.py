"""What the database refuses about cash: one's own count, a count that changes, a move that is no move."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, guarded_state, set_once

# R19: who carries cash never counts it for the office, whatever a command says. Piles never change, so this holds on.
TWO_PEOPLE = migrations.RunSQL(
    """
create function guard_hand_in_counted() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from payments_pile p join agents_agent a on a.person_id = p.counted_by_id
             where p.id = new.counted_id and a.id = new.agent_id) then
    raise exception 'a hand-in is counted by another person' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger payments_handin_counted before insert or update on payments_handin
  for each row when (new.counted_id is not null) execute function guard_hand_in_counted();

create function guard_float_counted() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from payments_pile p join agents_agent a on a.person_id = p.counted_by_id
             where p.id = new.given_id and a.id = new.agent_id) then
    raise exception 'change money is counted out by another person' using errcode = 'check_violation';
  end if;
  if new.taken_id is not null and not exists (
      select from payments_pile p join agents_agent a on a.person_id = p.counted_by_id
      where p.id = new.taken_id and a.id = new.agent_id) then
    raise exception 'change money is taken over by who carries it' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger payments_cashfloat_counted before insert or update on payments_cashfloat
  for each row execute function guard_float_counted();

create function guard_deposit_counted() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from payments_pile p join payments_pile s on s.counted_by_id = p.counted_by_id
             where p.id = new.prepared_id and s.id = new.sent_id) then
    raise exception 'cash for the bank is counted by two people' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger payments_deposit_counted before insert or update on payments_deposit
  for each row when (new.sent_id is not null) execute function guard_deposit_counted();
""",
    """
drop trigger payments_handin_counted on payments_handin;
drop trigger payments_cashfloat_counted on payments_cashfloat;
drop trigger payments_deposit_counted on payments_deposit;
drop function guard_hand_in_counted();
drop function guard_float_counted();
drop function guard_deposit_counted();
""",
)


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("payments", "0004_custody"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        append_only("payments_pile"),
        append_only("payments_pilenote"),
        append_only("payments_cashfetch"),
        guarded_state("payments_cashfloat", "cash_float"),
        guarded_state("payments_handin", "hand_in"),
        guarded_state("payments_deposit", "deposit"),
        frozen_columns(
            *(
                "payments_cashfloat",
                "shift_id",
                "agent_id",
                "currency",
                "amount_minor",
                "given_id",
                "offered_at",
            )
        ),
        set_once("payments_cashfloat", "ended_at", "taken_id"),
        frozen_columns(
            *("payments_handin", "shift_id", "agent_id", "is_final", "currency", "declared_id", "declared_at")
        ),
        set_once("payments_handin", "ended_at", "counted_id", "difference_minor"),
        frozen_columns(
            *("payments_deposit", "series_id", "number", "currency", "amount_minor", "prepared_id"),
            "prepared_at",
        ),
        set_once("payments_deposit", "sent_at", "sent_id"),
        set_once("payments_deposit", "arrived_at", "difference_minor"),
        TWO_PEOPLE,
    ]
