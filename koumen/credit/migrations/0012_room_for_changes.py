"""Accounts and bills keep room on their pages: a changed row that stays on its page touches no index."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """New pages only; old ones get room as their rows change."""

    dependencies: ClassVar = [("credit", "0011_repayments")]
    operations: ClassVar = [
        migrations.RunSQL(
            f"alter table {table} set (fillfactor = 80)", f"alter table {table} reset (fillfactor)"
        )
        for table in ("credit_creditaccount", "credit_due")
    ]
