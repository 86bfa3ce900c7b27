"""A change of several entries locks all their accounts before it posts the first."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

POSITION = Path(__file__).resolve().parent.parent / "sql" / "position.sql"


class Migration(migrations.Migration):
    """The functions once more."""

    dependencies: ClassVar = [("credit", "0008_proposals"), ("ledger", "0008_accounts_in_order")]
    operations: ClassVar = [migrations.RunSQL(POSITION.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
