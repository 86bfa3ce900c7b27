"""The functions that post."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

POSTING = Path(__file__).resolve().parent.parent / "sql" / "posting.sql"


class Migration(migrations.Migration):
    """One entry, and many at once."""

    dependencies: ClassVar = [("ledger", "0002_guards")]
    operations: ClassVar = [
        migrations.RunSQL(
            POSTING.read_text(encoding="utf-8"),
            "drop function post_entry(uuid, text, uuid, timestamptz, timestamptz, bigint, bigint[], bigint[], bigint[]);"
            "drop function post_staged(timestamptz);",
        )
    ]
