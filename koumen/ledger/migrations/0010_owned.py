"""Posting thousands of movements at once, by kinds of accounts and their owners."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

OWNED = Path(__file__).resolve().parent.parent / "sql" / "owned.sql"


class Migration(migrations.Migration):
    """Four functions."""

    dependencies: ClassVar = [("ledger", "0009_planned_once")]
    operations: ClassVar = [
        migrations.RunSQL(
            OWNED.read_text(encoding="utf-8"),
            "drop function post_owned(text, timestamptz); drop function add_owned(boolean);"
            " drop function open_owned(); drop function draw_entry();",
        )
    ]
