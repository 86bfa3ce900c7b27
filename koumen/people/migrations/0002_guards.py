"""What the database refuses in this room, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("people", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        append_only("people_reveal"),
        frozen_columns("people_personaldata", "person_id", "version"),
    ]
