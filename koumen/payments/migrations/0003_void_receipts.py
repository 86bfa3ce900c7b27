"""A receipt whose payment was taken back: void, with its moment and reason, once."""

from typing import ClassVar

from django.db import migrations, models

from koumen.audit.guards import set_once


class Migration(migrations.Migration):
    """When a receipt became void, and the guard that it stays so."""

    dependencies: ClassVar = [("payments", "0002_guards")]
    operations: ClassVar = [
        migrations.AddField("receipt", "voided_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "receipt",
            models.CheckConstraint(
                condition=models.Q(voided_at__isnull=True, void_reason="")
                | (models.Q(voided_at__isnull=False) & ~models.Q(void_reason="")),
                name="payments_void_has_reason",
            ),
        ),
        set_once("payments_receipt", "voided_at", "void_reason"),
    ]
