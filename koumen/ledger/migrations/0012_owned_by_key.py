"""Posting for many owners looks their accounts up by key, whatever the planner expects."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

OWNED = Path(__file__).resolve().parent.parent / "sql" / "owned.sql"


class Migration(migrations.Migration):
    """The functions as they are now."""

    dependencies: ClassVar = [("ledger", "0011_owned_found_once")]
    operations: ClassVar = [migrations.RunSQL(OWNED.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
