"""What the database refuses in this room, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("credit", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        append_only("credit_productversion"),
        append_only("credit_purchase"),
        append_only("credit_statement"),
        append_only("credit_quote"),
        append_only("credit_repayment"),
        frozen_columns("credit_due", "account_id", "bucket", "billed_minor"),
    ]
