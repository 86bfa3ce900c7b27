"""The night looks the rows of a chunk up by key, whatever the planner expects."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The functions as they are now."""

    dependencies: ClassVar = [("credit", "0015_lighter_night"), ("ledger", "0012_owned_by_key")]
    operations: ClassVar = [
        migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), migrations.RunSQL.noop)
        for name in ("night.sql", "night_writing.sql")
    ]
