"""Posting many repayments at once."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Functions only."""

    dependencies: ClassVar = [
        ("credit", "0010_repayment_plans"),
        ("audit", "0003_record"),
        ("ledger", "0008_accounts_in_order"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(
            (SQL / "repayments.sql").read_text(encoding="utf-8"),
            "drop function post_repayments(int, text, text, text, timestamptz, date, jsonb);"
            " drop function keep_repayments(text, text, timestamptz, jsonb); drop function pay_dues();"
            " drop function choose_repayments(text, date);",
        ),
    ]
