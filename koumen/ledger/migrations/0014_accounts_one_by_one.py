"""Posting adds to the accounts of an entry one by one: no plan that joins, and shared accounts are held for less time."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

POSTING = Path(__file__).resolve().parent.parent / "sql" / "posting.sql"


class Migration(migrations.Migration):
    """The function as it is now."""

    dependencies: ClassVar = [("ledger", "0013_locked_and_weighed")]
    operations: ClassVar = [
        migrations.RunSQL(POSTING.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
