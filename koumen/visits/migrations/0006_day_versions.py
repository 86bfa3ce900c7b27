"""The version of a shift counts what happens on the road."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A trigger."""

    dependencies: ClassVar = [("visits", "0005_watching"), ("agents", "0006_day_versions")]
    operations: ClassVar = [
        migrations.RunSQL(
            (SQL / "day_versions.sql").read_text("utf-8"),
            "drop trigger visits_visit_day on visits_visit; drop function count_day_of_visit();",
        ),
    ]
