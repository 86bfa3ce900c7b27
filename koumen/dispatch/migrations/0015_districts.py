"""Outlines of districts; a newer import takes the place of an older one."""

from typing import ClassVar

from django.db import migrations, models

import koumen.kit.ids
from koumen.audit.guards import append_only


class Migration(migrations.Migration):
    """One row an import."""

    dependencies: ClassVar = [("dispatch", "0014_standing_asked"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="DistrictMap",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source_digest", models.TextField()),
                ("districts", models.JSONField()),
                ("imported_at", models.DateTimeField()),
            ],
        ),
        append_only("dispatch_districtmap"),
    ]
