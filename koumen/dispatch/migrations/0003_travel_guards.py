"""Maps and versions of travel times are never changed: promises were made by them."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("dispatch", "0002_travel_times"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [append_only("dispatch_roadmap"), append_only("dispatch_traveltimes")]
