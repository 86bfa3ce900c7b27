"""When somebody asked for a visit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0007_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="requested_at",
            field=models.DateTimeField(null=True),
        ),
    ]
