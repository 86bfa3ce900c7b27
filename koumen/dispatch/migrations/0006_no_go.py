"""Where agents do not go."""

import django.db.models.deletion
from django.db import migrations, models

import koumen.kit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0003_teams"),
        ("dispatch", "0005_override_guards"),
        ("people", "0004_customer_languages"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoGo",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("radius_m", models.IntegerField(null=True)),
                ("reason", models.TextField()),
                ("from_date", models.DateField()),
                ("to_date", models.DateField(null=True)),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="no_goes", to="agents.agent"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="no_goes",
                        to="people.customer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("customer__isnull", False),
                                ("latitude__isnull", True),
                                ("longitude__isnull", True),
                                ("radius_m__isnull", True),
                            ),
                            models.Q(
                                ("customer__isnull", True),
                                ("latitude__isnull", False),
                                ("longitude__isnull", False),
                                ("radius_m__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="dispatch_no_go_parts",
                    )
                ],
            },
        ),
    ]
