"""What the database keeps of slips, forged notes and notes given back."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, set_once


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("payments", "0006_more_tenders"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        append_only("payments_cardslip"),
        append_only("payments_forgednote"),
        frozen_columns("payments_cashreturn", "payment_id", "owed_at"),
        set_once("payments_cashreturn", "returned_at", "pile_id", "from_safe"),
    ]
