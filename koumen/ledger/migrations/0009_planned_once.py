"""Posting is planned once in a session, not each time; accounts keep room for their next sums beside them."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The functions as they are now, and room on the pages of accounts."""

    dependencies: ClassVar = [("ledger", "0008_accounts_in_order")]
    operations: ClassVar = [
        migrations.RunSQL((SQL / "posting.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "moves.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        # a changed row that stays on its page touches no index
        migrations.RunSQL(
            "alter table ledger_account set (fillfactor = 80)",
            "alter table ledger_account reset (fillfactor)",
        ),
    ]
