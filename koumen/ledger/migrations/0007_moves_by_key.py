"""Posting by kinds finds each account by its whole key."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

MOVES = Path(__file__).resolve().parent.parent / "sql" / "moves.sql"


class Migration(migrations.Migration):
    """The function as it is now."""

    dependencies: ClassVar = [("ledger", "0006_moves")]
    operations: ClassVar = [migrations.RunSQL(MOVES.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
