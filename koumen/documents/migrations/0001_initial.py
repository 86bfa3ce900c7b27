from django.db import migrations, models

import koumen.kit.ids


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("media_type", models.TextField()),
                ("sha256", models.BinaryField()),
                ("size", models.IntegerField()),
                ("sealed_key", models.BinaryField()),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("retention_until", models.DateField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="documents_size_not_negative")],
            },
        ),
    ]
