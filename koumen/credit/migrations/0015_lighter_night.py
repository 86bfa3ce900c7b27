"""The night marks only the accounts that have a credit balance to use."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The functions as they are now."""

    dependencies: ClassVar = [("credit", "0014_fewer_indexes"), ("ledger", "0011_owned_found_once")]
    operations: ClassVar = [
        migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), migrations.RunSQL.noop)
        for name in ("night.sql", "night_writing.sql")
    ]
