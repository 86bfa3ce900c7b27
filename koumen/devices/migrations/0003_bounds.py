"""Until when a day pack is of its day, between which moments an act was done, and what travels beside an act."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns."""

    dependencies: ClassVar = [("devices", "0002_guards")]
    operations: ClassVar = [
        migrations.AddField("daypack", "shift_ends_at", models.DateTimeField(null=True)),
        migrations.AddField("deviceact", "done_after", models.DateTimeField(null=True)),
        migrations.AddField("deviceact", "done_before", models.DateTimeField(null=True)),
        migrations.AddField("deviceact", "beside", models.TextField(blank=True, default="")),
    ]
