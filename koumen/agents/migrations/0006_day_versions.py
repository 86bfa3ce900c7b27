"""Shifts are found by date, and their version counts what their agents may do too."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """An index and triggers."""

    dependencies: ClassVar = [("agents", "0005_custody_guards")]
    operations: ClassVar = [
        migrations.AddIndex("shift", models.Index(fields=["date"], name="agents_shift_date")),
        migrations.RunSQL(
            (SQL / "day_versions.sql").read_text("utf-8"),
            "drop trigger agents_certificate_days on agents_certificate;"
            " drop trigger agents_agent_days on agents_agent; drop function count_days_of_agent();",
        ),
    ]
