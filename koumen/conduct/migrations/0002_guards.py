"""What the database refuses in this room, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("conduct", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        append_only("conduct_policypack"),
        append_only("conduct_ruling"),
    ]
