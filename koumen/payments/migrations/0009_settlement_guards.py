"""What the database keeps of the bank's and the acquirer's files."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, set_once


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("payments", "0008_settlement"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        append_only("payments_settlementfile"),
        frozen_columns(
            *("payments_settlementline", "file_id", "source", "line_no", "booked_date", "currency"),
            *("amount_minor", "reference", "our_number", "approval_code", "last_four", "terminal"),
        ),
        set_once(
            *("payments_settlementline", "matched_at", "matched_by", "deposit_id", "payment_id", "is_payout")
        ),
    ]
