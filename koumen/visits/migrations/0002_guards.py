"""What the database refuses in this room, whoever asks; and the serial behind visit numbers."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, guarded_state


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("visits", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        guarded_state("visits_visit", "visit"),
        append_only("visits_visitmove"),
        frozen_columns("visits_visit", "customer_id", "account_id", "number"),
        frozen_columns(
            "visits_agreement",
            "visit_id",
            "generation",
            "quote_id",
            "amount_minor",
            "confirmed_on",
            "surplus_wanted",
            "agreed_at",
        ),
        # five digits and a check digit: short enough to say on the phone
        migrations.RunSQL(
            "create sequence visits_visit_serial start 10001", "drop sequence visits_visit_serial"
        ),
    ]
