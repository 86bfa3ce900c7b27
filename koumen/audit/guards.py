"""Guards that a room's migration puts on its tables; the database refuses what no command may do."""

from django.db.migrations import RunSQL


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on a table, whoever asks."""
    return RunSQL(
        f"create trigger {table}_append_only before update or delete on {table}"
        " for each row execute function refuse_change();"
        f"create trigger {table}_no_truncate before truncate on {table}"
        " for each statement execute function refuse_change();",
        f"drop trigger {table}_append_only on {table}; drop trigger {table}_no_truncate on {table};",
    )


def frozen_columns(table: str, *columns: str) -> RunSQL:
    """Refuse any change of these columns once a row exists."""
    changed = " or ".join(f"old.{column} is distinct from new.{column}" for column in columns)
    return RunSQL(
        f"create trigger {table}_frozen before update of {', '.join(columns)} on {table} for each row when ({changed})"
        " execute function refuse_change();",
        f"drop trigger {table}_frozen on {table};",
    )


def set_once(table: str, first: str, *others: str) -> RunSQL:
    """Refuse any change of these columns once the first of them is filled in."""
    changed = " or ".join(f"old.{column} is distinct from new.{column}" for column in (first, *others))
    return RunSQL(
        f"create trigger {table}_{first}_once before update on {table} for each row"
        f" when (old.{first} is not null and ({changed})) execute function refuse_change();",
        f"drop trigger {table}_{first}_once on {table};",
    )


def guarded_state(table: str, machine: str) -> RunSQL:
    """Refuse a move of the column ``state`` that the machine's table does not allow."""
    return RunSQL(
        f"create trigger {table}_state before insert or update of state on {table}"
        f" for each row execute function guard_state('{machine}');",
        f"drop trigger {table}_state on {table};",
    )
