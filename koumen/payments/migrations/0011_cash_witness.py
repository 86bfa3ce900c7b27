"""What the second of a team counted."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import koumen.kit.ids
from koumen.audit.guards import append_only


class Migration(migrations.Migration):
    """Table and guard."""

    dependencies: ClassVar = [
        ("payments", "0010_whose_notes"),
        ("agents", "0001_initial"),
        ("visits", "0001_initial"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="CashWitness",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("said_at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cash_witnesses",
                        to="visits.visit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_witness_positive"
                    )
                ]
            },
        ),
        append_only("payments_cashwitness"),
    ]
