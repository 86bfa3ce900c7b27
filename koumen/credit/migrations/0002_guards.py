"""What the database refuses in this room, whoever asks."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns

# Until it is billed a debt grows with each purchase; from then on only what is unpaid of it may change.
BILLED = migrations.RunSQL(
    "create trigger credit_due_billed before update on credit_due for each row"
    " when (old.statement_id is not null and (old.billed_minor <> new.billed_minor"
    " or old.statement_id is distinct from new.statement_id)) execute function refuse_change();",
    "drop trigger credit_due_billed on credit_due;",
)


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("credit", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        append_only("credit_productversion"),
        append_only("credit_importbatch"),
        append_only("credit_purchase"),
        append_only("credit_statement"),
        append_only("credit_quote"),
        append_only("credit_repayment"),
        frozen_columns("credit_creditaccount", "number", "customer_id", "opened_date"),
        frozen_columns("credit_due", "account_id", "bucket"),
        BILLED,
    ]
