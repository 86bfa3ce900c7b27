"""What a person decided is never changed: a later decision is a new row."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("dispatch", "0004_override"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [append_only("dispatch_override")]
