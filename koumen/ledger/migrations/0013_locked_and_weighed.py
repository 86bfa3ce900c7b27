"""Posting locks the accounts of an entry and weighs them in one statement, and writes to one index less."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import frozen_columns

POSTING = Path(__file__).resolve().parent.parent / "sql" / "posting.sql"


class Migration(migrations.Migration):
    """The functions as they are now."""

    dependencies: ClassVar = [("ledger", "0012_owned_by_key")]
    operations: ClassVar = [
        migrations.RunSQL(POSTING.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        # hardly any entry reverses another: unique among those that do
        migrations.RunSQL(
            "alter table ledger_entry drop constraint ledger_entry_reverses_id_key;"
            " create unique index ledger_entry_reverses on ledger_entry (reverses_id) where reverses_id is not null;",
            "drop index ledger_entry_reverses;"
            " alter table ledger_entry add constraint ledger_entry_reverses_id_key unique (reverses_id);",
        ),
        # older branches: a guard that looks at its columns only where a statement names them (audit/guards.py)
        migrations.RunSQL("drop trigger ledger_account_frozen on ledger_account", migrations.RunSQL.noop),
        frozen_columns("ledger_account", "kind", "owner_id", "currency"),
    ]
