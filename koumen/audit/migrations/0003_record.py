"""Recording facts with their jobs, and taking a command's key, in one call each."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

RECORD = Path(__file__).resolve().parent.parent / "sql" / "record.sql"


class Migration(migrations.Migration):
    """Two functions."""

    dependencies: ClassVar = [("audit", "0002_guards_and_seals"), ("procrastinate", "__first__")]
    operations: ClassVar = [
        migrations.RunSQL(
            RECORD.read_text(encoding="utf-8"),
            "drop function record_facts; drop function take_once;",
        )
    ]
