"""From which day a version of a product is in force, and who stored it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Both are empty in the versions that there are: they were in force at once."""

    dependencies = [("credit", "0002_guards")]

    operations = [
        migrations.AddField("productversion", "effective_from", models.DateField(null=True)),
        migrations.AddField("productversion", "stored_by_id", models.UUIDField(null=True)),
    ]
