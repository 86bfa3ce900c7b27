"""The languages in which a customer wants visits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="languages",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
