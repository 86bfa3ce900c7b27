"""What the database refuses in this room, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, guarded_state


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("payments", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        guarded_state("payments_payment", "payment"),
        append_only("payments_notecount"),
        frozen_columns(
            "payments_payment",
            "visit_id",
            "agreement_id",
            "account_id",
            "agent_id",
            "tender",
            "amount_minor",
            "currency",
        ),
        frozen_columns(
            "payments_receipt", "series_id", "number", "payment_id", "token", "short_code", "issued_at"
        ),
    ]
