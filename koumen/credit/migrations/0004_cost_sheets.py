"""Sheets of all costs, as they were shown and confirmed."""

import django.db.models.deletion
from django.db import migrations, models

import koumen.kit.ids
from koumen.audit.guards import frozen_columns

# Confirmed once, printed once, and never taken away.
ONCE = migrations.RunSQL(
    "create trigger credit_costsheet_confirmed before update on credit_costsheet for each row"
    " when (old.confirmed_at is not null and (old.confirmed_at, old.confirmed_how, old.confirmed_by, old.signature_id)"
    " is distinct from (new.confirmed_at, new.confirmed_how, new.confirmed_by, new.signature_id))"
    " execute function refuse_change();"
    "create trigger credit_costsheet_printed before update on credit_costsheet for each row"
    " when (old.document_id is not null and old.document_id is distinct from new.document_id)"
    " execute function refuse_change();"
    "create trigger credit_costsheet_kept before delete on credit_costsheet"
    " for each row execute function refuse_change();"
    "create trigger credit_costsheet_no_truncate before truncate on credit_costsheet"
    " for each statement execute function refuse_change();",
    "drop trigger credit_costsheet_confirmed on credit_costsheet;"
    "drop trigger credit_costsheet_printed on credit_costsheet;"
    "drop trigger credit_costsheet_kept on credit_costsheet;"
    "drop trigger credit_costsheet_no_truncate on credit_costsheet;",
)


class Migration(migrations.Migration):
    """The table and its guards."""

    dependencies = [
        ("credit", "0003_products"),
        ("documents", "0002_guards"),
        ("audit", "0002_guards_and_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="CostSheet",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_version", models.IntegerField()),
                ("purpose", models.TextField()),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("shown_to", models.TextField()),
                ("shown_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_how", models.TextField(null=True)),
                ("confirmed_by", models.TextField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cost_sheets",
                        to="credit.creditaccount",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cost_sheets",
                        to="documents.document",
                    ),
                ),
                (
                    "signature",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signed_sheets",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            confirmed_at__isnull=True,
                            confirmed_how__isnull=True,
                            confirmed_by__isnull=True,
                            signature__isnull=True,
                            document__isnull=True,
                        )
                        | models.Q(
                            confirmed_at__isnull=False,
                            confirmed_how__in=["tap", "signature"],
                            confirmed_by__isnull=False,
                        ),
                        name="credit_cost_sheet_confirmed",
                    )
                ],
                "indexes": [models.Index(fields=["account", "-shown_at"], name="credit_cost_sheet_account")],
            },
        ),
        frozen_columns(
            "credit_costsheet",
            *("account_id", "account_version", "purpose", "content", "digest"),
            *("shown_to", "shown_at", "valid_until"),
        ),
        ONCE,
    ]
