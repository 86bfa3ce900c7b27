"""What one person proposes about an account and a second one decides."""

import django.db.models.deletion
from django.db import migrations, models

import koumen.kit.ids
from koumen.audit.guards import frozen_columns, guarded_state


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0007_position_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("act", models.TextField()),
                ("state", models.TextField()),
                ("bucket", models.TextField(null=True)),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("proposed_by", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.TextField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="credit.creditaccount",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="credit.activity",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "proposed_at"], name="credit_proposal_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("state", "proposed"),
                            ),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="credit_proposal_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act", "reversal"), _negated=True),
                            ("activity__isnull", False),
                            _connector="OR",
                        ),
                        name="credit_proposal_activity",
                    ),
                ],
            },
        ),
        frozen_columns(
            *("credit_proposal", "account_id", "act", "activity_id", "bucket", "amount_minor", "reason"),
            *("proposed_by", "proposed_at"),
        ),
        guarded_state("credit_proposal", "proposal"),
    ]
