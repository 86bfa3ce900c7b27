"""What the database refuses of those who wait, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import frozen_columns, guarded_state


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("dispatch", "0009_waiting"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        guarded_state("dispatch_waiting", "waiting"),
        guarded_state("dispatch_placeoffer", "place_offer"),
        frozen_columns(
            "dispatch_placeoffer", "waiting_id", "shift_id", "window_from", "window_to", "answer_by"
        ),
    ]
