"""Reading an account builds no jsonb, and writing it makes no rows of documents: half of what a payment cost."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import frozen_columns

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The functions as they are now; the older ones told other types."""

    dependencies: ClassVar = [
        ("credit", "0016_night_by_key"),
        ("ledger", "0013_locked_and_weighed"),
        ("audit", "0004_answer_at_once"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(
            "drop function if exists read_credit_account(uuid);"
            " drop function if exists lock_credit_account(uuid, bigint, uuid);",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL((SQL / "position.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "repayments.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL(
            "alter table credit_activity drop constraint credit_activity_reverses_id_key;"
            " create unique index credit_activity_reverses on credit_activity (reverses_id)"
            " where reverses_id is not null;",
            "drop index credit_activity_reverses;"
            " alter table credit_activity add constraint credit_activity_reverses_id_key unique (reverses_id);",
        ),
        migrations.RunSQL(
            "drop trigger credit_creditaccount_frozen on credit_creditaccount;"
            " drop trigger credit_due_frozen on credit_due;",
            migrations.RunSQL.noop,
        ),
        frozen_columns(
            "credit_creditaccount", "number", "customer_id", "product_id", "opened_date", "baseline"
        ),
        frozen_columns("credit_due", "account_id"),
    ]
