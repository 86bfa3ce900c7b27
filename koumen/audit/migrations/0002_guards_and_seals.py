"""The database's side of the audit: guards, state moves, sealing by snapshot difference."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def run(name: str) -> migrations.RunSQL:
    """One file of SQL, whole."""
    return migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), migrations.RunSQL.noop)


class Migration(migrations.Migration):
    """Functions and triggers."""

    dependencies: ClassVar = [("audit", "0001_initial")]
    operations: ClassVar = [run("guards.sql"), run("seals.sql")]
