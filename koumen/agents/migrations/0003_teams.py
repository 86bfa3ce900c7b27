"""Teams, and what a shift carries."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0002_what_agents_say"),
    ]

    operations = [
        migrations.AddField(
            model_name="shift",
            name="equipment",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="shift",
            name="joined_to",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="partner",
                to="agents.shift",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(("joined_to", models.F("id")), _negated=True),
                name="agents_shift_not_joined_to_itself",
            ),
        ),
    ]
