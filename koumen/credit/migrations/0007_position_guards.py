"""What the database refuses about positions, and the functions that read and write them."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, guarded_state

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Guards and functions."""

    dependencies: ClassVar = [
        ("credit", "0006_fill_positions"),
        ("audit", "0003_record"),
        ("ledger", "0006_moves"),
    ]
    operations: ClassVar = [
        append_only("credit_activity"),
        migrations.RunSQL(
            "drop trigger credit_creditaccount_frozen on credit_creditaccount", migrations.RunSQL.noop
        ),
        frozen_columns(
            *("credit_creditaccount", "number", "customer_id", "product_id", "opened_date", "baseline")
        ),
        frozen_columns("credit_due", "account_id"),
        frozen_columns(
            *("credit_instalmentplan", "account_id", "kind", "purchase_id", "sheet_id"),
            *("principal_minor", "schedule", "charge_bucket", "started_at"),
        ),
        frozen_columns("credit_reservation", "account_id", "amount_minor", "category", "made_at"),
        guarded_state("credit_creditaccount", "credit_account"),
        guarded_state("credit_reservation", "reservation"),
        migrations.RunSQL(
            (SQL / "position.sql").read_text(encoding="utf-8"),
            "drop function write_credit_change(jsonb); drop function lock_credit_account(uuid, bigint, uuid);"
            " drop function read_credit_account;",
        ),
    ]
