"""What the database refuses in this room, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("ledger", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        append_only("ledger_entry"),
        append_only("ledger_movement"),
        frozen_columns("ledger_account", "kind", "owner_id", "currency"),
    ]
