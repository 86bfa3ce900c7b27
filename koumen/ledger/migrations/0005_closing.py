"""Posting knows the closed days, closing is a function, and the database refuses what neither does."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The posting functions once more, and those that close."""

    dependencies: ClassVar = [("ledger", "0004_periods")]
    operations: ClassVar = [
        append_only("ledger_bookperiod"),
        migrations.RunSQL((SQL / "posting.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "closing.sql").read_text(encoding="utf-8"),
            "drop function close_books(uuid, date, timestamptz, text);"
            "drop trigger ledger_entry_open_day on ledger_entry;"
            "drop trigger ledger_bookperiod_follows on ledger_bookperiod;"
            "drop function guard_open_day(); drop function guard_period();",
        ),
    ]
