"""No index that a longer one contains; a new plan is written as far as it is."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

POSITION = Path(__file__).resolve().parent.parent / "sql" / "position.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0013_night"),
    ]

    operations = [
        migrations.AlterField(
            model_name="activity",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="credit.creditaccount",
            ),
        ),
        migrations.AlterField(
            model_name="purchase",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="purchases",
                to="credit.creditaccount",
            ),
        ),
        migrations.RunSQL(POSITION.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
