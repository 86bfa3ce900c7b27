"""A repair keeps what was put before the dispatcher, and moves only as its life allows."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import frozen_columns, guarded_state


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("dispatch", "0007_repair"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        guarded_state("dispatch_repair", "repair"),
        frozen_columns("dispatch_repair", "date", "content", "extra_s", "made_at"),
    ]
