"""Several entries of one transaction lock their accounts together."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

MOVES = Path(__file__).resolve().parent.parent / "sql" / "moves.sql"


class Migration(migrations.Migration):
    """The functions once more, and two new ones."""

    dependencies: ClassVar = [("ledger", "0007_moves_by_key")]
    operations: ClassVar = [migrations.RunSQL(MOVES.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
