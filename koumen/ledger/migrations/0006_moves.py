"""Posting by kinds of accounts."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

MOVES = Path(__file__).resolve().parent.parent / "sql" / "moves.sql"


class Migration(migrations.Migration):
    """One function."""

    dependencies: ClassVar = [("ledger", "0005_closing")]
    operations: ClassVar = [
        migrations.RunSQL(
            MOVES.read_text(encoding="utf-8"),
            "drop function post_moves(uuid, text, uuid, timestamptz, timestamptz, uuid, text, bigint, text[], text[],"
            " bigint[]);",
        )
    ]
