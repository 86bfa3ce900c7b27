"""What the database refuses of standing visits, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, guarded_state


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("dispatch", "0012_standing"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        guarded_state("dispatch_standing", "standing"),
        frozen_columns(
            "dispatch_standing", "customer_id", "account_id", "agreed_how", "agreed_by", "agreed_at"
        ),
        append_only("dispatch_standingturn"),
    ]
