"""What the database refuses in this room, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import frozen_columns


class Migration(migrations.Migration):
    """A stored file never changes; only its key may be wrapped anew, and the row goes when its retention ends."""

    dependencies: ClassVar = [("documents", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        frozen_columns(
            "documents_document", "id", "kind", "media_type", "sha256", "size", "sealed", "created_at"
        ),
    ]
